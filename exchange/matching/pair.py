"""Pair: what the kernel asks of one seeker and one helper."""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.arrays import mix
from exchange.matching.compiled import compiled
from exchange.matching.who import COUNT, FIRST_WORD, WISHES

mixed_of = compiled(mix, inner=True)


def _tie_between(mixed: Any, seed: Any) -> Any:
    """Decide between equal scores as ``arrays.tie_of`` does; ``mixed`` is of seeker and period."""
    return mixed_of(mixed ^ ((seed << np.uint64(31)) | (seed >> np.uint64(33))))


tie_between = compiled(_tie_between, inner=True)


def _ends(packed: Any) -> Any:
    """Tell where a range begins and ends (see ``who``)."""
    begin = np.int64(packed >> np.uint64(COUNT))
    return begin, begin + np.int64(packed & np.uint64((1 << COUNT) - 1))


ends = compiled(_ends, inner=True)


def _about_of(packed: Any) -> Any:
    """Give somebody's clock, region, country and folded projects (see ``who``)."""
    clock, region = np.int16(packed), np.int16(packed >> np.uint64(16))
    return clock, region, np.int16(packed >> np.uint64(32)), np.int16(packed >> np.uint64(48))


about_of = compiled(_about_of, inner=True)


def _back_of(
    who_is: Any, helper: Any, want: Any, wishes: Any, stamp: Any, slot: Any, ways_back: Any,
    level_points: Any, methods_points: Any, offer_level: Any, offer_methods: Any,
) -> Any:  # fmt: skip
    """Tell how well the seeker of the want could help the helper: the best fit, 0 for not at all."""
    best = 0
    begin, end = ends(who_is[helper, WISHES])
    for place in range(begin, end):
        theirs = wishes[place]
        if stamp[theirs >> 32] != want:
            continue
        other = slot[theirs >> 32]
        while other >= 0:
            mine = ways_back[1, other]
            given = ways_back[2, other] + level_points[(theirs >> 28) & 15, offer_level[mine]]
            if theirs & 0xFFFFFFF & offer_methods[mine]:
                given += methods_points
            best = max(best, given)
            other = ways_back[3, other]
    return best


back_of = compiled(_back_of, inner=True)


def _shared_projects(who_is: Any, words: Any, one: Any, other: Any) -> Any:
    """Count the projects that two people share: 0, 1, or 2 for more."""
    shared = 0
    for word in range(FIRST_WORD, FIRST_WORD + words):
        bits = who_is[one, word] & who_is[other, word]
        while bits and shared < 2:
            bits &= bits - np.uint64(1)
            shared += 1
    return shared


shared_projects = compiled(_shared_projects, inner=True)


def _barred(
    seeker: Any, helper: Any, people: Any, alone: Any, hand_starts: Any, hand: Any, told: Any
) -> Any:
    """Tell who may not be suggested: somebody answers for both, or they were told of each other."""
    if not alone[seeker]:
        for mine in range(hand_starts[seeker], hand_starts[seeker + 1]):
            for theirs in range(hand_starts[helper], hand_starts[helper + 1]):
                if hand[mine] == hand[theirs]:
                    return True
    if len(told) == 0:
        return False
    code = min(seeker, helper) * people + max(seeker, helper)
    low, high = 0, len(told)
    while low < high:
        middle = (low + high) // 2
        if told[middle] < code:
            low = middle + 1
        else:
            high = middle
    return low < len(told) and told[low] == code


barred = compiled(_barred, inner=True)
