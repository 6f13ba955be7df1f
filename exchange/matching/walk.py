"""Walk: the kernel's loop over the lists that could meet each want.

Only ``kernel`` imports this module: what it names is compiled when it is first called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.ahead import leaves_ahead, list_ahead
from exchange.matching.appraise import appraise
from exchange.matching.best import take_in
from exchange.matching.compiled import compiled
from exchange.matching.heap import take_out
from exchange.matching.lists import BLOCK
from exchange.matching.pair import (
    about_of,
    back_of,
    barred,
    mixed_of,
    shared_projects,
    tie_between,
)
from exchange.matching.question import FAR, HOUR, OFFERED, REACH, SUMS, ask, hoped
from exchange.matching.reach import reach
from exchange.matching.soon import soon
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
from exchange.matching.trip import (
    AT,
    BEGIN,
    END,
    EXTRA,
    FIRST_BLOCK,
    LEAF,
    SEEKER,
    WANTED,
    WAYS,
    WISH,
)
from exchange.matching.who import ABOUT, OFFERS, SEED, TONGUES


def _walk(
    asked: Any, count: Any, rows: Any, points: Any, ties: Any,
    most: int, period: Any, side: Any, level_points: Any, language_points: Any, time_points: Any,
    project_points: Any, kind: Any, gain: Any, rare: Any, sides: Any, factors: Any,
    meets_starts: Any, meets: Any, meets_points: Any,
    met_starts: Any, met: Any, met_points: Any,
    who_is: Any, hand_starts: Any, hand: Any, told: Any,
    offer_capacity: Any, offer_level: Any, offer_methods: Any, tongue: Any, tongue_level: Any,
    find: Any, languages: int, entry_offer: Any, entry_heard: Any, places: Any,
    members: Any, who: Any, traits: Any, summaries: Any,
    words: Any, long: Any, twins: Any, capacities: int,
    marks: Any, wishes: Any, alone: Any, backs_most: int, lists_most: int,
) -> None:  # fmt: skip
    """Fill ``rows`` (helper, offer, spoken, heard, points for capacity), ``points`` and ``ties``.

    ``asked`` has a row for each want, in the order in which they are taken.
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
    given, level_of = np.empty(5, np.int64), np.zeros(1 << 5, np.int64)
    for level in range(5):
        level_of[1 << level] = level
    kinds = kind[len(kind) - 1] + 1
    columns = who_is.shape[1]
    for want in range(len(asked)):
        if want + 1 < len(asked):
            soon(who_is, asked[want + 1, SEEKER] * columns)
        seeker, wanted, wish = asked[want, SEEKER], asked[want, WANTED], asked[want, WISH]
        ways, extra = asked[want, WAYS], asked[want, EXTRA]
        mixed = mixed_of(who_is[seeker, SEED] ^ period)
        mark, number_of = reach(
            want, wish, who_is[seeker, OFFERS], who_is[seeker, TONGUES], wanted, methods_points,
            level_points, language_points, kind, gain, rare, meets_starts, meets, meets_points, met_starts, met, met_points,
            offer_capacity, tongue, tongue_level,
            find, languages, long, twins, capacities, stamp, slot, ways_back, found, order,
        )  # fmt: skip
        held = 0
        lowest = -1  # Nothing below this can be among the best any more.
        own_clock, own_region, own_country, own_projects = about_of(who_is[seeker, ABOUT])
        # Who has no region or country has none in common with anybody.
        region_key = own_region if own_region >= 0 else -2
        country_key = own_country if own_country >= 0 else -2
        for level in range(5):
            question[OFFERED + level] = level_points[wish, level]
        question[HOUR] = own_clock
        question[FAR] = sides[FAR] if own_clock >= 0 else 0
        question[REACH] = sides[REACH] if own_clock >= 0 else 0
        heaped = number_of
        for left in range(number_of - 1, -1, -1):
            while heaped > max(left - 2, 0):  # this one, and two to be fetched ahead
                take_out(order, heaped, number_of)
                heaped -= 1
            chosen = order[left]
            if held == most and found[5, chosen] + besides + extra < lowest:
                break
            list_ahead(left, found, order, places, traits, summaries)
            number, spoken, near = found[0, chosen], found[1, chosen], found[2, chosen]
            most_back, head = found[3, chosen], found[4, chosen]
            own_points = language_points[tongue_level[spoken]]
            rest = rare[tongue[spoken]] + extra
            methods_back = ask(
                question, given, rest, near, own_points, head, most_back, ways_back, level_points,
                offer_level, offer_methods,
            )  # fmt: skip
            is_twin, single = head >= 0, head >= 0 and ways_back[3, head] < 0
            first = places[number, LEAF] * (TRAITS * WIDTH)
            begin, end, block = (
                places[number, BEGIN],
                places[number, END],
                places[number, FIRST_BLOCK],
            )
            bounded = block >= 0
            for position in range(begin, end, WIDTH):
                leaf = first + (position - begin) * TRAITS
                if bounded:
                    place = (position - begin) % BLOCK // WIDTH
                    if place == 0:
                        appraise(
                            summaries, block * (TRAITS * WIDTH), sums, question, ways,
                            methods_back, own_projects, region_key, country_key,
                        )  # fmt: skip
                        passed = hoped(sums, bounds, bare, factors) < lowest
                        block += 1
                        if not passed:
                            leaves_ahead(bounds, lowest, traits, leaf, who, position)
                    if passed or bounds[place] < lowest:
                        continue
                appraise(
                    traits, leaf, sums, question, ways, methods_back, own_projects, region_key,
                    country_key,
                )  # fmt: skip
                if hoped(sums, hopes, bare, factors) < lowest:
                    continue
                for inside in range(position, min(position + WIDTH, end)):
                    if hopes[inside - position] >= lowest:
                        soon(who_is, who[inside] * columns)
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
                    way = near + level_points[wish, level_of[traits[at_place + LEVEL * WIDTH]]]
                    if traits[at_place + METHODS * WIDTH] & ways:
                        way += methods_points
                    score += way
                    hour = traits[at_place + CLOCK * WIDTH]
                    if own_clock >= 0 and hour >= 0:
                        apart = abs(own_clock - hour)
                        score += time_points[min(apart, 96 - apart)]
                    score += region_points * (traits[at_place + REGION * WIDTH] == region_key)
                    score += country_points * (traits[at_place + COUNTRY * WIDTH] == country_key)
                    common, shared = own_projects & traits[at_place + PROJECTS * WIDTH], 0
                    if common & OTHERS:
                        shared = shared_projects(who_is, words, seeker, helper)
                    elif common:
                        shared = 2 if common & (common - 1) else 1
                    score += project_points[shared]
                    back = 0
                    if single:
                        back = given[level_of[traits[at_place + WISH_LEVEL * WIDTH]]]
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
                    tie = tie_between(mixed, who_is[helper, SEED])
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
                    held = take_in(
                        best_points, best_tie, best_helper, best_entry, best_spoken, best_near,
                        held, known, score, tie, helper, entry, spoken, near,
                    )  # fmt: skip
                    if held == most:
                        lowest = best_points[most - 1]
        at = asked[want, AT]
        count[at] = held
        for place in range(held):
            points[at, place], ties[at, place] = best_points[place], best_tie[place]
            rows[0, at, place] = best_helper[place]
            rows[1, at, place] = entry_offer[best_entry[place]]
            rows[2, at, place] = best_spoken[place]
            rows[3, at, place] = entry_heard[best_entry[place]]
            rows[4, at, place] = best_near[place]


walk = compiled(_walk)
