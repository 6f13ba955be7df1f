"""Days: which stretches of days have one in common, at a cost that grows with their number only.

Where few are offered, every pair is tried. Where there are many, each wanted and each offered
stretch is told of some of those that it meets, and others of others, as candidates in a large
market are: never of none where there is one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from datetime import date

Span = tuple[date, date]
"""A first and a last day."""

FEW = 256
"""Of so many offered stretches each is tried for each wanted one."""

SOME = 32
"""Of more, each is told of so many that begin while it lasts, and as many that began before."""


def span_of(days: str) -> Span:
    """Return the days of a name: those that it does not say are the first and the last of all."""
    since, _, until = days.partition("/")
    return (
        date.fromisoformat(since) if since else date.min,
        date.fromisoformat(until) if until else date.max,
    )


def have_day_in_common(one: Span, other: Span) -> bool:
    """Whether there is a day that is in both."""
    return max(one[0], other[0]) <= min(one[1], other[1])


def spans_in_common(wanted: Sequence[Span], offered: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield who meets whom on a day, by number: all pairs, or of many some for each."""
    if len(offered) <= FEW:
        for at, days in enumerate(wanted):
            for other, others in enumerate(offered):
                if have_day_in_common(days, others):
                    yield at, other
        return
    found = dict.fromkeys(_some(wanted, offered))
    found.update(dict.fromkeys((at, other) for other, at in _some(offered, wanted)))
    yield from found


def _some(spans: Sequence[Span], others: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield for each span some of the others that it meets, for each in turn other ones."""
    begin = sorted((first, at) for at, (first, _) in enumerate(others))
    lasting: list[tuple[date, int]] = []  # Those that began before, by their last days.
    begun = 0
    for turn, at in enumerate(sorted(range(len(spans)), key=spans.__getitem__)):
        first, last = spans[at]
        while begun < len(begin) and begin[begun][0] < first:
            other = begin[begun][1]
            insort(lasting, (others[other][1], other))
            begun += 1
        del lasting[: bisect_left(lasting, (first, -1))]
        for those, low, high in (
            (begin, begun, bisect_right(begin, (last, len(others)))),
            (lasting, 0, len(lasting)),
        ):
            size = max(high - low, 0)
            for step in range(min(size, SOME)):
                yield at, those[low + (turn * SOME + step) % size][1]
