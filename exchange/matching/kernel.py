"""Kernel: the best helpers for each want of a large market, without trying all.

The same answer as ``candidates`` gives, to the last tie. For each want the lists that meet it are
walked, best hopes first; a block or leaf whose summary cannot beat the worst of the best so far
is passed over. The scores' definition is in ``score``; here it is repeated for one pair.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Ints
from exchange.matching.candidates import Candidates
from exchange.matching.compiled import compiled
from exchange.matching.lists import LEAF, Lists, level_bounds
from exchange.matching.market import Market
from exchange.matching.score import Entries, Tables, rarity_points

CHUNK = 20_000
"""Wants that one thread takes at a time."""


def best(
    market: Market,
    lists: Lists,
    wants: Ints,
    *,
    most: int,
    tables: Tables,
    period: int,
    threads: int = 2,
) -> Candidates:
    """Find the best ``most`` helpers for each of these wants, which must rise."""
    hierarchy, people = market.hierarchy, market.people
    reverse = _reversed(hierarchy.starts, hierarchy.offered, hierarchy.points)
    rare = rarity_points(market.speakers, market.size, tables.small_language)
    # Wants of one capacity one after another: they walk the same lists, which stay at hand.
    order = np.argsort(market.wants.capacity[wants], kind="stable")
    sought = np.asarray(wants, np.int64)[order]
    count = np.zeros(len(sought), np.int32)
    rows = np.empty((len(sought), most, 4), np.int32)
    points = np.empty((len(sought), most), np.int32)
    ties = np.empty((len(sought), most), np.uint64)
    side = np.array(
        [
            tables.methods, tables.region, tables.country, tables.reciprocity, tables.fit,
            int(people.fresh.max(initial=0)),
        ],
        np.int64,
    )  # fmt: skip
    fixed = (
        most, np.uint64(period), side, tables.level.astype(np.int32),
        tables.language.astype(np.int32), tables.time.astype(np.int32),
        tables.projects.astype(np.int32), level_bounds(tables), rare.astype(np.int32),
        _wide(hierarchy.starts), hierarchy.offered.astype(np.int32),
        hierarchy.points.astype(np.int32), *reverse,
        people.seed, people.clock, people.region, people.country, people.projects,
        _wide(people.hand_starts), people.hand, market.told,
        _wide(market.wants.starts), market.wants.person, market.wants.capacity,
        market.wants.level, market.wants.methods,
        (market.wants.priority + market.wants.deadline).astype(np.int32), market.wants.open,
        _wide(market.offers.starts), market.offers.capacity, market.offers.level,
        market.offers.methods,
        _wide(market.languages.starts), market.languages.code, market.languages.level,
        lists.find, len(market.speakers), lists.offer, lists.heard, lists.traits, lists.starts,
        lists.members, lists.leaves, lists.summaries, lists.blocks, lists.block_summaries,
        lists.projects, lists.block_projects, lists.long, lists.twins, lists.capacities,
        lists.marks, lists.works,
    )  # fmt: skip
    walk = compiled(_walk)

    def part(begin: int) -> None:
        end = min(begin + CHUNK, len(sought))
        part_of = slice(begin, end)
        walk(sought[part_of], count[part_of], rows[part_of], points[part_of], ties[part_of], *fixed)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, range(0, len(sought), CHUNK)))
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return _gathered(market, np.asarray(wants), back, count, rows, points, ties)


def _gathered(
    market: Market, wants: Ints, back: Ints, count: Ints, rows: Any, points: Any, ties: Any
) -> Candidates:
    count = count[back]
    filled = np.arange(rows.shape[1])[None, :] < count[:, None]
    at, column = np.nonzero(filled)
    source = back[at]
    found = rows[source, column]
    return Candidates(
        Entries(
            want=wants[at].astype(np.int32),
            offer=found[:, 0].copy(),
            spoken=found[:, 1].copy(),
            heard=found[:, 2].copy(),
            capacity=found[:, 3].copy(),
        ),
        helper=market.offers.person[found[:, 0]],
        score=points[source, column],
        tie=ties[source, column],
    )


def _wide(values: Ints) -> NDArray[np.int64]:
    return np.ascontiguousarray(values, np.int64)


def _reversed(starts: Ints, offered: Ints, points: Ints) -> tuple[Ints, Ints, Ints]:
    """Turn (wanted -> offered) round: for each offered capacity the wants that it meets."""
    count = len(starts) - 1
    wanted = np.repeat(np.arange(count, dtype=np.int32), np.diff(starts))
    order = np.argsort(offered, kind="stable")
    turned = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(offered, minlength=count), out=turned[1:])
    return turned, wanted[order], points[order].astype(np.int32)


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
    members: Any, leaves: Any, summaries: Any, blocks: Any, block_summaries: Any,
    leaf_projects: Any, block_projects: Any, long: Any, twins: Any, capacities: int,
    marks: Any, works_of: Any,
) -> None:  # fmt: skip
    """Fill ``rows`` (offer, spoken, heard, points for capacity), ``points`` and ``ties``."""
    methods_points, region_points, country_points = side[0], side[1], side[2]
    mutual, fit, fresh_most = side[3], side[4], side[5]
    people, words = len(seed), projects.shape[1]
    besides = level_points.max() + methods_points + time_points.max() + project_points.max()
    besides += region_points + country_points + fresh_most
    extra = level_points.max() + methods_points
    leaf, lists_most = LEAF, 4096
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
                    stamp[met[place]] = want
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
                            twin = twins[long[number] * capacities + back_want[other]]
                            if twin < 0 or number_of >= lists_most:
                                continue
                            seen, most_back = False, 0
                            for known in range(backs):
                                if back_want[known] == back_want[other]:
                                    seen = seen or known < other
                                    most_back = max(most_back, back_fit[known] + extra)
                            if seen:
                                continue
                            list_number[number_of] = twin
                            list_spoken[number_of] = spoken
                            list_points[number_of] = meets_points[place]
                            list_mutual[number_of] = most_back
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
            span = leaf * leaf if end - begin > 4 * leaf else leaf
            position = begin
            depth = 0 if span > leaf else 1
            while position < end:
                # Look at the summary of a block, or of a leaf, at this position.
                if depth == 0:
                    row = block_summaries[blocks[number] + (position - begin) // (leaf * leaf)]
                    works = block_projects[blocks[number] + (position - begin) // (leaf * leaf)]
                else:
                    row = summaries[whole_leaves + (position - begin) // leaf]
                    works = leaf_projects[whole_leaves + (position - begin) // leaf]
                if held == most:
                    hope_fit = near + level_bound[wish, row[1]]
                    if row[2] & ways:
                        hope_fit += methods_points
                    hope = base - near + hope_fit + row[7]
                    hope += language_points[min(level_own, row[3])]
                    if own_clock >= 0 and row[4] >= 0:
                        apart = 0
                        if own_clock < row[4] or own_clock > row[8]:
                            one, two = abs(own_clock - row[4]), abs(own_clock - row[8])
                            apart = min(min(one, 96 - one), min(two, 96 - two))
                        hope += time_points[apart]
                    if own_region >= 0 and (row[5] == -2 or row[5] == own_region):
                        hope += region_points
                    if own_country >= 0 and (row[6] == -2 or row[6] == own_country):
                        hope += country_points
                    if most_back > 0:
                        hope += 2 * mutual * hope_fit * most_back // ((hope_fit + most_back) * fit)
                    if hope + project_points[2] >= lowest:
                        shared = 0
                        for word in range(words):
                            bits = projects[seeker, word] & works[word]
                            while bits and shared < 2:
                                bits &= bits - np.uint64(1)
                                shared += 1
                        hope += project_points[shared]
                    if hope < lowest:
                        position += leaf * leaf if depth == 0 else leaf
                        if depth == 1 and span > leaf and (position - begin) % (leaf * leaf) == 0:
                            depth = 0
                        continue
                if depth == 0:
                    depth = 1
                    continue
                for inside in range(position, min(position + leaf, end)):
                    entry = members[inside]
                    trait = traits[entry]
                    helper = trait[0]
                    if helper == seeker:
                        continue
                    way = near + level_points[wish, trait[1]]
                    if ways & trait[2]:
                        way += methods_points
                    score = base - near + way + trait[7]
                    score += language_points[min(level_own, trait[3])]
                    if own_clock >= 0 and trait[4] >= 0:
                        apart = abs(own_clock - trait[4])
                        score += time_points[min(apart, 96 - apart)]
                    if own_region >= 0 and own_region == trait[5]:
                        score += region_points
                    if own_country >= 0 and own_country == trait[6]:
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
                if span > leaf and (position - begin) % (leaf * leaf) == 0:
                    depth = 0
        count[at] = held
