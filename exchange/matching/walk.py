"""Walk: the kernel's loop over the lists that could meet each want.

Only ``kernel`` imports this module: what it names is compiled when it is first called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.compiled import compiled
from exchange.matching.lists import BLOCK, LEAF
from exchange.matching.reach import back_of, reach


def _walk(
    sought: Any, count: Any, rows: Any, points: Any, ties: Any,
    most: int, period: Any, side: Any, level_points: Any, language_points: Any, time_points: Any,
    project_points: Any, level_bound: Any, both_levels: Any, both_clocks: Any, rare: Any,
    meets_starts: Any, meets: Any, meets_points: Any,
    met_starts: Any, met: Any, met_points: Any,
    seed: Any, clock: Any, region: Any, country: Any, projects: Any,
    hand_starts: Any, hand: Any, told: Any,
    want_person: Any, want_capacity: Any, want_level: Any, want_methods: Any,
    want_points: Any,
    offer_starts: Any, offer_capacity: Any, offer_level: Any, offer_methods: Any,
    tongue_starts: Any, tongue: Any, tongue_level: Any,
    find: Any, languages: int, entry_offer: Any, entry_heard: Any, starts: Any,
    members: Any, who: Any, packed: Any, leaves: Any, summaries: Any, blocks: Any, first_block: int,
    piece_projects: Any, long: Any, twins: Any,
    first_twin: int, capacities: int,
    marks: Any, wish_starts: Any, wishes: Any, alone: Any,
) -> None:  # fmt: skip
    """Fill ``rows`` (offer, spoken, heard, points for capacity), ``points`` and ``ties``."""
    methods_points, region_points, country_points = side[0], side[1], side[2]
    mutual, fit, fresh_most = side[3], side[4], side[5]
    people, words = len(seed), projects.shape[1]
    besides = level_points.max() + methods_points + time_points.max() + project_points.max()
    besides += region_points + country_points + fresh_most
    leaf, block, lists_most = LEAF, BLOCK, 4096
    stamp = np.full(capacities, -1, np.int64)
    slot = np.empty(capacities, np.int64)
    back_fit = np.empty(
        4096, np.int64
    )  # What the seeker's offers could give: (want, offer, points)
    back_want = np.empty(4096, np.int64)
    back_offer = np.empty(4096, np.int64)
    back_next = np.empty(4096, np.int64)
    back_most_of = np.empty(4096, np.int64)
    list_number = np.empty(lists_most, np.int64)
    list_spoken = np.empty(lists_most, np.int64)
    list_points = np.empty(lists_most, np.int64)
    list_mutual = np.empty(lists_most, np.int64)
    list_worth = np.empty(lists_most, np.int64)
    best_helper = np.empty(most, np.int64)
    best_points = np.empty(most, np.int64)
    best_tie = np.empty(most, np.uint64)
    best_entry = np.empty(most, np.int64)
    best_spoken = np.empty(most, np.int64)
    best_near = np.empty(most, np.int64)
    m1, m2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
    s27, s30, s31, s33 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(33)
    for at in range(len(sought)):
        want = sought[at]
        seeker = want_person[want]
        wanted, wish, ways = want_capacity[want], want_level[want], want_methods[want]
        mixed = seed[seeker] ^ period
        mixed = (mixed ^ (mixed >> s30)) * m1
        mixed = (mixed ^ (mixed >> s27)) * m2
        mixed = mixed ^ (mixed >> s31)
        mark, number_of = reach(
            want, wish, seeker, wanted, side, level_points, language_points, level_bound,
            rare, meets_starts, meets, meets_points, met_starts, met, met_points,
            offer_starts, offer_capacity, tongue_starts, tongue, tongue_level,
            find, languages, long, twins, capacities,
            stamp, slot, back_want, back_offer, back_fit, back_next, back_most_of,
            list_number, list_spoken, list_points, list_mutual, list_worth,
        )  # fmt: skip
        held = 0
        lowest = -1  # Nothing below this can be among the best any more.
        own_clock, own_region, own_country = clock[seeker], region[seeker], country[seeker]
        # Who has no region or country has none in common with anybody.
        region_key = own_region + 1 if own_region >= 0 else -1
        country_key = own_country + 1 if own_country >= 0 else -1
        by_itself = alone[seeker]
        for turn in range(number_of):
            number, spoken = list_number[turn], list_spoken[turn]
            most_back = list_mutual[turn]
            near, level_own = list_points[turn], tongue_level[spoken]
            if held == most and list_worth[turn] + besides + want_points[want] < lowest:
                continue
            rest = rare[tongue[spoken]] + want_points[want]
            is_twin = number >= first_twin
            back_bound = 0  # The most points for reciprocity that anybody in this list can have.
            if most_back > 0:
                whole = near + level_bound[wish, 31] + methods_points
                back_bound = 2 * mutual * whole * most_back // ((whole + most_back) * fit)
            begin, end = starts[number], starts[number + 1]
            whole_leaves = leaves[number]
            span = block if end - begin > 4 * leaf else leaf
            position = begin
            depth = 0 if span > leaf else 1
            while position < end:
                # Look at the summary of a block, or of a leaf, at this position.
                if depth == 0:
                    row = first_block + blocks[number] + (position - begin) // block
                else:
                    row = whole_leaves + (position - begin) // leaf
                if held == most:
                    hope_fit = near + level_bound[wish, summaries[row, 1]]
                    if summaries[row, 2] & ways:
                        hope_fit += methods_points
                    hope = rest + hope_fit + summaries[row, 7]
                    hope += both_levels[level_own, summaries[row, 3]]
                    if own_clock >= 0 and summaries[row, 4] >= 0:
                        apart = 0
                        if own_clock < summaries[row, 4] or own_clock > summaries[row, 8]:
                            one, two = (
                                abs(own_clock - summaries[row, 4]),
                                abs(own_clock - summaries[row, 8]),
                            )
                            apart = min(min(one, 96 - one), min(two, 96 - two))
                        hope += time_points[apart]
                    if own_region >= 0 and (
                        summaries[row, 5] == -2 or summaries[row, 5] == own_region
                    ):
                        hope += region_points
                    if own_country >= 0 and (
                        summaries[row, 6] == -2 or summaries[row, 6] == own_country
                    ):
                        hope += country_points
                    if most_back > 0 and hope + back_bound + project_points[2] >= lowest:
                        hope += 2 * mutual * hope_fit * most_back // ((hope_fit + most_back) * fit)
                    if hope + project_points[2] >= lowest:
                        shared = 0
                        for word in range(words):
                            bits = projects[seeker, word] & piece_projects[row, word]
                            while bits and shared < 2:
                                bits &= bits - np.uint64(1)
                                shared += 1
                        hope += project_points[shared]
                    if hope < lowest:
                        position += block if depth == 0 else leaf
                        if depth == 1 and span > leaf and (position - begin) % (block) == 0:
                            depth = 0
                        continue
                if depth == 0:
                    depth = 1
                    continue
                for inside in range(position, min(position + leaf, end)):
                    traits = packed[inside]
                    way = near + level_points[wish, traits & 7]
                    if (traits >> 47) & ways:
                        way += methods_points
                    score = rest + way + ((traits >> 13) & 1023)
                    score += both_levels[level_own, (traits >> 3) & 7]
                    score += both_clocks[own_clock + 1, (traits >> 6) & 127]
                    if (traits >> 23) & 1023 == region_key:
                        score += region_points
                    if (traits >> 33) & 16383 == country_key:
                        score += country_points
                    hope = score + project_points[2]
                    if hope + back_bound < lowest:
                        continue
                    entry = members[inside]
                    # (In a long list who could learn in both directions was met in a twin.)
                    both = most_back > 0 and (is_twin or (marks[entry] & mark) != 0)
                    if hope < lowest:
                        if not both:
                            continue
                        hope += 2 * mutual * way * most_back // ((way + most_back) * fit)
                        if hope < lowest:
                            continue
                    helper = who[inside]
                    if helper == seeker:
                        continue
                    shared = 0
                    for word in range(words):
                        bits = projects[seeker, word] & projects[helper, word]
                        while bits and shared < 2:
                            bits &= bits - np.uint64(1)
                            shared += 1
                    score += project_points[shared]
                    back = 0
                    if both:
                        back = back_of(
                            helper, want, wish_starts, wishes, stamp, slot, back_offer, back_fit,
                            back_next, level_points, methods_points, offer_level, offer_methods,
                        )  # fmt: skip
                    if back > 0:
                        score += 2 * mutual * way * back // ((way + back) * fit)
                    if score < lowest:
                        continue
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
                        if not by_itself:
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
                position += leaf
                if span > leaf and (position - begin) % (block) == 0:
                    depth = 0
        count[at] = held
        for place in range(held):
            points[at, place], ties[at, place] = best_points[place], best_tie[place]
            rows[at, place, 0] = entry_offer[best_entry[place]]
            rows[at, place, 1] = best_spoken[place]
            rows[at, place, 2] = entry_heard[best_entry[place]]
            rows[at, place, 3] = best_near[place]


walk = compiled(_walk)
