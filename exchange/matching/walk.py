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
from exchange.matching.pair import back_of, barred, shared_projects
from exchange.matching.question import FAR, HOUR, OFFERED, REACH, SUMS, ask, hoped
from exchange.matching.reach import reach
from exchange.matching.summaries import (
    CLOCK,
    COUNTRY,
    FRESH,
    HEARD,
    LEVEL,
    METHODS,
    OTHERS,
    PROJECTS,
    REGION,
    TRAITS,
    WIDTH,
    WISH_LEVEL,
    WISH_METHODS,
)
from exchange.matching.who import SEED


def _walk(
    turns: Any, sought: Any, count: Any, rows: Any, points: Any, ties: Any,
    most: int, period: Any, side: Any, level_points: Any, language_points: Any, time_points: Any,
    project_points: Any, kind: Any, gain: Any, rare: Any, sides: Any, factors: Any,
    meets_starts: Any, meets: Any, meets_points: Any,
    met_starts: Any, met: Any, met_points: Any,
    who_is: Any, clock: Any, region: Any, country: Any, folds: Any,
    hand_starts: Any, hand: Any, told: Any,
    want_person: Any, want_capacity: Any, want_level: Any, want_methods: Any,
    want_points: Any,
    offer_starts: Any, offer_capacity: Any, offer_level: Any, offer_methods: Any,
    tongue_starts: Any, tongue: Any, tongue_level: Any,
    find: Any, languages: int, entry_offer: Any, entry_heard: Any, starts: Any,
    members: Any, who: Any, leaves: Any, traits: Any, blocks: Any, summaries: Any,
    words: Any, long: Any, twins: Any, capacities: int,
    marks: Any, wishes: Any, alone: Any, backs_most: int, lists_most: int,
) -> None:  # fmt: skip
    """Fill ``rows`` (helper, offer, spoken, heard, points for capacity), ``points`` and ``ties``.

    ``turns`` says in which order the wants ``sought`` are taken.
    """
    methods_points, region_points, country_points = side[0], side[1], side[2]
    people = len(alone)
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
    hopes, bare = np.empty(WIDTH, np.int32), np.empty(WIDTH, np.int32)
    bounds, passed = np.empty(WIDTH, np.int32), False
    sums = np.empty(SUMS * WIDTH, np.int16)
    question = sides.copy()
    given = np.empty(5, np.int64)
    m1, m2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
    s27, s30, s31, s33 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(33)
    kinds = kind[len(kind) - 1] + 1
    for at in turns:
        want = sought[at]
        seeker = want_person[want]
        wanted, wish, ways = want_capacity[want], want_level[want], want_methods[want]
        mixed = who_is[seeker, SEED] ^ period
        mixed = (mixed ^ (mixed >> s30)) * m1
        mixed = (mixed ^ (mixed >> s27)) * m2
        mixed = mixed ^ (mixed >> s31)
        mark, number_of = reach(
            want, wish, seeker, wanted, methods_points, level_points, language_points,
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
        own_projects = folds[seeker]
        for level in range(5):
            question[OFFERED + level] = level_points[wish, level]
        question[HOUR] = own_clock
        for column in (FAR, REACH):
            question[column] = sides[column] if own_clock >= 0 else 0
        for turn in range(number_of):
            chosen = order[turn]
            if held == most and found[5, chosen] + besides + want_points[want] < lowest:
                break
            number, spoken, near = found[0, chosen], found[1, chosen], found[2, chosen]
            most_back, head = found[3, chosen], found[4, chosen]
            own_points = language_points[tongue_level[spoken]]
            rest = rare[tongue[spoken]] + want_points[want]
            methods_back = ask(
                question, given, rest, near, own_points, head, most_back, ways_back, level_points,
                offer_level, offer_methods,
            )  # fmt: skip
            is_twin, single = head >= 0, head >= 0 and ways_back[3, head] < 0
            first = leaves[number] * (TRAITS * WIDTH)
            begin, end = starts[number], starts[number + 1]
            block, bounded = blocks[number], blocks[number] < blocks[number + 1]
            for position in range(begin, end, WIDTH):
                if bounded:
                    place = (position - begin) % BLOCK // WIDTH
                    if place == 0:
                        bound(
                            summaries, block * (TRAITS * WIDTH), sums, question, ways,
                            methods_back, own_projects, region_key, country_key,
                        )  # fmt: skip
                        passed = hoped(sums, bounds, bare, factors) < lowest
                        block += 1
                    if passed or bounds[place] < lowest:
                        continue
                leaf = first + (position - begin) * TRAITS
                appraise(
                    traits, leaf, sums, question, ways, methods_back, own_projects, region_key,
                    country_key,
                )  # fmt: skip
                if hoped(sums, hopes, bare, factors) < lowest:
                    continue
                for inside in range(position, min(position + WIDTH, end)):
                    place = inside - position
                    if hopes[place] < lowest:
                        continue
                    # Outside of twins most want nothing that the seeker offers.
                    mutual = is_twin or (most_back > 0 and (marks[inside] & mark) != np.uint64(0))
                    if not mutual and bare[place] < lowest:
                        continue
                    helper = who[inside]
                    if helper == seeker:
                        continue
                    # What it comes to in truth.
                    at_place = leaf + place
                    score = rest + traits[at_place + FRESH * WIDTH]
                    score += min(own_points, traits[at_place + HEARD * WIDTH])
                    way = near + level_points[wish, traits[at_place + LEVEL * WIDTH]]
                    if traits[at_place + METHODS * WIDTH] & ways:
                        way += methods_points
                    score += way
                    hour = traits[at_place + CLOCK * WIDTH]
                    if own_clock >= 0 and hour >= 0:
                        apart = abs(own_clock - hour)
                        score += time_points[min(apart, 96 - apart)]
                    if traits[at_place + REGION * WIDTH] == region_key:
                        score += region_points
                    if traits[at_place + COUNTRY * WIDTH] == country_key:
                        score += country_points
                    common, shared = own_projects & traits[at_place + PROJECTS * WIDTH], 0
                    if common & OTHERS:
                        shared = shared_projects(who_is, words, seeker, helper)
                    elif common:
                        shared = 2 if common & (common - 1) else 1
                    score += project_points[shared]
                    back = 0
                    if single:
                        back = given[traits[at_place + WISH_LEVEL * WIDTH]]
                        if traits[at_place + WISH_METHODS * WIDTH] & methods_back:
                            back += methods_points
                    elif mutual:
                        back = back_of(
                            who_is, helper, want, wishes, stamp, slot, ways_back, level_points,
                            methods_points, offer_level, offer_methods,
                        )  # fmt: skip
                    score += gain[kinds * kind[way] + kind[back]]
                    if score < lowest:
                        continue
                    entry = members[inside]
                    turned = (who_is[helper, SEED] << s31) | (who_is[helper, SEED] >> s33)
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
                    elif barred(seeker, helper, people, alone, hand_starts, hand, told):
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
            rows[0, at, place] = best_helper[place]
            rows[1, at, place] = entry_offer[best_entry[place]]
            rows[2, at, place] = best_spoken[place]
            rows[3, at, place] = entry_heard[best_entry[place]]
            rows[4, at, place] = best_near[place]


walk = compiled(_walk)
