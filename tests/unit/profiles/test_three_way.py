"""Two edits of one profile: nothing of either is lost unless somebody chose so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.model import Language, Level, Method, Offer, Priority, Want
from exchange.profiles.document import ATTRIBUTES, ProfileTemplate
from exchange.profiles.three_way import WHOLE, EditSide, MergedEdit, merge_edits
from tests.support.examples import examples
from tests.unit.profiles.strategies import VALUES, declarations

LISTS = {"offers", "wants", "languages", "contacts", "affiliations", "projects", "methods"}


def profile(**values: Any) -> ProfileTemplate:
    return ProfileTemplate(given=tuple(n for n in ATTRIBUTES if n in values), **values)


@st.composite
def edits(draw: st.DrawFn, base: ProfileTemplate) -> ProfileTemplate:
    """What somebody made of a profile: values changed, rows changed, added, taken out."""
    values: dict[str, Any] = {name: getattr(base, name) for name in base.given}
    for name in sorted(draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=4))):
        new = draw(VALUES[name])
        if name in LISTS:
            kept = [one for one in values.get(name, ()) if draw(st.booleans())]
            if name in ("offers", "wants"):
                kept = [
                    replace(each, note=draw(st.sampled_from(["", "n1", "n2"]))) for each in kept
                ]
            about = {getattr(one, "capacity", getattr(one, "code", one)) for one in kept}
            kept += [
                one
                for one in new  # type: ignore[attr-defined]
                if getattr(one, "capacity", getattr(one, "code", one)) not in about
            ]
            values[name] = tuple(kept)
        else:
            values[name] = new
    return profile(**values)


@st.composite
def three(draw: st.DrawFn) -> tuple[ProfileTemplate, ProfileTemplate, ProfileTemplate]:
    base = draw(declarations())
    return base, draw(edits(base)), draw(edits(base))


def words(side: ProfileTemplate | None) -> set[tuple[str, ...]]:
    """Everything that a profile says, each with where it says it."""
    return set(_said(side)) if side is not None else set()


def _said(side: ProfileTemplate) -> Iterator[tuple[str, ...]]:
    for name in ATTRIBUTES:
        value = getattr(side, name)
        if value == getattr(ProfileTemplate(), name):
            continue
        for one in value if name in LISTS else [value]:
            yield from _parts(name, one)


def _parts(name: str, one: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(one, Offer | Want | Language):
        about = getattr(one, "capacity", getattr(one, "code", ""))
        for each in fields(one):
            said = getattr(one, each.name)
            for part in said if isinstance(said, tuple) else [said]:
                yield name, about, each.name, repr(part)
    else:
        yield name, repr(one)


def asked(merged: MergedEdit, side: str) -> set[tuple[str, ...]]:
    """What one side says in the questions."""
    found: set[tuple[str, ...]] = set()
    for each in merged.contradictions:
        value = getattr(each, side)
        if value is not None and value != getattr(ProfileTemplate(), each.attribute, None):
            found |= set(_parts(each.attribute, value))
    return found


@given(three())
def test_no_new_word_of_either_side_is_lost(
    sides: tuple[ProfileTemplate, ProfileTemplate, ProfileTemplate],
) -> None:
    base, mine, theirs = sides
    merged = merge_edits(base, mine, theirs)
    # A level or a day that is taken back says nothing that could be lost.
    new = {one for one in words(mine) - words(base) if one[-1] not in ("None", "''")}
    other = {one for one in words(theirs) - words(base) if one[-1] not in ("None", "''")}
    blanks = {one for one in new | other if "Priority.NORMAL" in one[-1]}
    assert new - blanks <= words(merged.profile) | asked(merged, "mine")
    assert other - blanks <= words(merged.profile) | asked(merged, "theirs")
    assert words(base) & words(mine) & words(theirs) <= words(merged.profile)


@given(three(), st.sampled_from([EditSide.MINE, EditSide.THEIRS]))
def test_an_answer_takes_one_side_and_leaves_no_question(
    sides: tuple[ProfileTemplate, ProfileTemplate, ProfileTemplate], side: EditSide
) -> None:
    base, mine, theirs = sides
    first = merge_edits(base, mine, theirs)
    answers = {each.key: side for each in first.contradictions}
    merged = merge_edits(base, mine, theirs, answers=answers)
    assert not merged.contradictions
    chosen = asked(first, "mine" if side is EditSide.MINE else "theirs")
    assert chosen <= words(merged.profile)


@given(three())
def test_what_one_side_alone_did_is_what_it_did(
    sides: tuple[ProfileTemplate, ProfileTemplate, ProfileTemplate],
) -> None:
    base, mine, theirs = sides
    assert merge_edits(base, mine, base) == MergedEdit(mine)
    assert merge_edits(base, base, theirs) == MergedEdit(theirs)
    assert merge_edits(base, mine, mine) == MergedEdit(mine)
    assert merge_edits(None, mine, None) == MergedEdit(mine)


@settings(max_examples=examples(100), deadline=None)
@given(declarations())
def test_a_declaration_survives_json(declared: ProfileTemplate) -> None:
    assert ProfileTemplate.from_json(declared.to_json()) == declared


LUA, SQL = Offer("lua", "Lua"), Offer("sql", "SQL")
BASE = profile(offers=(LUA, SQL), seats=3, about="Hello.")


@pytest.mark.parametrize(
    ("mine", "theirs", "result"),
    [
        # The bug this began with: a form that was opened before somebody wrote more.
        (BASE, profile(offers=(LUA, SQL, Offer("php", "PHP")), seats=3, about="More."), None),
        # Rows that both sides added, each after what it stood after.
        (
            replace(BASE, offers=(LUA, Offer("css", "CSS"), SQL)),
            replace(BASE, offers=(LUA, SQL, Offer("php", "PHP"))),
            replace(BASE, offers=(LUA, Offer("css", "CSS"), SQL, Offer("php", "PHP"))),
        ),
        # One row, two values of it.
        (
            replace(BASE, offers=(replace(LUA, level=Level.EXPERT), SQL)),
            replace(BASE, offers=(replace(LUA, note="modules"), SQL)),
            replace(BASE, offers=(replace(LUA, level=Level.EXPERT, note="modules"), SQL)),
        ),
        # Ways of exchanging, one added on each side.
        (
            replace(BASE, offers=(replace(LUA, methods=(Method.MENTORING,)), SQL)),
            replace(BASE, offers=(replace(LUA, methods=(Method.TRAINING,)), SQL)),
            replace(BASE, offers=(replace(LUA, methods=(Method.MENTORING, Method.TRAINING)), SQL)),
        ),
        # Another order here, a new row there.
        (
            replace(BASE, offers=(SQL, LUA)),
            replace(BASE, offers=(LUA, SQL, Offer("php", "PHP"))),
            replace(BASE, offers=(SQL, Offer("php", "PHP"), LUA)),
        ),
        # Taken out here, untouched there.
        (
            replace(BASE, offers=(LUA,)),
            replace(BASE, seats=4),
            replace(BASE, offers=(LUA,), seats=4),
        ),
    ],
)
def test_edits_that_do_not_meet_are_put_together(
    mine: ProfileTemplate, theirs: ProfileTemplate, result: ProfileTemplate | None
) -> None:
    assert merge_edits(BASE, mine, theirs) == MergedEdit(result or theirs)


def test_a_value_changed_in_two_ways_is_asked_about() -> None:
    merged = merge_edits(BASE, replace(BASE, seats=5), replace(BASE, seats=7))
    (question,) = merged.contradictions
    assert (question.attribute, question.mine, question.theirs) == ("seats", 5, 7)
    assert question.sides == (EditSide.MINE, EditSide.THEIRS)


def test_a_row_changed_here_and_taken_out_there_is_asked_about() -> None:
    mine = replace(BASE, offers=(replace(LUA, note="for bots"), SQL))
    theirs = replace(BASE, offers=(SQL,))
    (question,) = merge_edits(BASE, mine, theirs).contradictions
    assert (question.row, question.theirs) == ("lua", None)
    kept = merge_edits(BASE, mine, theirs, answers={question.key: EditSide.MINE}).profile
    gone = merge_edits(BASE, mine, theirs, answers={question.key: EditSide.THEIRS}).profile
    assert kept is not None
    assert gone is not None
    assert set(kept.offers) == set(mine.offers)
    assert gone.offers == (SQL,)


def test_two_texts_can_both_stay() -> None:
    mine, theirs = replace(BASE, about="Mine."), replace(BASE, about="Theirs.")
    (question,) = merge_edits(BASE, mine, theirs).contradictions
    merged = merge_edits(BASE, mine, theirs, answers={question.key: EditSide.BOTH})
    assert merged.profile is not None
    assert merged.profile.about == "Mine.\n\nTheirs."


def test_an_answer_to_an_older_question_is_none() -> None:
    mine = replace(BASE, seats=5)
    (question,) = merge_edits(BASE, mine, replace(BASE, seats=7)).contradictions
    answers = {question.key: EditSide.MINE}
    assert merge_edits(BASE, mine, replace(BASE, seats=8), answers=answers).contradictions


def test_a_profile_that_was_taken_off_the_page_is_asked_about_as_a_whole() -> None:
    mine = replace(BASE, seats=5)
    (question,) = merge_edits(BASE, mine, None).contradictions
    assert question.attribute == WHOLE
    assert merge_edits(BASE, mine, None, answers={question.key: EditSide.MINE}).profile == mine
    assert merge_edits(BASE, mine, None, answers={question.key: EditSide.THEIRS}).profile is None
    assert merge_edits(BASE, BASE, None) == MergedEdit(None)


def test_two_who_both_made_the_profile_lose_nothing() -> None:
    mine = profile(offers=(replace(LUA, note="mine"),), languages=(Language("en", 5),))
    theirs = profile(
        offers=(replace(LUA, level=Level.BASIC),),
        wants=(Want("sql", "SQL", priority=Priority.URGENT, until=date(2027, 3, 1)),),
        languages=(Language("fr", 3), Language("en", 5)),
    )
    merged = merge_edits(None, mine, theirs)
    assert not merged.contradictions
    assert merged.profile is not None
    assert merged.profile.offers == (replace(LUA, note="mine", level=Level.BASIC),)
    assert merged.profile.wants == theirs.wants
    assert merged.profile.languages == theirs.languages
