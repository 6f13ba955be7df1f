"""Reach: which lists could meet a want, those with the most to hope for first."""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.compiled import compiled


def _reach(
    want: Any, wish: Any, seeker: Any, wanted: Any, side: Any, level_points: Any,
    language_points: Any, level_bound: Any, rare: Any, meets_starts: Any, meets: Any,
    meets_points: Any, met_starts: Any, met: Any, met_points: Any,
    offer_starts: Any, offer_capacity: Any, tongue_starts: Any, tongue: Any, tongue_level: Any,
    find: Any, languages: int, long: Any, twins: Any, capacities: int,
    stamp: Any, slot: Any, back_want: Any, back_offer: Any, back_fit: Any, back_next: Any,
    back_most_of: Any,
    list_number: Any, list_spoken: Any, list_points: Any, list_mutual: Any, list_worth: Any,
) -> Any:  # fmt: skip
    """Fill what the seeker could give back, and the lists: (bits of the ways back, lists).

    ``stamp`` marks the capacities that somebody who gets something back would want; ``slot`` is
    the last of the ways back for each, ``back_next`` the one before it (-1: none), and
    ``back_most_of`` the best fit of all of them, at ``slot``.
    ``list_mutual`` is the best fit that the way back could have in a list, 0 for none.
    """
    methods_points, mutual, fit = side[0], side[3], side[4]
    lists_most = len(list_number)
    extra = level_points.max() + methods_points
    # Which wants could the seeker meet in return?
    backs = 0
    mark, back_most = np.uint64(0), 0
    for offer in range(offer_starts[seeker], offer_starts[seeker + 1]):
        given = offer_capacity[offer]
        for place in range(met_starts[given], met_starts[given + 1]):
            if backs < 4096:
                back_want[backs] = met[place]
                back_offer[backs] = offer
                back_fit[backs] = met_points[place]
                back_next[backs] = -1
                back_most_of[backs] = met_points[place] + extra
                if stamp[met[place]] == want:
                    before = slot[met[place]]
                    back_next[backs] = before
                    back_most_of[backs] = max(back_most_of[backs], back_most_of[before])
                stamp[met[place]] = want
                slot[met[place]] = backs
                mark |= np.uint64(1) << np.uint64(met[place] & 63)
                back_most = max(back_most, met_points[place] + extra)
                backs += 1
    # Which lists could meet the want? Twins first: who is in them has most to give.
    number_of = 0
    for turn in range(2):
        for place in range(meets_starts[wanted], meets_starts[wanted + 1]):
            for spoken in range(tongue_starts[seeker], tongue_starts[seeker + 1]):
                number = find[meets[place] * languages + tongue[spoken]]
                if number < 0:
                    continue
                is_long = long[number] >= 0
                if turn == 0 and is_long:
                    for other in range(backs):
                        if slot[back_want[other]] != other:
                            continue
                        twin = twins[long[number] * capacities + back_want[other]]
                        if twin < 0 or number_of >= lists_most:
                            continue
                        list_number[number_of] = twin
                        list_spoken[number_of] = spoken
                        list_points[number_of] = meets_points[place]
                        list_mutual[number_of] = back_most_of[other]
                        number_of += 1
                if turn == 1 and number_of < lists_most:
                    list_number[number_of] = number
                    list_spoken[number_of] = spoken
                    list_points[number_of] = meets_points[place]
                    list_mutual[number_of] = 0 if is_long else back_most
                    number_of += 1
    # The lists with the most to hope for come first: then little of the others is looked at.
    for place in range(number_of):
        near = list_points[place]
        whole = near + level_bound[wish, 31] + methods_points
        worth = near + rare[tongue[list_spoken[place]]]
        worth += language_points[tongue_level[list_spoken[place]]]
        most_back = list_mutual[place]
        if most_back > 0:
            worth += 2 * mutual * whole * most_back // ((whole + most_back) * fit)
        list_worth[place] = worth
        at_place = place
        number, spoken = list_number[place], list_spoken[place]
        while at_place > 0 and list_worth[at_place - 1] < worth:
            list_worth[at_place] = list_worth[at_place - 1]
            list_number[at_place] = list_number[at_place - 1]
            list_spoken[at_place] = list_spoken[at_place - 1]
            list_points[at_place] = list_points[at_place - 1]
            list_mutual[at_place] = list_mutual[at_place - 1]
            at_place -= 1
        list_worth[at_place] = worth
        list_number[at_place], list_spoken[at_place] = number, spoken
        list_points[at_place], list_mutual[at_place] = near, most_back
    return mark, number_of


reach = compiled(_reach)


def _back_of(
    helper: Any, want: Any, wish_starts: Any, wishes: Any, stamp: Any, slot: Any,
    back_offer: Any, back_fit: Any, back_next: Any, level_points: Any, methods_points: Any,
    offer_level: Any, offer_methods: Any,
) -> Any:  # fmt: skip
    """Tell how well the seeker of the want could help the helper: the best fit, 0 for not at all."""
    best = 0
    for place in range(wish_starts[helper], wish_starts[helper + 1]):
        theirs = wishes[place]
        if stamp[theirs >> 32] != want:
            continue
        other = slot[theirs >> 32]
        while other >= 0:
            mine = back_offer[other]
            given = back_fit[other] + level_points[(theirs >> 28) & 15, offer_level[mine]]
            if theirs & 0xFFFFFFF & offer_methods[mine]:
                given += methods_points
            best = max(best, given)
            other = back_next[other]
    return best


back_of = compiled(_back_of)
