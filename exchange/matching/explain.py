"""Explain: from rows of a market to matches with their reasons, or to why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from exchange.matching.arrays import Ints, spread
from exchange.matching.build import Tree, bits_of, build
from exchange.matching.candidates import Candidates, all_entries, allowed, ranked
from exchange.matching.history import History
from exchange.matching.market import Market
from exchange.matching.party import is_away, is_quiet, is_stale, merged_wants, where
from exchange.matching.postings import Postings
from exchange.matching.result import Lack
from exchange.matching.score import PARTS, Parts, parts_of, ways_back, wider
from exchange.matching.tables import Tables
from exchange.matching.weights import Weights
from exchange.matching.zone import hours_apart, quarters_of
from exchange.model import Match, Method, Part, Profile


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why one person is not suggested to another: the message is ``unmatched-<reason>``.

    ``wants`` are the seeker's open wants that were looked at.
    """

    seeker: str
    helper: str
    reason: Lack
    wants: tuple[str, ...] = ()


def explain(
    seeker: Profile,
    helper: Profile,
    *,
    directory: Tree,
    weights: Weights,
    today: date,
    history: History | None = None,
    market: Market | None = None,
) -> Match | WhyNot:
    """Give the best match of a seeker with a helper, or why they do not match.

    ``market`` lends its counts of speakers, so that points for small languages are those of the
    whole exchange; without it the two are all there is. Seats are not looked at beyond whether
    one is free: the assignment decides who gets it.
    """
    history = history or History()
    two = build(
        {seeker.key: seeker, helper.key: helper}.values(),
        directory=directory,
        weights=weights,
        history=history,
        today=today,
        vocabulary=None if market is None else market.words,
    )
    if market is not None:
        two = two.counting(market)
    row, other = two.rows[seeker.key], two.rows[helper.key]
    wants = np.arange(two.wants.starts[row], two.wants.starts[row + 1])
    wants = wants[two.wants.open[wants]]
    names = tuple(two.words.capacities[two.wants.capacity[want]] for want in wants)

    def why(reason: Lack) -> WhyNot:
        return WhyNot(seeker.key, helper.key, reason, names)

    pair = np.array([row]), np.array([other])
    if row == other or not allowed(two.without_told(), *pair)[0]:
        return why(Lack.SELF)
    if not allowed(two, *pair)[0]:
        return why(Lack.SUGGESTED)
    for profile in (seeker, helper):
        if is_away(profile, today):
            return why(Lack.AWAY)
        if is_quiet(profile):
            return why(Lack.QUIET)
        if is_stale(profile, today, weights):
            return why(Lack.STALE)
    if not len(wants):
        late = any(want.until and want.until < today for want in seeker.wants)
        return why(Lack.LATE if late else Lack.LIVE if seeker.wants else Lack.NOBODY)
    helping = np.arange(len(two)) == other
    tables = Tables.of(weights)
    found = [
        ranked(two, two, entries, most=1, tables=tables, period=0)
        for entries in all_entries(two, Postings.of(two, helping), wants)
    ]
    if not found:
        offered = two.offers.capacity[two.offers.person == other]
        _, related = spread(two.hierarchy.starts, two.wants.capacity[wants])
        meets = np.isin(two.hierarchy.offered[related], offered).any()
        return why(Lack.LANGUAGE if meets else Lack.NOBODY)
    if two.people.free[other] <= 0:
        return why(Lack.SEATS)
    best = found[0].take(np.lexsort((found[0].want, -found[0].score))[:1])
    profiles = {profile.key: profile for profile in (seeker, helper)}
    return described(two, best, profiles, tables=tables, today=today)[0]


def described(
    market: Market,
    found: Candidates,
    profiles: Mapping[str, Profile],
    *,
    tables: Tables,
    today: date,
    seekers: Market | None = None,
) -> list[Match]:
    """Turn candidates into matches with parts and facts, in the same order.

    Where the seekers are of another market than the helpers, ``seekers`` is theirs.
    """
    asking = market if seekers is None else seekers
    parts = parts_of(asking, market, found.entries, tables)
    seeker = asking.wants.person[found.want]
    back = _backs(asking, market, seeker, found.helper, tables)
    return [
        _match(asking, market, found, parts, at, back[at], profiles, today)
        for at in range(len(found))
    ]


def _backs(
    seekers: Market, helpers: Market, seeker: Ints, helper: Ints, tables: Tables
) -> list[list[tuple[str, str]]]:
    """List what each helper wants and the seeker offers as capacity ids, best first."""
    row, want, offer, points = ways_back(seekers, helpers, seeker, helper)
    level = tables.level[helpers.wants.level[want], seekers.offers.level[offer]]
    methods = (helpers.wants.methods[want] & seekers.offers.methods[offer]) != 0
    fit = points + level + tables.methods * methods
    backs: list[list[tuple[str, str]]] = [[] for _ in range(len(seeker))]
    for at in np.lexsort((offer, want, -fit, row)).tolist():
        backs[row[at]].append(
            (
                helpers.words.capacities[helpers.wants.capacity[want[at]]],
                seekers.words.capacities[seekers.offers.capacity[offer[at]]],
            )
        )
    return backs


def _match(
    asking: Market,
    giving: Market,
    found: Candidates,
    parts: Parts,
    at: int,
    back: list[tuple[str, str]],
    profiles: Mapping[str, Profile],
    today: date,
) -> Match:
    want_row, offer_row = int(found.want[at]), int(found.entries.offer[at])
    seeker = profiles[asking.keys[asking.wants.person[want_row]]]
    helper = profiles[giving.keys[int(found.helper[at])]]
    wanted = asking.words.capacities[asking.wants.capacity[want_row]]
    offered = giving.words.capacities[giving.offers.capacity[offer_row]]
    want = next(want for want in merged_wants(seeker) if want.capacity == wanted)
    code = giving.words.languages[giving.languages.code[found.entries.heard[at]]]
    facts: dict[str, tuple[str, ...]] = {
        "capacity": (wanted,) if wanted == offered else (wanted, offered),
        "reciprocity": back[0] if back else (),
        "language": (code,),
        "small-language": (code,),
        "level": (str(int(giving.offers.level[offer_row])), str(int(want.level or 0))),
        "methods": _methods(
            int(asking.wants.methods[want_row]) & int(giving.offers.methods[offer_row])
        ),
        "time": _hours(seeker, helper, today),
        "projects": tuple(sorted(set(seeker.projects) & set(helper.projects))),
        "region": (where(seeker) or "",),
        "country": (seeker.country or "",),
        "freshness": (helper.edited.date().isoformat() if helper.edited else "",),
        "priority": (want.priority.name.lower(),),
        "deadline": (want.until.isoformat() if want.until else "",),
    }
    nearness = "capacity" if wanted == offered else _nearness(asking, giving, want_row, offer_row)
    return Match(
        seeker=seeker.key,
        helper=helper.key,
        want=wanted,
        offer=offered,
        score=float(found.score[at]),
        parts=tuple(
            Part(nearness if name == "capacity" else name, float(parts[name][at]), facts[name])
            for name in PARTS
            if parts[name][at]
        ),
        back=tuple(back),
    )


def _nearness(asking: Market, giving: Market, want: int, offer: int) -> str:
    step = wider(asking, giving).step(
        int(asking.wants.capacity[want]), int(giving.offers.capacity[offer])
    )
    return "narrower" if step > 0 else "broader"


def _methods(bits: int) -> tuple[str, ...]:
    return tuple(method.value for method in Method if bits & bits_of((method,)))


def _hours(seeker: Profile, helper: Profile, today: date) -> tuple[str, ...]:
    one, other = quarters_of(seeker.timezone, today), quarters_of(helper.timezone, today)
    return (f"{hours_apart(one, other):g}",) if one >= 0 and other >= 0 else ()
