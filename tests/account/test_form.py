"""The form: fields over what was declared, and nothing lost."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.directory import Directory, load
from exchange.model import Kind, Language, Level, Method, Offer, Priority, Want
from exchange.template import Declaration, Names
from webtool.account.form import Fields, fill
from webtool.account.proposal import Place, request_text

NAMES = Names()
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def directory() -> Directory:
    return load()


def place(directory: Directory, key: str = "user:41") -> Place:
    title = "User:Sample Ada/Capacity Exchange" if key.startswith("user:") else "Sample Group"
    return Place(title, key, "Sample Ada", NAMES, directory, TODAY)


def filled(
    directory: Directory, before: Declaration | None = None, **values: object
) -> Declaration:
    fields = Fields(
        {
            name.replace("__", "-"): value if isinstance(value, list) else [str(value)]
            for name, value in values.items()
        }
    )
    declaration, complaints = fill(fields, before=before or Declaration(), directory=directory)
    assert complaints == []
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
    text = place(directory).propose("", wanted)
    again = place(directory).declared(text)
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
    assert place(directory).outcome(text)[1] == ()


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
    before = here.declared(PAGE)
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
    assert here.propose(PAGE, wanted) == PAGE


def test_a_change_leaves_every_other_byte_of_the_page(directory: Directory) -> None:
    here = place(directory)
    wanted = filled(directory, here.declared(PAGE), seats="5")
    text = here.propose(PAGE, wanted)
    assert "| seats" in text
    assert here.declared(text).seats == 5
    kept = [line for line in text.splitlines() if "seats" not in line]
    assert kept == PAGE.splitlines()


def test_an_emptied_list_is_taken_out(directory: Directory) -> None:
    here = place(directory)
    wanted = filled(directory, here.declared(PAGE), wants__0__capacity="")
    text = here.propose(PAGE, wanted)
    assert here.declared(text).wants == ()
    assert "offers = Wikidata (mentoring; expert) – queries <!-- mine -->" in text


def test_a_page_without_a_profile_gets_one_at_its_top(directory: Directory) -> None:
    text = place(directory).propose("Old words.\n", filled(directory, offers__0__capacity="Lua"))
    assert text.startswith("{{Capacity Exchange profile")
    assert text.endswith("Old words.\n")


def test_a_group_s_profile_says_so(directory: Directory) -> None:
    here = place(directory, "page:55")
    wanted = filled(
        directory,
        here.declared(""),
        kind="user-group",
        contacts="Sample Ada, Sample Ben",
        offers__0__capacity="Lua",
    )
    again = here.declared(here.propose("", wanted))
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
    before = Declaration(explicit=("seats", "hours"), seats=7, hours=3.0)
    given = {field: [value]}
    if field.startswith("wants"):
        given["wants-0-capacity"] = ["Lua"]
    declaration, complaints = fill(Fields(given), before=before, directory=directory)
    assert [(each.field, each.code) for each in complaints] == [(field, code)]
    assert (declaration.seats, declaration.hours) == (7, 3.0)


def test_a_flood_of_rows_is_cut_off(directory: Directory) -> None:
    given = {f"offers-{at}-capacity": [f"thing {at}"] for at in range(500)}
    declaration, _ = fill(Fields(given), before=Declaration(), directory=directory)
    assert len(declaration.offers) == 60


def test_an_item_keeps_its_identity_when_only_its_note_changes(directory: Directory) -> None:
    before = Declaration(
        explicit=("offers",),
        offers=(Offer("finance", "Finanças", (Method.MENTORING,), Level.EXPERT),),
    )
    given = {"offers-0-capacity": ["Finanças"], "offers-0-note": ["new"], "offers-0-level": ["4"]}
    declaration, _ = fill(Fields(given), before=before, directory=directory)
    assert declaration.offers[0].capacity == "finance"
    assert declaration.offers[0].note == "new"


HOSTILE = ["}} {{evil}}", "a|b=c", "[[x", "<nowiki>", "<!--", "~~~~", "-->", "{{{1}}}", "\x02=*#"]


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_in_a_field_can_change_anything_else(directory: Directory, words: str) -> None:
    here = place(directory)
    wanted = filled(
        directory,
        here.declared(PAGE),
        about=words,
        offers__0__capacity=f"x {words}",
        offers__0__note=words,
        affiliations=words,
    )
    text = here.propose(PAGE, wanted)
    again = here.declared(text)
    assert again.wants == here.declared(PAGE).wants
    assert text.startswith("Hello, I am made up.\n{{Capacity Exchange profile")
    assert text.endswith("\n}}\nAnd more below.\n")


@pytest.mark.parametrize("words", [*HOSTILE, "Lua", "grant writing, urgently"])
def test_a_request_asks_for_what_was_typed(directory: Directory, words: str) -> None:
    text = request_text(words, date(2027, 1, 31), words, names=NAMES)
    reading = place(directory).reading(f"before\n{text}\nafter")
    assert len(reading.requests) == 1
    assert {want.until for want in reading.requests[0].wants} == {date(2027, 1, 31)}


def test_a_want_of_the_form_is_a_want(directory: Directory) -> None:
    wanted = filled(directory, wants__0__capacity="Lua", wants__0__level="1")
    assert isinstance(wanted.wants[0], Want)
    assert wanted.wants[0].level is Level.BASIC
