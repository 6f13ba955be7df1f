"""The form: fields over what was declared, and nothing lost."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.directory import Directory, load
from exchange.model import Kind, Language, Level, Method, Offer, Priority, Want
from exchange.profiles.document import ProfileTemplate
from exchange.profiles.names import TemplateNames
from webtool.account.form import (
    MAX_ROWS,
    FieldError,
    FormFields,
    FormRow,
    language_rows,
    missing_items,
    parse_form,
    split_names,
    with_blank,
)
from webtool.account.profile_page import ProfilePage, request_text

NAMES = TemplateNames()
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def directory() -> Directory:
    return load()


def place(directory: Directory, key: str = "user:41") -> ProfilePage:
    title = "User:Sample Ada/Capacity Exchange" if key.startswith("user:") else "Sample Group"
    return ProfilePage(title, key, "Sample Ada", NAMES, directory, TODAY)


def filled(
    directory: Directory, before: ProfileTemplate | None = None, **values: object
) -> ProfileTemplate:
    fields = FormFields(
        {
            name.replace("__", "-"): value if isinstance(value, list) else [str(value)]
            for name, value in values.items()
        }
    )
    declaration, errors = parse_form(
        fields, before=before or ProfileTemplate(), directory=directory
    )
    assert errors == []
    return declaration


def test_a_new_profile_reads_back_as_it_was_filled_in(directory: Directory) -> None:
    wanted = filled(
        directory,
        offers__0__capacity="finanças",
        offers__0__level="4",
        offers__0__methods=["", "mentoring", "training"],
        offers__0__note="For small groups, mostly (really).",
        offers__1__capacity="",
        wants__0__capacity="Quilting, with stars & stripes",
        wants__0__priority="2",
        wants__0__until="2027-03-01",
        languages__0__code="Yoruba",
        languages__0__level="6",
        languages__1__code="en",
        languages__1__level="3",
        country="NG",
        timezone="Africa/Lagos",
        hours="1.5",
        seats="3",
        notify="monthly",
        methods=["", "mentoring"],
        about="I like\nmaps | and {{braces}}.",
        projects="Wikidata, yowiki",
    )
    assert wanted.offers[0].capacity == "finance"
    text = place(directory).with_profile("", wanted)
    again = place(directory).current(text)
    assert again.offers == wanted.offers
    assert again.wants[0].text == "Quilting, with stars & stripes"
    assert (again.wants[0].priority, again.wants[0].until) == (Priority.URGENT, date(2027, 3, 1))
    assert again.languages == (Language("yo", 6), Language("en", 3))
    assert (again.country, again.timezone, again.hours, again.seats) == (
        "NG",
        "Africa/Lagos",
        1.5,
        3,
    )
    assert again.about == "I like\nmaps | and {{braces}}."
    assert place(directory).reading(text).problems == ()


PAGE = """Hello, I am made up.
{{Capacity Exchange profile
| offers = Wikidata (mentoring; expert) – queries <!-- mine -->
| wants  = grant writing
| country = Narnia
| shoe size = 43
| languages=en-3,yo-N
}}
And more below.
"""


def test_sending_the_form_as_it_was_shown_changes_nothing(directory: Directory) -> None:
    here = place(directory)
    before = here.current(PAGE)
    wanted = filled(
        directory,
        before,
        offers__0__capacity=before.offers[0].text,
        offers__0__level="4",
        offers__0__methods=["", "mentoring"],
        offers__0__note=before.offers[0].note,
        wants__0__capacity=before.wants[0].text,
        languages__0__code="en",
        languages__0__level="3",
        languages__1__code="yo",
        languages__1__level="6",
        country="",
        seats="2",
        notify="fortnightly",
    )
    assert here.with_profile(PAGE, wanted) == PAGE


def test_a_change_leaves_every_other_byte_of_the_page(directory: Directory) -> None:
    here = place(directory)
    wanted = filled(directory, here.current(PAGE), seats="5")
    text = here.with_profile(PAGE, wanted)
    assert "| seats" in text
    assert here.current(text).seats == 5
    kept = [line for line in text.splitlines() if "seats" not in line]
    assert kept == PAGE.splitlines()


def test_an_emptied_list_is_taken_out(directory: Directory) -> None:
    here = place(directory)
    wanted = filled(directory, here.current(PAGE), wants__0__capacity="")
    text = here.with_profile(PAGE, wanted)
    assert here.current(text).wants == ()
    assert "offers = Wikidata (mentoring; expert) – queries <!-- mine -->" in text


def test_a_page_without_a_profile_gets_one_at_its_top(directory: Directory) -> None:
    text = place(directory).with_profile(
        "Old words.\n", filled(directory, offers__0__capacity="Lua")
    )
    assert text.startswith("{{Capacity Exchange profile")
    assert text.endswith("Old words.\n")


def test_a_group_s_profile_says_so(directory: Directory) -> None:
    here = place(directory, "page:55")
    wanted = filled(
        directory,
        here.current(""),
        kind="user-group",
        contacts="Sample Ada, Sample Ben",
        offers__0__capacity="Lua",
    )
    again = here.current(here.with_profile("", wanted))
    assert again.kind is Kind.USER_GROUP
    assert again.contacts == ("Sample Ada", "Sample Ben")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("languages-0-code", "Klingonish", "language"),
        ("timezone", "Atlantis/City", "timezone"),
        ("hours", "many", "hours"),
        ("hours", "999", "hours"),
        ("seats", "-1", "count"),
        ("seats", "51", "count"),
        ("away", "2027-13-01", "day"),
        ("wants-0-until", "soon", "day"),
        ("notify", "hourly", "choice"),
        ("kind", "emperor", "choice"),
    ],
)
def test_what_cannot_be_read_is_complained_about_and_keeps_its_value(
    directory: Directory, field: str, value: str, code: str
) -> None:
    before = ProfileTemplate(given=("seats", "hours"), seats=7, hours=3.0)
    given = {field: [value]}
    if field.startswith("wants"):
        given["wants-0-capacity"] = ["Lua"]
    declaration, errors = parse_form(FormFields(given), before=before, directory=directory)
    assert [(each.field, each.code) for each in errors] == [(field, code)]
    assert (declaration.seats, declaration.hours) == (7, 3.0)


def test_a_flood_of_rows_is_cut_off(directory: Directory) -> None:
    given = {f"offers-{at}-capacity": [f"thing {at}"] for at in range(900)}
    declaration, _ = parse_form(FormFields(given), before=ProfileTemplate(), directory=directory)
    assert len(declaration.offers) == MAX_ROWS


def test_an_item_keeps_its_identity_when_only_its_note_changes(directory: Directory) -> None:
    before = ProfileTemplate(
        given=("offers",),
        offers=(Offer("finance", "Finanças", (Method.MENTORING,), Level.EXPERT),),
    )
    given = {"offers-0-capacity": ["Finanças"], "offers-0-note": ["new"], "offers-0-level": ["4"]}
    declaration, _ = parse_form(FormFields(given), before=before, directory=directory)
    assert declaration.offers[0].capacity == "finance"
    assert declaration.offers[0].note == "new"


HOSTILE = ["}} {{evil}}", "a|b=c", "[[x", "<nowiki>", "<!--", "~~~~", "-->", "{{{1}}}", "\x02=*#"]


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_in_a_field_can_change_anything_else(directory: Directory, words: str) -> None:
    here = place(directory)
    wanted = filled(
        directory,
        here.current(PAGE),
        about=words,
        offers__0__capacity=f"x {words}",
        offers__0__note=words,
        affiliations=words,
    )
    text = here.with_profile(PAGE, wanted)
    again = here.current(text)
    assert again.wants == here.current(PAGE).wants
    assert text.startswith("Hello, I am made up.\n{{Capacity Exchange profile")
    assert text.endswith("\n}}\nAnd more below.\n")


@pytest.mark.parametrize("words", [*HOSTILE, "Lua", "grant writing, urgently"])
def test_a_request_asks_for_what_was_typed(directory: Directory, words: str) -> None:
    text = request_text(f"x {words}", date(2027, 1, 31), words, names=NAMES)
    reading = place(directory).reading(f"before\n{text}\nafter")
    assert len(reading.requests) == 1
    assert {want.until for want in reading.requests[0].wants} == {date(2027, 1, 31)}


def test_a_want_of_the_form_is_a_want(directory: Directory) -> None:
    wanted = filled(directory, wants__0__capacity="Lua", wants__0__level="1")
    assert isinstance(wanted.wants[0], Want)
    assert wanted.wants[0].level is Level.BASIC


def test_rows_keep_what_the_form_cannot_show_when_they_moved_up(directory: Directory) -> None:
    long = "n" * 400
    before = ProfileTemplate(
        given=("offers",), offers=(Offer("lua", "Lua"), Offer("sql", "SQL", note=long))
    )
    given = {"offers-0-capacity": ["SQL"], "offers-0-note": [long[:300]]}
    declaration, _ = parse_form(FormFields(given), before=before, directory=directory)
    assert declaration.offers == (Offer("sql", "SQL", note=long),)


def test_an_absence_that_could_not_be_read_stays_until_another_day_is_chosen(
    directory: Directory,
) -> None:
    before = ProfileTemplate(given=("away",), away=date.max)
    for sent, day in (("", date.max), ("2027-01-31", date(2027, 1, 31))):
        fields = FormFields({"away": [sent]})
        declaration, _ = parse_form(fields, before=before, directory=directory)
        assert declaration.away == day


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Lua", ["Lua"]),
        ("Lua, Wikidata", ["Lua", "Wikidata"]),
        ("photo contests; flying kites", ["photo contests", "flying kites"]),
        ("Lua، Wikidata，摄影", ["Lua", "Wikidata", "摄影"]),
        ("Privacy, Security & GDPR, Lua", None),  # The longest known name counts.
        ("Lua,, Lua ,", ["Lua"]),
        ("Quilting, with stars & stripes", ["Quilting, with stars & stripes"]),
        ("juggling, kites", ["juggling, kites"]),
        ("", [""]),
    ],
)
def test_several_names_in_one_field_are_several(
    directory: Directory, written: str, names: list[str] | None
) -> None:
    found = split_names(written, directory)
    if names is None:
        assert found[-1] == "Lua"
        assert len(found) < 4
    else:
        assert found == names


def test_several_names_share_what_was_said_and_the_note_stands_once(directory: Directory) -> None:
    wanted = filled(
        directory,
        wants__0__capacity="Lua, flying kites",
        wants__0__level="2",
        wants__0__note="By March",
        wants__1__capacity="Finance",
    )
    assert [(one.capacity, one.level, one.note) for one in wanted.wants] == [
        ("lua", Level.INTERMEDIATE, "By March"),
        ("unlisted:flying kites", Level.INTERMEDIATE, ""),
        ("finance", None, ""),
    ]


def test_a_name_with_separators_that_was_there_before_stays_one(directory: Directory) -> None:
    before = ProfileTemplate(
        given=("offers",), offers=(Offer("unlisted:lua, wikidata", "Lua, Wikidata"),)
    )
    wanted = filled(
        directory, before, offers__0__capacity="Lua, Wikidata", offers__0__note="changed"
    )
    assert [one.text for one in wanted.offers] == ["Lua, Wikidata"]


@pytest.mark.parametrize(
    "said",
    [
        {"note": "By March I want to run my first edit-a-thon"},
        {"until": "2027-03-01"},
        {"methods": ["", "mentoring"]},
    ],
)
def test_what_was_said_without_a_capacity_is_asked_for_and_not_dropped(
    directory: Directory, said: dict[str, object]
) -> None:
    given = {f"wants-0-{name}": value for name, value in said.items()}
    fields = {"wants-0-capacity": [""], "wants-0-priority": ["0"], "offers-0-capacity": ["Lua"]}
    fields |= {name: v if isinstance(v, list) else [str(v)] for name, v in given.items()}
    _, errors = parse_form(FormFields(fields), before=ProfileTemplate(), directory=directory)
    assert errors == [FieldError("wants-0-capacity", "unnamed")]


def test_a_row_that_was_emptied_is_removed_and_one_with_new_words_is_not(
    directory: Directory,
) -> None:
    before = ProfileTemplate(
        given=("offers",),
        offers=(Offer("lua", "Lua", note="modules"), Offer("finance", "Finance", note="books")),
    )
    emptied = {"offers-0-capacity": [""], "offers-0-note": ["modules"], "offers-0-level": [""]}
    kept = {"offers-1-capacity": ["Finance"], "offers-1-note": ["books"]}
    wanted, errors = parse_form(FormFields(emptied | kept), before=before, directory=directory)
    assert errors == []
    assert [one.capacity for one in wanted.offers] == ["finance"]
    emptied["offers-0-note"] = ["something new"]
    _, errors = parse_form(FormFields(emptied | kept), before=before, directory=directory)
    assert [one.field for one in errors] == ["offers-0-capacity"]


def test_a_profile_without_anything_in_it_is_missing_something() -> None:
    assert [one.code for one in missing_items(ProfileTemplate())] == ["empty"]
    assert missing_items(ProfileTemplate(wants=(Want("lua"),))) == []
    assert missing_items(ProfileTemplate(offers=(Offer("lua"),))) == []


def test_one_row_waits_and_no_more() -> None:
    full, noted = FormRow("Lua"), FormRow(note="By March")
    assert with_blank([]) == [FormRow()]
    assert with_blank([full]) == [full, FormRow()]
    assert with_blank([full, FormRow()]) == [full, FormRow()]
    assert with_blank([noted]) == [noted, FormRow()]
    assert len(with_blank([full], 4)) == 6


def test_languages_are_called_as_the_reader_calls_them_where_that_reads_back() -> None:
    spoken = [Language("en", 3), Language("yo", 6), Language("xyz", 1)]
    assert [row.text for row in language_rows(spoken, "de")][:1] == ["Englisch"]
    for language in ("en", "ar", "yo", "fr"):
        rows = language_rows(spoken, language)
        fields = FormFields(
            {f"languages-{at}-code": [row.text] for at, row in enumerate(rows[:2])}
            | {f"languages-{at}-level": [row.level] for at, row in enumerate(rows[:2])}
        )
        wanted, errors = parse_form(fields, before=ProfileTemplate(), directory=Directory([]))
        assert errors == []
        assert wanted.languages == tuple(spoken[:2])


ROOM = """{{Capacity Exchange profile
| offers = venue (in Tirana; until 2027-03-01) – 20 seats
| wants = camera (in Durrës; from 2027-01-01 to 2027-02-01)
}}"""
ROWS = {
    "offers__0__capacity": "venue",
    "offers__0__place": "Tirana",
    "offers__0__until": "2027-03-01",
    "offers__0__note": "20 seats",
    "wants__0__capacity": "camera",
    "wants__0__place": "Durrës",
    "wants__0__since": "2027-01-01",
    "wants__0__until": "2027-02-01",
}


def test_place_and_days_of_a_thing_are_rows_of_their_own(directory: Directory) -> None:
    here = place(directory)
    before = here.current(ROOM)
    assert here.with_profile(ROOM, filled(directory, before, **ROWS)) == ROOM
    moved = ROWS | {"offers__0__place": "Rruga A, 5", "offers__0__until": ""}
    again = here.current(here.with_profile(ROOM, filled(directory, before, **moved)))
    (offer,) = again.offers
    assert (offer.place, offer.until, offer.note) == ("Rruga A, 5", None, "20 seats")
    assert again.wants == before.wants


def test_what_was_typed_of_a_thing_is_kept_where_it_becomes_a_skill_and_back(
    directory: Directory,
) -> None:
    skill = filled(directory, **ROWS | {"offers__0__capacity": "Lua", "wants__0__capacity": "SQL"})
    assert skill.offers[0] == Offer("lua", "Lua", note="20 seats; Tirana; until 2027-03-01")
    (want,) = skill.wants
    assert (want.note, want.until) == ("Durrës; from 2027-01-01", date(2027, 2, 1))
    thing = filled(
        directory,
        offers__0__capacity="venue",
        offers__0__level="4",
        offers__0__methods=["", "mentoring"],
    )
    assert thing.offers == (Offer("venue", "venue", (Method.MENTORING,), Level.EXPERT),)


def test_a_day_that_is_none_stands_beside_its_field(directory: Directory) -> None:
    fields = FormFields({"offers-0-capacity": ["venue"], "offers-0-since": ["soon"]})
    _, errors = parse_form(fields, before=ProfileTemplate(), directory=directory)
    assert [one.field for one in errors] == ["offers-0-since"]
