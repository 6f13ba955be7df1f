"""What holds for every text and every profile, with texts made by hypothesis."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from exchange.template import Declaration, Reading, edit, formats, read, render
from exchange.template.fields import PROFILE
from exchange.template.names import normalise
from exchange.template.scan import scan
from exchange.template.write import profiles_on
from tests.template.strategies import (
    DIRECTORY,
    NAMES,
    TODAY,
    VALUES,
    declarations,
    wikitext,
)


def reading(text: str, title: str = "User:Ada") -> Reading:
    return read(text, names=NAMES, directory=DIRECTORY, today=TODAY, title=title)


@settings(max_examples=300, deadline=None)
@given(declarations())
def test_a_profile_that_was_written_reads_back_as_the_same(declaration: Declaration) -> None:
    back = reading(render(declaration, names=NAMES))
    assert back.profiles == (declaration,)


@settings(max_examples=200, deadline=None)
@given(wikitext)
@example("{{Capacity Exchange profile|away until=<a {{x}}><br>{{y}}}}")
def test_no_text_raises_and_every_reading_survives_json(text: str) -> None:
    found = reading(text)
    assert Reading.from_json(found.to_json()) == found


@settings(max_examples=300, deadline=None)
@given(wikitext)
def test_a_page_edited_with_no_change_is_the_page(text: str) -> None:
    assert edit(text, {}, names=NAMES) == text


@settings(max_examples=300, deadline=None)
@given(wikitext)
def test_what_was_found_on_a_page_lies_within_it_and_within_each_other(text: str) -> None:
    found = scan(text)
    open_until: list[int] = []
    for each in found.transclusions:
        assert each.raw.startswith("{{")
        assert each.raw.endswith("}}")
        while open_until and open_until[-1] <= each.start:
            open_until.pop()
        assert not open_until or each.end <= open_until[-1]
        open_until.append(each.end)
        ends = [each.title_end, *(part.end for part in each.parts)]
        assert ends == sorted(ends)
        assert ends[-1] == each.end - 2


FIELDS = {field.name: field for field in PROFILE}


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, dict[str, str | None], Declaration]:
    """A page with a profile in the middle of anything, and what to change in it."""
    page = render(draw(declarations()), names=NAMES)
    if draw(st.booleans()):
        page = page.replace("\n| ", "|").replace(" = ", "=")
    if draw(st.booleans()):
        page = page.replace("\n| ", "\n<!-- here -->| mood = fine <!-- or not -->\n| ", 1)
    new = draw(declarations())
    written: dict[str, str | None] = dict(formats(new, names=NAMES))
    for name in draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=3)):
        written.setdefault(name, None)
    return f"Before.\n{page} after {{{{Thanks}}}}", written, new


@settings(max_examples=300, deadline=None)
@given(changes())
def test_an_edit_changes_the_parameters_it_names_and_nothing_else(
    case: tuple[str, dict[str, str | None], Declaration],
) -> None:
    page, written, new = case
    before = reading(page).profiles[0]
    after_text = edit(page, written, names=NAMES)
    after = reading(after_text).profiles[0]
    for field in PROFILE:
        name = field.attribute
        if field.name not in written:
            assert getattr(after, name) == getattr(before, name)
        elif written[field.name] is None:
            assert name not in after.explicit
        else:
            assert getattr(after, name) == getattr(new, name)
    assert after_text.startswith("Before.\n{{")
    assert after_text.endswith("}} after {{Thanks}}")
    assert ("mood = fine <!-- or not -->" in after_text) == ("mood" in page)
    again = edit(after_text, written, names=NAMES)
    assert again == after_text


@settings(max_examples=200, deadline=None)
@given(wikitext, st.sampled_from(sorted(VALUES)), wikitext)
@example("{{Capacity Exchange profile}}", "about", "}} {{Capacity Exchange profile|seats=9")
@example("{{Capacity Exchange profile|a=b}}", "about", "<!--")
@example("{{Capacity Exchange profile|a=b}}", "about", "x|wants=Wikidata")
def test_an_edit_never_lets_a_value_out_of_its_parameter(
    text: str, attribute: str, value: str
) -> None:
    name = next(field.name for field in PROFILE if field.attribute == attribute)
    before = profiles_on(scan(text), NAMES)
    try:
        changed = edit(text, {name: value}, names=NAMES)
    except (ValueError, LookupError):
        return
    after = profiles_on(scan(changed), NAMES)
    assert len(after) >= len(before) > 0
    assert changed[: before[0].start] == text[: before[0].start]
    assert changed.endswith(text[before[0].end :])


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_a_title_that_was_normalised_stays(text: str) -> None:
    title = normalise(text)
    assert normalise(title) == title
