"""Heap: the lists that could meet a want, taken out one after another, the most worth first.

Few of many are looked at, so they are not put in order all.
"""

from __future__ import annotations

from typing import Any

from exchange.matching.compiled import compiled

INDEX = 32
"""Bits for which list it is; what it is worth stands above them."""


def _sink(heap: Any, at: Any, size: Any) -> None:
    """Let what stands at a place sink to where nothing below it is worth more."""
    value = heap[at]
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1] > heap[below]:
            below += 1
        if heap[below] <= value:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = value


sink = compiled(_sink, inner=True)


def _heap_up(heap: Any, worth: Any, size: Any) -> None:
    """Make a heap of so many lists; of those that are worth the same, the first comes first."""
    for at in range(size):
        heap[at] = (worth[at] << INDEX) | (size - at)
    for at in range(size // 2 - 1, -1, -1):
        sink(heap, at, size)


heap_up = compiled(_heap_up, inner=True)


def _take_out(heap: Any, left: Any, size: Any) -> None:
    """Take the most worth of the ``left`` lists out; which it is stands at ``left - 1`` then."""
    first = heap[0]
    heap[0] = heap[left - 1]
    sink(heap, 0, left - 1)
    heap[left - 1] = size - (first & ((1 << INDEX) - 1))


take_out = compiled(_take_out, inner=True)
