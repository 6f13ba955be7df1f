"""Search: the compiled loop that looks for each want at windows of neighbours.

For each capacity that meets the want, best first, and each language of the seeker: among those
who want in return what the seeker offers, a narrow window; then among all, a wide one. An entry is
worth the points of ``scoring`` as far as its group tells: who wants several things in return is
found in the group of each. Windows as wide as the groups find what trying everybody finds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.candidates.facts import LANGUAGES, OFFERS, PLACE
from exchange.matching.candidates.neighbours import GIVES, HELPER, LIKE, WANTED
from exchange.matching.columns import mix
from exchange.matching.compiled import compiled

SEEKER, WISH, CHANCE, URGENCY = range(4)
"""Columns of what is asked for each want."""

scatter = compiled(mix)  # as the rest of matching breaks ties

AHEAD = 64
"""Wants whose seekers are looked up together: many reads that do not wait for each other take little
longer than one where memory is slow."""

SAME = 1024
"""How far a run of equals is measured: far enough to choose a window in it by chance."""


@compiled
def first_from(values: Any, low: int, high: int, sought: int) -> int:
    """Return the first place in a rising part of a list that is not below ``sought``."""
    while low < high:
        middle = (low + high) // 2
        if values[middle] < sought:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def keep_best(facts: Any, seeker: int, helper: int, value: int, best: Any, held: int) -> int:
    """Keep a helper with the best so far, each once; return how many are held."""
    at = held
    for known in range(held):
        if best[known] & 0xFFFFFFFF == helper:
            if best[known] >> 32 >= value:
                return held
            at = known
    if at == held:
        if helper == seeker:
            return held
        for barred in range(facts.barred_starts[seeker], facts.barred_starts[seeker + 1]):
            if facts.barred[barred] == helper:
                return held
        if held == len(best):
            at -= 1
        else:
            held += 1
    while at > 0 and best[at - 1] >> 32 < value:
        best[at] = best[at - 1]
        at -= 1
    best[at] = value << 32 | helper
    return held


@compiled
def look_around(
    facts: Any, groups: Any, group: int, width: int, want: Any, way: Any, back: Any, best: Any,
    held: int,
) -> int:  # fmt: skip
    """Look at the entries nearest to a seeker in a group; return how many helpers are held.

    ``want`` is (seeker, packed want, number of chance), ``way`` (likeness, points that all entries
    have), ``back`` (the seeker's packed offer or -1, points for how near it is to the wish).
    """
    seeker, wish, chance = want
    like, near, common = way
    mine, near_back = back
    begin, end = groups.starts[group], groups.starts[group + 1]
    if end - begin > width:
        likes = groups.entries[:, LIKE]
        low = first_from(likes, begin, end, like)
        # Most runs of equals are short, and end in the window.
        reach = SAME if low + width < end and likes[low + width] == like else width
        high = first_from(likes, low, min(end, low + reach), like + 1)
        if high - low > width:
            begin = low + chance % (high - low - width + 1)
        else:
            begin = max(begin, min((low + high - width) // 2, end - width))
        end = begin + width
    here, known = like >> 6, like & 7
    for at in range(begin, end):
        other = groups.entries[at, LIKE]
        gives = groups.entries[at, GIVES]
        there = near + facts.level[wish >> 16 & 7, other >> 3 & 7]
        if wish & gives & 0xFFFF:
            there += facts.methods
        value = there + common + facts.language[min(known, other & 7)] + (gives >> 16)
        value += facts.nearby[here, other >> 6]
        if mine >= 0:
            wanted = groups.entries[at, WANTED]
            again = near_back + facts.level[wanted >> 16, mine >> 16 & 7]
            if mine & wanted & 0xFFFF:
                again += facts.methods
            value += 2 * facts.reciprocity * there * again // ((there + again) * facts.best_fit)
        if held < len(best) or value > best[held - 1] >> 32:
            helper = groups.entries[at, HELPER]
            held = keep_best(facts, seeker, helper, value, best, held)
    return held


@compiled
def finish(facts: Any, seeker: int, chance: int, best: Any, held: int, urgency: int) -> None:
    """Add projects and urgency to the helpers kept, and order them: points, then chance."""
    for at in range(held):
        helper = best[at] & 0xFFFFFFFF
        shared = 0
        for word in range(facts.project_bits.shape[1]):
            bits = facts.project_bits[seeker, word] & facts.project_bits[helper, word]
            while bits and shared < 2:
                bits &= bits - np.uint64(1)
                shared += 1
        value = (best[at] >> 32) + facts.projects[shared] + urgency
        to = at
        while to > 0:
            before = best[to - 1]
            if before >> 32 > value:
                break
            if before >> 32 == value:
                one = scatter(facts.seed[helper] ^ np.uint64(chance))
                if scatter(facts.seed[before & 0xFFFFFFFF] ^ np.uint64(chance)) <= one:
                    break
            best[to] = before
            to -= 1
        best[to] = value << 32 | helper


@compiled
def search_want(facts: Any, groups: Any, breadth: Any, question: Any, best: Any) -> int:
    """Find the best helpers of a want; return how many. ``question`` is a row of what is asked."""
    seeker, wish, chance = question[SEEKER], question[WISH], question[CHANCE]
    held, seen = 0, 0
    want = (seeker, wish, chance)
    capacity, capacities = wish >> 32, len(facts.meeting_starts) - 1
    for meets in range(facts.meeting_starts[capacity], facts.meeting_starts[capacity + 1]):
        base = facts.meeting[meets] * groups.languages
        near = facts.meeting_points[meets]
        for spoken in range(facts.person[seeker, LANGUAGES], facts.person[seeker + 1, LANGUAGES]):
            code, known = facts.languages[spoken] >> 8, facts.languages[spoken] & 7
            number = groups.find[base + code]
            if number < 0:
                continue
            like = np.int64(facts.person[seeker, PLACE]) << 6 | (wish >> 16 & 7) << 3 | known
            way = (like, near, facts.small_language[code])
            first, last = groups.firsts[number], groups.lasts[number]
            for mine in range(facts.person[seeker, OFFERS], facts.person[seeker + 1, OFFERS]):
                given = facts.offers[mine] >> 32
                begin, end = facts.met_by_starts[given], facts.met_by_starts[given + 1]
                for met in range(begin, min(end, begin + breadth.returns)):
                    sought = facts.met_by[met] + 1
                    # Wishes rise by at least one: this one is not far from its number.
                    low = max(first, last - (capacities + 1 - sought))
                    group = first_from(groups.wish, low, min(last, first + sought), sought)
                    if group == last or groups.wish[group] != sought:
                        continue
                    back = (facts.offers[mine], facts.met_by_points[met])
                    held = look_around(
                        facts, groups, group, breadth.narrow, want, way, back, best, held
                    )
                    seen += min(breadth.narrow, groups.starts[group + 1] - groups.starts[group])
            back = (np.int64(-1), facts.met_by_points[0])
            held = look_around(facts, groups, first, breadth.wide, want, way, back, best, held)
            seen += min(breadth.wide, groups.starts[first + 1] - groups.starts[first])
        # Entries that were seen may all be the seeker's own, or of people who are barred.
        if seen >= breadth.enough and held > 0:
            break
    finish(facts, seeker, chance, best, held, question[URGENCY])
    return held


@compiled
def read_ahead(facts: Any, asked: Any, part: Any) -> Any:
    """Read what searching for some wants begins with, so that it is in the processor's cache.

    Returns a sum that nobody needs: without it the compiler would leave the reads out.
    """
    total = np.int64(0)
    for row in part:
        total += asked[row, SEEKER]
    for row in part:
        total += facts.person[asked[row, SEEKER], OFFERS]
    for row in part:
        seeker = asked[row, SEEKER]
        total += facts.barred_starts[seeker]
        for at in range(facts.person[seeker, OFFERS], facts.person[seeker + 1, OFFERS]):
            total += facts.offers[at]
        for at in range(facts.person[seeker, LANGUAGES], facts.person[seeker + 1, LANGUAGES]):
            total += facts.languages[at]
        for word in range(facts.project_bits.shape[1]):
            total += np.int64(facts.project_bits[seeker, word])
    return total


@compiled
def search_wants(facts: Any, groups: Any, breadth: Any, asked: Any, order: Any, kept: Any) -> Any:
    """Find the best helpers of some wants; return what ``read_ahead`` does.

    ``asked`` has a row of ``SEEKER`` ... ``URGENCY`` for each want, ``order`` says which rows.
    ``kept`` is (``points << 32 | helper`` by row, how many by row).
    """
    rows, counts = kept
    total = np.int64(0)
    for begin in range(0, len(order), AHEAD):
        part = order[begin : begin + AHEAD]
        total += read_ahead(facts, asked, part)
        for row in part:
            counts[row] = search_want(facts, groups, breadth, asked[row], rows[row])
    return total


@compiled
def close_up(flat: Any, counts: Any) -> None:
    """Move what is kept of all rows together, to the front."""
    to, width = 0, len(flat) // max(len(counts), 1)
    for row in range(len(counts)):
        for at in range(counts[row]):
            flat[to] = flat[row * width + at]
            to += 1
