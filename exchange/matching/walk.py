"""Walk: the kernel's loop over the lists that could meet each want.

Only ``kernel`` imports this module: what it names is compiled when it is first called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.appraise import appraise
from exchange.matching.bound import bound
from exchange.matching.compiled import compiled
from exchange.matching.lists import BLOCK
from exchange.matching.reach import back_of, reach
from exchange.matching.summaries import (
    CLOCK,
    COUNTRY,
    FRESH,
    HEARD,
    LEVEL,
    METHODS,
    REGION,
    WIDTH,
    WISH_LEVEL,
    WISH_METHODS,
)


def _walk(
    sought: Any, count: Any, rows: Any, points: Any, ties: Any,
    most: int, period: Any, side: Any, level_points: Any, language_points: Any, time_points: Any,
    project_points: Any, level_bound: Any, kind: Any, gain: Any, rare: Any, level_floats: Any,
    sides: Any,
    meets_starts: Any, meets: Any, meets_points: Any,
    met_starts: Any, met: Any, met_points: Any,
    seed: Any, clock: Any, region: Any, country: Any, projects: Any, folds: Any,
    hand_starts: Any, hand: Any, told: Any,
    want_person: Any, want_capacity: Any, want_level: Any, want_methods: Any,
    want_points: Any,
    offer_starts: Any, offer_capacity: Any, offer_level: Any, offer_methods: Any,
    tongue_starts: Any, tongue: Any, tongue_level: Any,
    find: Any, languages: int, entry_offer: Any, entry_heard: Any, starts: Any,
    members: Any, who: Any, leaves: Any, traits: Any, blocks: Any, summaries: Any,
    block_projects: Any, long: Any, twins: Any, capacities: int,
    marks: Any, wish_starts: Any, wishes: Any, alone: Any, backs_most: int, lists_most: int,
) -> None:  # fmt: skip
    """Fill ``rows`` (offer, spoken, heard, points for capacity), ``points`` and ``ties``."""
    methods_points, region_points, country_points = side[0], side[1], side[2]
    people, words = len(seed), projects.shape[1]
    besides = level_points.max() + methods_points + time_points.max() + project_points.max()
    besides += region_points + country_points + side[3]
    stamp = np.full(capacities, -1, np.int64)
    slot = np.empty(capacities, np.int64)
    # What the seeker's offers could give: (want, offer, points, the one before, the best of all).
    ways_back = np.empty((5, backs_most), np.int64)
    # The lists: (number, spoken, points for capacity, best way back, first way back, worth).
    found = np.empty((6, lists_most), np.int64)
    order = np.empty(lists_most, np.int64)
    best_helper = np.empty(most, np.int64)
    best_points = np.empty(most, np.int64)
    best_tie = np.empty(most, np.uint64)
    best_entry = np.empty(most, np.int64)
    best_spoken = np.empty(most, np.int64)
    best_near = np.empty(most, np.int64)
    hopes = np.empty(WIDTH, np.float32)
    given = np.empty(5, np.float32)
    m1, m2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
    s27, s30, s31, s33 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(33)
    kinds = kind[len(kind) - 1] + 1
    for at in range(len(sought)):
        want = sought[at]
        seeker = want_person[want]
        wanted, wish, ways = want_capacity[want], want_level[want], want_methods[want]
        mixed = seed[seeker] ^ period
        mixed = (mixed ^ (mixed >> s30)) * m1
        mixed = (mixed ^ (mixed >> s27)) * m2
        mixed = mixed ^ (mixed >> s31)
        mark, number_of = reach(
            want, wish, seeker, wanted, methods_points, level_points, language_points, level_bound,
            kind, gain, rare, meets_starts, meets, meets_points, met_starts, met, met_points,
            offer_starts, offer_capacity, tongue_starts, tongue, tongue_level,
            find, languages, long, twins, capacities, stamp, slot, ways_back, found, order,
        )  # fmt: skip
        held = 0
        lowest = -1  # Nothing below this can be among the best any more.
        own_clock, own_region, own_country = clock[seeker], region[seeker], country[seeker]
        # Who has no region or country has none in common with anybody.
        region_key = own_region if own_region >= 0 else -2
        country_key = own_country if own_country >= 0 else -2
        slope = sides[6] if own_clock >= 0 else np.float32(0)
        for turn in range(number_of):
            chosen = order[turn]
            if held == most and found[5, chosen] + besides + want_points[want] < lowest:
                break
            number, spoken, near = found[0, chosen], found[1, chosen], found[2, chosen]
            most_back, head = found[3, chosen], found[4, chosen]
            own_points = language_points[tongue_level[spoken]]
            rest = rare[tongue[spoken]] + want_points[want]
            # What the way back is worth by the level that the helper wants: in a twin it is known,
            # but where several offers meet what the helper wants; elsewhere it is bounded.
            is_twin, single, back_methods = head >= 0, False, 0
            for level in range(5):
                given[level] = most_back
            if is_twin:
                single = ways_back[3, head] < 0
                for level in range(5):
                    other, value = head, 0
                    while other >= 0:
                        mine = ways_back[1, other]
                        value = max(
                            value, ways_back[2, other] + level_points[level, offer_level[mine]]
                        )
                        back_methods |= offer_methods[mine]
                        other = ways_back[3, other]
                    given[level] = value
            begin, end = starts[number], starts[number + 1]
            for position in range(begin, end, WIDTH):
                if held == most and (position - begin) % BLOCK == 0:
                    block = blocks[number] + (position - begin) // BLOCK
                    hope = rest + bound(
                        summaries[block], near, wish, ways, own_points, own_clock, region_key,
                        country_key, is_twin, most_back, given, back_methods, side, level_bound,
                        time_points, kind, gain,
                    )  # fmt: skip
                    if hope + project_points[2] >= lowest:
                        shared = 0
                        for word in range(words):
                            bits = projects[seeker, word] & block_projects[block, word]
                            while bits and shared < 2:
                                bits &= bits - np.uint64(1)
                                shared += 1
                        hope += project_points[shared]
                    skip = hope < lowest
                elif (position - begin) % BLOCK == 0:
                    skip = False
                if skip:
                    continue
                leaf = traits[leaves[number] + (position - begin) // WIDTH]
                appraise(
                    leaf, hopes, np.float32(rest + 0.5), np.float32(near), level_floats[wish], given,
                    np.float32(own_points), ways, back_methods, folds[seeker],
                    np.float32(own_clock), slope, sides[7], sides[8], region_key, country_key, sides,
                )  # fmt: skip
                for inside in range(position, min(position + WIDTH, end)):
                    place = inside - position
                    if hopes[place] < lowest:
                        continue
                    helper = who[inside]
                    if helper == seeker:
                        continue
                    # What it comes to in truth.
                    score = (
                        rest + min(own_points, np.int64(leaf[HEARD, place])) + leaf[FRESH, place]
                    )
                    way = near + level_points[wish, leaf[LEVEL, place]]
                    if leaf[METHODS, place] & ways:
                        way += methods_points
                    score += way
                    if own_clock >= 0 and leaf[CLOCK, place] >= 0:
                        apart = abs(own_clock - leaf[CLOCK, place])
                        score += time_points[min(apart, 96 - apart)]
                    if leaf[REGION, place] == region_key:
                        score += region_points
                    if leaf[COUNTRY, place] == country_key:
                        score += country_points
                    shared = 0
                    for word in range(words):
                        bits = projects[seeker, word] & projects[helper, word]
                        while bits and shared < 2:
                            bits &= bits - np.uint64(1)
                            shared += 1
                    score += project_points[shared]
                    back = 0
                    if single:
                        back = int(given[leaf[WISH_LEVEL, place]])
                        if leaf[WISH_METHODS, place] & back_methods:
                            back += methods_points
                    elif is_twin or (most_back > 0 and (marks[inside] & mark) != np.uint64(0)):
                        back = back_of(
                            helper, want, wish_starts, wishes, stamp, slot, ways_back,
                            level_points, methods_points, offer_level, offer_methods,
                        )  # fmt: skip
                    score += gain[kinds * kind[way] + kind[back]]
                    if score < lowest:
                        continue
                    entry = members[inside]
                    turned = (seed[helper] << s31) | (seed[helper] >> s33)
                    tie = mixed ^ turned
                    tie = (tie ^ (tie >> s30)) * m1
                    tie = (tie ^ (tie >> s27)) * m2
                    tie = tie ^ (tie >> s31)
                    if held == most and score == lowest and tie > best_tie[held - 1]:
                        continue
                    known = -1
                    for place in range(held):
                        if best_helper[place] == helper:
                            known = place
                            break
                    if known >= 0:
                        if score < best_points[known]:
                            continue
                        if score == best_points[known]:
                            offer, other = entry_offer[entry], entry_offer[best_entry[known]]
                            if offer > other or (offer == other and spoken >= best_spoken[known]):
                                continue
                    else:
                        barred = False
                        if not alone[seeker]:
                            for mine in range(hand_starts[seeker], hand_starts[seeker + 1]):
                                for place in range(hand_starts[helper], hand_starts[helper + 1]):
                                    if hand[mine] == hand[place]:
                                        barred = True
                        if not barred and len(told) > 0:
                            code = min(seeker, helper) * people + max(seeker, helper)
                            place = np.searchsorted(told, code)
                            barred = place < len(told) and told[place] == code
                        if barred:
                            continue
                    # Make room where it belongs: more points first, then the lower tie.
                    place = known
                    if known < 0:
                        place = held if held < most else most - 1
                        held = min(held + 1, most)
                    while place > 0 and (
                        best_points[place - 1] < score
                        or (best_points[place - 1] == score and best_tie[place - 1] > tie)
                    ):
                        best_points[place] = best_points[place - 1]
                        best_tie[place] = best_tie[place - 1]
                        best_helper[place] = best_helper[place - 1]
                        best_entry[place] = best_entry[place - 1]
                        best_spoken[place] = best_spoken[place - 1]
                        best_near[place] = best_near[place - 1]
                        place -= 1
                    best_points[place], best_tie[place] = score, tie
                    best_helper[place], best_entry[place] = helper, entry
                    best_spoken[place], best_near[place] = spoken, near
                    if held == most:
                        lowest = best_points[most - 1]
        count[at] = held
        for place in range(held):
            points[at, place], ties[at, place] = best_points[place], best_tie[place]
            rows[at, place, 0] = entry_offer[best_entry[place]]
            rows[at, place, 1] = best_spoken[place]
            rows[at, place, 2] = entry_heard[best_entry[place]]
            rows[at, place, 3] = best_near[place]


walk = compiled(_walk)
