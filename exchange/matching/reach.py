"""Reach: which lists could meet a want, those with the most to hope for first."""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.compiled import compiled
from exchange.matching.heap import heap_up
from exchange.matching.pair import ends


def _reach(
    want: Any, wish: Any, offers: Any, tongues: Any, wanted: Any, methods_points: Any, level_points: Any,
    language_points: Any, kind: Any, gain: Any, rare: Any, meets_starts: Any,
    meets: Any, meets_points: Any, met_starts: Any, met: Any, met_points: Any,
    offer_capacity: Any, tongue: Any, tongue_level: Any,
    find: Any, languages: int, long: Any, twins: Any, capacities: int,
    stamp: Any, slot: Any, ways_back: Any, found: Any, order: Any,
) -> Any:  # fmt: skip
    """Fill what the seeker could give back, and the lists: (bits of the ways back, lists).

    ``offers`` and ``tongues`` are the seeker's, as ``who_is`` has them.

    ``stamp`` marks the capacities that somebody who gets something back would want; ``slot`` is
    the last of the ways back for each. ``ways_back`` has a column each: what is wanted, the
    seeker's offer, points for capacity, the way before it for the same (-1: none), and at ``slot``
    the best fit of all of them. ``found`` has a column for each list: its number, the seeker's row
    in languages, points for capacity, the best fit of the way back (0: none), the first way back
    if it is a twin (else -1), and what it could be worth; ``order`` is a heap of them.
    """
    lists_most = found.shape[1]
    kinds = kind[len(kind) - 1] + 1
    extra = level_points.max() + methods_points
    # Which wants could the seeker meet in return?
    backs, different = 0, 0
    mark, back_most = np.uint64(0), 0
    begin, end = ends(offers)
    for offer in range(begin, end):
        given = offer_capacity[offer]
        for place in range(met_starts[given], met_starts[given + 1]):
            theirs = met[place]
            best = met_points[place] + extra
            ways_back[0, backs] = theirs
            ways_back[1, backs] = offer
            ways_back[2, backs] = met_points[place]
            ways_back[3, backs] = -1
            back_most = max(back_most, best)
            if stamp[theirs] == want:
                ways_back[3, backs] = slot[theirs]
                best = max(best, ways_back[4, slot[theirs]])
            else:
                different += 1
            ways_back[4, backs] = best
            stamp[theirs] = want
            slot[theirs] = backs
            mark |= np.uint64(1) << np.uint64(theirs & 63)
            backs += 1
    # Which lists could meet the want? Who offers very much has too many twins: then each list is
    # walked itself, for both directions.
    lists = meets_starts[wanted + 1] - meets_starts[wanted]
    begin, end = ends(tongues)
    lists *= end - begin
    twinned = lists * (different + 1) <= lists_most
    number_of = 0
    for place in range(meets_starts[wanted], meets_starts[wanted + 1]):
        near = meets_points[place]
        whole = near + level_points[wish].max() + methods_points
        for spoken in range(begin, end):
            number = find[meets[place] * languages + tongue[spoken]]
            if number < 0:
                continue
            worth = near + rare[tongue[spoken]] + language_points[tongue_level[spoken]]
            in_twins = twinned and long[number] >= 0
            if in_twins:
                for other in range(backs):
                    if slot[ways_back[0, other]] != other:
                        continue
                    twin = twins[long[number] * capacities + ways_back[0, other]]
                    if twin < 0:
                        continue
                    back = ways_back[4, other]
                    found[0, number_of] = twin
                    found[1, number_of] = spoken
                    found[2, number_of] = near
                    found[3, number_of] = back
                    found[4, number_of] = other
                    found[5, number_of] = worth + gain[kinds * kind[whole] + kind[back]]
                    number_of += 1
            back = 0 if in_twins else back_most
            found[0, number_of] = number
            found[1, number_of] = spoken
            found[2, number_of] = near
            found[3, number_of] = back
            found[4, number_of] = -1
            found[5, number_of] = worth + gain[kinds * kind[whole] + kind[back]]
            number_of += 1
    # The lists with the most to hope for come first: then little of the others is looked at.
    heap_up(order, found[5], number_of)
    return mark, number_of


reach = compiled(_reach, inner=True)
