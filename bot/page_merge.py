"""Three texts of a page into one: what we wrote last, what people made of it, what we write now.

That people mark a page for translation is no change of it (``bot.translatable``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from bot.translatable import carry_marks, without_marks


@dataclass(frozen=True, slots=True)
class Merged:
    """A page's text with everybody's changes; ``conflicts`` are ours that people's stand against."""

    text: str
    conflicts: tuple[str, ...] = ()


def merge_texts(base: str, theirs: str, ours: str) -> Merged:
    """Merge wikitext line by line; where both changed the same lines, all of ``theirs`` stays."""
    plain = without_marks(theirs)
    lines = _merge_lines(*(_lines(text) for text in (without_marks(base), plain, ours)))
    if lines is None:
        return Merged(theirs, ("text",))
    merged = "".join(lines).removesuffix("\n")
    return Merged(theirs if merged == plain else carry_marks(theirs, merged))


def merge_json(base: str, theirs: str, ours: str) -> Merged:
    """Merge JSON objects key by key; what people changed stays.

    A text that is no JSON object stays as it is. Errors: none.
    """
    try:
        was, now, new = (_as_object(text) for text in (base, theirs, ours))
    except ValueError:
        return Merged(theirs, ("text",))
    merged: dict[str, Any] = {}
    conflicts = []
    for key in (*new, *(each for each in now if each not in new)):
        before, people, we = was.get(key), now.get(key), new.get(key)
        if people in (before, we):
            kept = we
        else:
            kept = people
            if we != before:
                conflicts.append(key)
        if kept is not None:
            merged[key] = kept
    text = json.dumps(merged, ensure_ascii=False, indent="\t")
    return Merged(theirs if merged == now else text, tuple(conflicts))


def _as_object(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def _lines(text: str) -> list[str]:
    return (text + "\n").splitlines(keepends=True)


def _merge_lines(
    base: Sequence[str], theirs: Sequence[str], ours: Sequence[str]
) -> list[str] | None:
    """Put both changes into the lines; None where they touch each other and differ."""
    changes = sorted({*_changes(base, theirs), *_changes(base, ours)})
    made: list[str] = []
    at = 0
    before = -1
    for first, last, lines in changes:
        if first < at or first == before:
            return None
        made += [*base[at:first], *lines]
        at, before = last, last
    return [*made, *base[at:]]


def _changes(
    base: Sequence[str], other: Sequence[str]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield what another text has in place of lines of the base: (first, last, lines)."""
    for kind, first, last, begin, end in SequenceMatcher(
        None, base, other, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            yield first, last, tuple(other[begin:end])
