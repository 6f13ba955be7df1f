"""What holds for every text and every profile, with texts made by hypothesis."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exchange.model import Want
from exchange.profiles.document import PageReading, ProfileTemplate
from exchange.profiles.fields import PROFILE
from exchange.profiles.items import ItemReader
from exchange.profiles.parser import read_page
from exchange.profiles.writer import edit_profile, find_templates, render_profile, to_parameters
from exchange.titles import normalise_title
from exchange.wikitext.preprocessor import parse_page
from tests.unit.profiles.strategies import (
    DIRECTORY,
    NAMES,
    TODAY,
    VALUES,
    declarations,
    known,
    names,
    wikitext,
)


def reading(text: str, title: str = "User:Ada") -> PageReading:
    return read_page(text, names=NAMES, directory=DIRECTORY, today=TODAY, title=title)


def wanting(text: str) -> ProfileTemplate:
    return ProfileTemplate(given=("wants",), wants=(Want(DIRECTORY.identify(text), text),))


@given(declarations())
@example(wanting("== x =="))
@example(wanting("= x"))
@example(wanting("50% Lua"))
@example(wanting("Lua [expert]"))
@example(wanting("!Kung"))
@example(wanting("! x"))
@example(wanting("{| x"))
@example(wanting("----x"))
def test_a_profile_that_was_written_reads_back_as_the_same(declaration: ProfileTemplate) -> None:
    back = reading(render_profile(declaration, names=NAMES))
    assert back.profiles == (declaration,)


SHORT_ROWS = st.lists(
    st.sampled_from(
        ["Wikidata", "lua", "Lua-", "- Lua", "Privacy, Security & GDPR", "mentoring", "expert", "Lua:",
         "photo contests", "Python", " (expert)", " (mentoring; basic)", " (Lua)", "()", " ", ", ", "/",
         " and ", " – in Lagos", "'", "Knitting", "none", "1. ", "\u200e", "C++", "(x", "_"]
    ),
    max_size=4,
).map("".join)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(SHORT_ROWS | known | names, min_size=1, max_size=4), wanted=st.booleans())
def test_what_is_read_the_short_way_is_read_as_the_long_way_would(
    rows: list[str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "wants" if wanted else "offers"
    text = f"{{{{Capacity Exchange profile|{name}=\n" + "\n".join(f"* {row}" for row in rows) + "}}"
    short = reading(text)
    with monkeypatch.context() as long_way:
        long_way.setattr(ItemReader, "_plain_item", lambda *_: None)
        assert reading(text) == short


@given(wikitext)
@example("{{Capacity Exchange profile|away until=<a {{x}}><br>{{y}}}}")
def test_no_text_raises_and_every_reading_survives_json(text: str) -> None:
    found = reading(text)
    assert PageReading.from_json(found.to_json()) == found


@given(wikitext)
def test_a_page_edited_with_no_change_is_the_page(text: str) -> None:
    assert edit_profile(text, {}, names=NAMES) == text


@given(wikitext)
def test_what_was_found_on_a_page_lies_within_it_and_within_each_other(text: str) -> None:
    found = parse_page(text)
    open_until: list[int] = []
    for each in found.transclusions:
        assert each.raw.startswith("{{")
        assert each.raw.endswith("}}")
        while open_until and open_until[-1] <= each.start:
            open_until.pop()
        assert not open_until or each.end <= open_until[-1]
        open_until.append(each.end)
        ends = [each.title_end, *(part.end for part in each.parameters)]
        assert ends == sorted(ends)
        assert ends[-1] == each.end - 2


FIELDS = {field.name: field for field in PROFILE}


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, dict[str, str | None], ProfileTemplate]:
    """A page with a profile in the middle of anything, and what to change in it."""
    page = render_profile(draw(declarations()), names=NAMES)
    if draw(st.booleans()):
        page = page.replace("\n| ", "|").replace(" = ", "=")
    if draw(st.booleans()):
        page = page.replace("\n| ", "\n<!-- here -->| mood = fine <!-- or not -->\n| ", 1)
    new = draw(declarations())
    written: dict[str, str | None] = dict(to_parameters(new, names=NAMES))
    for name in draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=3)):
        written.setdefault(name, None)
    return f"Before.\n{page} after {{{{Thanks}}}}", written, new


@given(changes())
def test_an_edit_changes_the_parameters_it_names_and_nothing_else(
    case: tuple[str, dict[str, str | None], ProfileTemplate],
) -> None:
    page, written, new = case
    before = reading(page).profiles[0]
    after_text = edit_profile(page, written, names=NAMES)
    after = reading(after_text).profiles[0]
    for field in PROFILE:
        name = field.attribute
        if field.name not in written:
            assert getattr(after, name) == getattr(before, name)
        elif written[field.name] is None:
            assert name not in after.given
        else:
            assert getattr(after, name) == getattr(new, name)
    assert after_text.startswith("Before.\n{{")
    assert after_text.endswith("}} after {{Thanks}}")
    assert ("mood = fine <!-- or not -->" in after_text) == ("mood" in page)
    again = edit_profile(after_text, written, names=NAMES)
    assert again == after_text


@given(wikitext, st.sampled_from(sorted(VALUES)), wikitext)
@example("{{Capacity Exchange profile}}", "about", "}} {{Capacity Exchange profile|seats=9")
@example("{{Capacity Exchange profile|a=b}}", "about", "<!--")
@example("{{Capacity Exchange profile|a=b}}", "about", "x|wants=Wikidata")
def test_an_edit_never_lets_a_value_out_of_its_parameter(
    text: str, attribute: str, value: str
) -> None:
    name = next(field.name for field in PROFILE if field.attribute == attribute)
    before = find_templates(parse_page(text), NAMES, "profile")
    try:
        changed = edit_profile(text, {name: value}, names=NAMES)
    except (ValueError, LookupError):
        return
    after = find_templates(parse_page(changed), NAMES, "profile")
    assert len(after) >= len(before) > 0
    assert changed[: before[0].start] == text[: before[0].start]
    assert changed.endswith(text[before[0].end :])


@given(st.text(max_size=40))
def test_a_title_that_was_normalised_stays(text: str) -> None:
    title = normalise_title(text)
    assert normalise_title(title) == title
