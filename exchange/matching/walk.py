"""Walk: the kernel's loop over the lists that could meet each want.

Only ``kernel`` imports this module: what it names is compiled when it is first called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.compiled import compiled
from exchange.matching.lists import BLOCK, LEAF
from exchange.matching.reach import reach


def _walk(
    sought: Any, count: Any, rows: Any, points: Any, ties: Any,
    most: int, period: Any, side: Any, level_points: Any, language_points: Any, time_points: Any,
    project_points: Any, level_bound: Any, rare: Any,
    meets_starts: Any, meets: Any, meets_points: Any,
    met_starts: Any, met: Any, met_points: Any,
    seed: Any, clock: Any, region: Any, country: Any, projects: Any,
    hand_starts: Any, hand: Any, told: Any,
    want_starts: Any, want_person: Any, want_capacity: Any, want_level: Any, want_methods: Any,
    want_points: Any, want_open: Any,
    offer_starts: Any, offer_capacity: Any, offer_level: Any, offer_methods: Any,
    tongue_starts: Any, tongue: Any, tongue_level: Any,
    find: Any, languages: int, entry_offer: Any, entry_heard: Any, traits: Any, starts: Any,
    members: Any, leaves: Any, summaries: Any, blocks: Any, first_block: int,
    piece_projects: Any, long: Any, twins: Any, capacities: int,
    marks: Any, works_of: Any,
) -> None:  # fmt: skip
    """Fill ``rows`` (offer, spoken, heard, points for capacity), ``points`` and ``ties``."""
    methods_points, region_points, country_points = side[0], side[1], side[2]
    mutual, fit, fresh_most = side[3], side[4], side[5]
    people, words = len(seed), projects.shape[1]
    besides = level_points.max() + methods_points + time_points.max() + project_points.max()
    besides += region_points + country_points + fresh_most
    leaf, block, lists_most = LEAF, BLOCK, 4096
    stamp = np.full(capacities, -1, np.int64)
    back_fit = np.empty(
        4096, np.int64
    )  # What the seeker's offers could give: (want, offer, points)
    back_want = np.empty(4096, np.int64)
    back_offer = np.empty(4096, np.int64)
    list_number = np.empty(lists_most, np.int64)
    list_spoken = np.empty(lists_most, np.int64)
    list_points = np.empty(lists_most, np.int64)
    list_mutual = np.empty(lists_most, np.int64)
    list_worth = np.empty(lists_most, np.int64)
    best_helper = np.empty(most, np.int64)
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
        backs, mark, number_of = reach(
            want, wish, seeker, wanted, side, level_points, language_points, level_bound,
            rare, meets_starts, meets, meets_points, met_starts, met, met_points,
            offer_starts, offer_capacity, tongue_starts, tongue, tongue_level,
            find, languages, long, twins, capacities,
            stamp, back_want, back_offer, back_fit,
            list_number, list_spoken, list_points, list_mutual, list_worth,
        )  # fmt: skip
        held = 0
        lowest = -1  # Nothing below this can be among the best any more.
        own_clock, own_region, own_country = clock[seeker], region[seeker], country[seeker]
        for turn in range(number_of):
            number, spoken = list_number[turn], list_spoken[turn]
            most_back = list_mutual[turn]
            near, level_own = list_points[turn], tongue_level[spoken]
            if held == most and list_worth[turn] + besides + want_points[want] < lowest:
                continue
            base = near + rare[tongue[spoken]] + want_points[want]
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
                    hope = base - near + hope_fit + summaries[row, 7]
                    hope += language_points[min(level_own, summaries[row, 3])]
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
                    if most_back > 0:
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
                    entry = members[inside]
                    helper = traits[entry, 0]
                    if helper == seeker:
                        continue
                    way = near + level_points[wish, traits[entry, 1]]
                    if ways & traits[entry, 2]:
                        way += methods_points
                    score = base - near + way + traits[entry, 7]
                    score += language_points[min(level_own, traits[entry, 3])]
                    if own_clock >= 0 and traits[entry, 4] >= 0:
                        apart = abs(own_clock - traits[entry, 4])
                        score += time_points[min(apart, 96 - apart)]
                    if own_region >= 0 and own_region == traits[entry, 5]:
                        score += region_points
                    if own_country >= 0 and own_country == traits[entry, 6]:
                        score += country_points
                    hope = score + project_points[2]
                    both = most_back > 0 and (marks[entry] & mark) != 0
                    if both:
                        hope += 2 * mutual * way * most_back // ((way + most_back) * fit)
                    # (In a long list who could learn in both directions was met in a twin.)
                    if held == most and hope < lowest:
                        continue
                    shared = 0
                    for word in range(words):
                        bits = projects[seeker, word] & works_of[entry, word]
                        while bits and shared < 2:
                            bits &= bits - np.uint64(1)
                            shared += 1
                    score += project_points[shared]
                    back = 0
                    if (marks[entry] & mark) != 0:
                        for theirs in range(want_starts[helper], want_starts[helper + 1]):
                            if not want_open[theirs] or stamp[want_capacity[theirs]] != want:
                                continue
                            for other in range(backs):
                                if back_want[other] == want_capacity[theirs]:
                                    mine = back_offer[other]
                                    given = back_fit[other]
                                    given += level_points[want_level[theirs], offer_level[mine]]
                                    if want_methods[theirs] & offer_methods[mine]:
                                        given += methods_points
                                    back = max(back, given)
                    if back > 0:
                        score += 2 * mutual * way * back // ((way + back) * fit)
                    if held == most and score < lowest:
                        continue
                    turned = (seed[helper] << s31) | (seed[helper] >> s33)
                    tie = mixed ^ turned
                    tie = (tie ^ (tie >> s30)) * m1
                    tie = (tie ^ (tie >> s27)) * m2
                    tie = tie ^ (tie >> s31)
                    if held == most and score == lowest and tie > ties[at, held - 1]:
                        continue
                    known = -1
                    for place in range(held):
                        if best_helper[place] == helper:
                            known = place
                            break
                    if known >= 0:
                        if score < points[at, known]:
                            continue
                        if score == points[at, known]:
                            offer = entry_offer[entry]
                            if offer > rows[at, known, 0] or (
                                offer == rows[at, known, 0] and spoken >= rows[at, known, 1]
                            ):
                                continue
                    else:
                        barred = False
                        for mine in range(hand_starts[seeker], hand_starts[seeker + 1]):
                            for theirs in range(hand_starts[helper], hand_starts[helper + 1]):
                                if hand[mine] == hand[theirs]:
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
                        points[at, place - 1] < score
                        or (points[at, place - 1] == score and ties[at, place - 1] > tie)
                    ):
                        points[at, place] = points[at, place - 1]
                        ties[at, place] = ties[at, place - 1]
                        best_helper[place] = best_helper[place - 1]
                        for column in range(4):
                            rows[at, place, column] = rows[at, place - 1, column]
                        place -= 1
                    points[at, place] = score
                    ties[at, place] = tie
                    best_helper[place] = helper
                    rows[at, place, 0] = entry_offer[entry]
                    rows[at, place, 1] = spoken
                    rows[at, place, 2] = entry_heard[entry]
                    rows[at, place, 3] = near
                    if held == most:
                        lowest = points[at, most - 1]
                position += leaf
                if span > leaf and (position - begin) % (block) == 0:
                    depth = 0
        count[at] = held


walk = compiled(_walk)
