"""Two edits of one profile that began with the same text, put together so that no word is lost.

What only one side changed counts; what both changed alike counts once. Lists are put together row
by row, and a row value by value, so that a level changed here and a note written there are no
contradiction. What is left is asked: a ``Contradiction`` holds both sides, and only an answer to
exactly these two takes one of them away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from exchange.model import Language, Offer, Want
from exchange.profiles.document import ATTRIBUTES, ProfileTemplate

WHOLE = ""
"""The attribute of the contradiction about the whole profile: changed here, taken off there."""

_ROWS = {"offers": "capacity", "wants": "capacity", "languages": "code"}
_ENTRIES = frozenset({"contacts", "affiliations", "projects", "methods"})
Key = tuple[str, int]
_BLANK = ProfileTemplate()


class EditSide(StrEnum):
    """An answer to a contradiction; ``BOTH`` is one only where texts can follow each other."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One value that both sides changed, each in another way.

    ``attribute`` is that of ``ProfileTemplate``, or ``WHOLE``; ``row`` is a list row's capacity or
    code, and empty elsewhere. ``mine`` and ``theirs`` are None where that side took it out.
    """

    attribute: str
    row: str
    mine: Any
    theirs: Any

    @property
    def key(self) -> str:
        """What tells this question from any other, also from one about newer values."""
        asked = repr((self.attribute, self.row, self.mine, self.theirs))
        return hashlib.sha256(asked.encode()).hexdigest()[:16]

    @property
    def sides(self) -> tuple[EditSide, ...]:
        """The answers that there are."""
        both = self.attribute == "about" and bool(self.mine) and bool(self.theirs)
        return (
            (EditSide.MINE, EditSide.THEIRS, EditSide.BOTH)
            if both
            else (EditSide.MINE, EditSide.THEIRS)
        )


@dataclass(frozen=True, slots=True)
class MergedEdit:
    """What two edits come to: the profile (None where it stays taken off), and what is to be asked.

    While something is to be asked, ``profile`` holds my side of it.
    """

    profile: ProfileTemplate | None
    contradictions: tuple[Contradiction, ...] = ()


def merge_edits(
    base: ProfileTemplate | None,
    mine: ProfileTemplate,
    theirs: ProfileTemplate | None,
    *,
    answers: Mapping[str, EditSide] | None = None,
) -> MergedEdit:
    """Return both edits put together; None for ``base`` or ``theirs`` says that there is no profile.

    ``answers`` maps a contradiction's key to the side that was chosen.
    """
    merger = _Merger(answers or {})
    if theirs is None:
        if base is None:
            return MergedEdit(mine)
        if mine == base:
            return MergedEdit(None)
        left = merger.choose(WHOLE, "", mine, None)
        return MergedEdit(left, tuple(merger.open))
    start = base or ProfileTemplate(kind=theirs.kind)
    values = {
        name: merger.attribute(
            name, getattr(start, name), getattr(mine, name), getattr(theirs, name)
        )
        for name in ATTRIBUTES
    }
    given = tuple(
        name
        for name in ATTRIBUTES
        if values[name] != getattr(_BLANK, name)
        or _changed(name in start.given, name in mine.given, name in theirs.given)
    )
    return MergedEdit(ProfileTemplate(given=given, **values), tuple(merger.open))


def _changed(base: bool, mine: bool, theirs: bool) -> bool:
    """Whether something is there where two sides could each put it there or take it away."""
    return mine if mine != base else theirs


class _Merger:
    """Puts values together and collects what is still to be asked."""

    def __init__(self, answers: Mapping[str, EditSide]) -> None:
        self._answers = answers
        self.open: list[Contradiction] = []

    def choose(self, attribute: str, row: str, mine: Any, theirs: Any) -> Any:
        """Return the side that was chosen; mine, and a question, where none was."""
        asked = Contradiction(attribute, row, mine, theirs)
        match self._answers.get(asked.key):
            case EditSide.MINE:
                return mine
            case EditSide.THEIRS:
                return theirs
            case EditSide.BOTH if EditSide.BOTH in asked.sides:
                return f"{mine}\n\n{theirs}"
        self.open.append(asked)
        return mine

    def attribute(self, name: str, base: Any, mine: Any, theirs: Any) -> Any:
        """Return one attribute of the profile."""
        if name in _ROWS:
            return self._rows(name, base, mine, theirs)
        if name in _ENTRIES:
            return _merge_entries(base, mine, theirs)
        if mine in (base, theirs):
            return theirs
        if theirs == base:
            return mine
        return self.choose(name, "", mine, theirs)

    def _rows(
        self, name: str, base: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any]
    ) -> tuple[Any, ...]:
        old, ours, other = (_by_key(side, _ROWS[name]) for side in (base, mine, theirs))
        order = _merge_order(list(old), list(ours), list(other))
        rows = (self._row(name, key, old.get(key), ours.get(key), other.get(key)) for key in order)
        return tuple(row for row in rows if row is not None)

    def _row(self, name: str, key: Key, base: Any, mine: Any, theirs: Any) -> Any:
        if mine in (base, theirs):
            return theirs
        if theirs == base:
            return mine
        if mine is None or theirs is None:
            return self.choose(name, key[0], mine, theirs)
        ours, other = _merge_values(base, mine, theirs)
        return ours if ours == other else self.choose(name, key[0], ours, other)


def _merge_values(base: Any, mine: Any, theirs: Any) -> tuple[Any, Any]:
    """Return both sides of a row with everything that is no contradiction put together in each."""
    both: dict[str, Any] = {}
    blank = base if base is not None else _blank_row(mine)
    for each in fields(mine):
        new, other = getattr(mine, each.name), getattr(theirs, each.name)
        if new == other:
            continue
        old = getattr(blank, each.name) if blank is not None else None
        if each.name == "methods":
            both[each.name] = _merge_entries(old or (), new, other)
        elif new == old:
            both[each.name] = other
        elif other == old:
            both[each.name] = new
    return replace(mine, **both), replace(theirs, **both)


def _blank_row(row: Offer | Want | Language) -> Offer | Want | None:
    """Return a row in which nothing is said yet; a language without a level says something."""
    return None if isinstance(row, Language) else type(row)(row.capacity)


def _by_key(rows: Sequence[Any], attribute: str) -> dict[Key, Any]:
    """Return rows by what they are about, and by which of several about the same they are."""
    found: dict[Key, Any] = {}
    for row in rows:
        about, at = getattr(row, attribute), 0
        while (about, at) in found:
            at += 1
        found[about, at] = row
    return found


def _merge_entries(base: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any]) -> Any:
    """Return the entries of both sides without those that one of them took out."""
    old, ours, other = set(base), set(mine), set(theirs)
    order = _merge_order(*(list(dict.fromkeys(side)) for side in (base, mine, theirs)))
    return tuple(one for one in order if _changed(one in old, one in ours, one in other))


def _merge_order(base: list[Any], mine: list[Any], theirs: list[Any]) -> list[Any]:
    """Return what either side has, in the order of the side that changed the order.

    What the other side alone has comes after what it comes after there.
    """
    everywhere = set(base) & set(mine) & set(theirs)
    moved = [one for one in mine if one in everywhere] != [one for one in base if one in everywhere]
    order, other = (list(mine), theirs) if moved else (list(theirs), mine)
    known = set(order)
    at = 0
    for one in other:
        if one in known:
            at = order.index(one) + 1
        else:
            order.insert(at, one)
            at += 1
    return order
