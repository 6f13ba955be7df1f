"""Round: everything that one round of matching finds, from profiles to suggestions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np

from exchange.matching import metrics
from exchange.matching.assignment.assign import assign_helpers
from exchange.matching.build_market import build_market
from exchange.matching.candidates.find import CandidateFinder, Candidates, seeking_wants
from exchange.matching.columns import Bools, Ints, seed_of
from exchange.matching.eligibility import History, is_muted
from exchange.matching.explain import matches_from_rows
from exchange.matching.groups import find_chains, find_circles, find_cohorts, find_swaps
from exchange.matching.interpreters import Room, find_interpreted
from exchange.matching.market import Market, allowed_pairs
from exchange.matching.metrics import Measure
from exchange.matching.scoring import Tables, score_pairs
from exchange.matching.shared_wants import count_shared
from exchange.matching.things import (
    CapacityTree,
    Grounds,
    weights_of_things,
    without_things,
)
from exchange.matching.unmet import Unmet, UnmetReason, name_unmet, unmet_wants
from exchange.matching.weights import Weights
from exchange.model import Chain, Circle, Cohort, Match, Profile

KEEP = 40
"""Points that a suggestion of an earlier plan of this period is worth more, so that it stays."""


@dataclass(frozen=True, slots=True)
class Result:
    """One round: suggestions, wants without one, and what else came to light.

    ``matches`` are in the order (seeker, best first); ``measures`` is by name (docs/matching.md
    lists them). ``swaps`` are circles of two among people in this round, ``circles`` of three,
    ``chains`` are some of ``matches`` that begin with somebody who wants nothing. All of it is about
    skills; ``things`` has the matches and unmet wants of money, places and equipment.
    """

    period: str
    matches: tuple[Match, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    swaps: tuple[Circle, ...] = ()
    circles: tuple[Circle, ...] = ()
    chains: tuple[Chain, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=lambda: MappingProxyType({}))
    things: Result | None = None


def match_profiles(
    profiles: Iterable[Profile],
    *,
    directory: CapacityTree,
    weights: Weights,
    history: History,
    today: date,
    period: str,
) -> Result:
    """Match everybody who takes part: data in, data out, the same for the same input.

    ``profiles`` are the active ones, in any order. Never raises; profiles without languages, wants
    or seats get no suggestion, and ``unmet`` says why. Skills and things are matched apart: who
    offers or wants a thing changes nothing for anybody's skills.
    """
    everyone = count_shared(profiles, today)
    found = _match_market(
        (without_things(one, directory) for one in everyone),
        directory=directory,
        weights=weights,
        history=history,
        today=today,
        period=period,
    )
    grounds = Grounds(directory, today)
    marked = [one for each in everyone for one in (grounds.mark(each),) if one.offers or one.wants]
    if not marked:
        return found
    before = grounds.history(history.things or History())
    plainly = {one.key: one for one in everyone}
    things = _match_market(
        marked,
        directory=grounds,
        weights=weights_of_things(weights),
        history=before,
        today=today,
        period=period,
    )
    return replace(
        found,
        things=Result(
            period=period,
            matches=tuple(grounds.plain_match(one, plainly) for one in things.matches),
            unmet=grounds.explain(things.unmet),
        ),
    )


def _match_market(
    profiles: Iterable[Profile],
    *,
    directory: CapacityTree,
    weights: Weights,
    history: History,
    today: date,
    period: str,
) -> Result:
    """Match one market: skills, or things."""
    by_key = {profile.key: profile for profile in profiles}
    market = build_market(
        by_key.values(), directory=directory, weights=weights, history=history, today=today
    )
    tables, seed = Tables.of(weights), seed_of(period) >> 1
    plan = _planned_pairs(market, history)

    def prefer_plan(found: Candidates, helpers: Bools) -> Candidates:
        want, helper = (rows[helpers[plan[1]]] for rows in plan)
        return add_planned(market, found, want, helper, tables=tables)

    assigned = assign_helpers(
        market,
        CandidateFinder(market, tables=tables, period=seed),
        prefer=prefer_plan if len(plan[0]) else None,
    )
    chosen, parts = score_pairs(market, assigned.want, assigned.helper, tables=tables, period=seed)
    matches = matches_from_rows(market, chosen, parts, by_key, tables=tables, today=today)
    unmet = unmet_wants(market, chosen.want)
    interpreted = find_interpreted(
        market,
        np.array([row for row, why in unmet.items() if why is UnmetReason.LANGUAGE], np.int64),
        [market.rows[key] for key, profile in by_key.items() if profile.interprets],
        room=Room.after(market, chosen.want, chosen.helper),
        tables=tables,
        period=seed,
        planned=history.interpreters,
    )
    third = interpreted.exchanges
    matches += [
        replace(match, interpretation=each)
        for match, each in zip(
            matches_from_rows(market, third, interpreted.parts, by_key, tables=tables, today=today),
            interpreted.interpretations,
            strict=True,
        )
    ]
    matches.sort(key=lambda one: (one.seeker, -one.score, one.want))
    swaps = find_swaps(matches)
    swapping = {market.rows[key] for swap in swaps for key in swap.members}
    alone = set(market.wants.person[assigned.found.want].tolist()) - swapping
    circles = find_circles(market, assigned.found, alone, tables=tables)
    for row in third.want.tolist():
        del unmet[row]
    waiting = _waiting_wants(history, by_key, today)
    missing = _about_seekers((*name_unmet(market, unmet), *waiting), by_key, today)
    untils = {
        (profile.key, want.capacity): want.until
        for profile in by_key.values()
        for want in profile.wants
        if want.until
    }
    figures = {
        **metrics.measure_suggestions(
            market,
            np.concatenate([chosen.helper, third.helper]),
            np.concatenate([chosen.score, third.score]),
            interpreter=interpreted.interpreter,
        ),
        "unstable": metrics.measure_unstable(market, assigned),
        **metrics.count_unmet(missing),
    }
    if history.planned:
        before = [(seeker, helper) for seeker, helper, _ in sorted(history.planned)]
        figures["kept"] = metrics.share_kept(before, [(one.seeker, one.helper) for one in matches])
    return Result(
        period=period,
        matches=tuple(matches),
        unmet=missing,
        swaps=swaps,
        circles=circles,
        chains=find_chains(
            matches,
            givers={key for key, one in by_key.items() if not one.open_wants(today)},
            taken={key for group in (*swaps, *circles) for key in group.members},
            choices=_choices(market, assigned.found),
        ),
        cohorts=find_cohorts(market, weights.bounds, untils, history.declined),
        measures=MappingProxyType(dict(sorted(figures.items()))),
    )


def add_planned(
    market: Market, found: Candidates, want: Ints, helper: Ints, *, tables: Tables
) -> Candidates:
    """Add the pairs of an earlier plan of this period to the candidates, with ``KEEP`` points more.

    In large markets the search need not have found them; so they are scored here. Pairs who no
    longer match, or may not be suggested, are left out.
    """
    seeker = market.wants.person[want]
    sought = np.isin(want, seeking_wants(market)) & allowed_pairs(market, seeker, helper)
    planned, _ = score_pairs(market, want[sought], helper[sought], tables=tables, period=0)
    code = found.want[found.rows] * len(market) + found.helper
    planned_code = planned.want * len(market) + planned.helper
    others = ~np.isin(code, planned_code)
    packed = ((planned.score + KEEP) << 32) | planned.helper
    # Only wants that are asked for in this round.
    asked = np.isin(planned.want, found.want)
    want = np.concatenate([found.want[found.rows][others], planned.want[asked]])
    packed = np.concatenate([found.packed[others], packed[asked]])
    # Candidates of equal points keep the order that the hash gave them, planned ones first.
    earlier = np.append(np.ones(int(others.sum()), bool), np.zeros(int(asked.sum()), bool))
    order = np.lexsort((earlier, -(packed >> 32), want))
    want, packed = want[order], packed[order]
    first = np.flatnonzero(np.diff(want, prepend=-1))
    return Candidates(want[first], np.append(first, len(want)), packed, found.complete)


def _planned_pairs(market: Market, history: History) -> tuple[Ints, Ints]:
    """Return the wants (rising) and helpers of this period's plan who are still in the market."""
    number = {word: at for at, word in enumerate(market.words.capacities)}
    wants = market.wants
    pairs = []
    for seeker, helper, capacity in history.planned:
        row, other = market.rows.get(seeker), market.rows.get(helper)
        if row is None or other is None or capacity not in number:
            continue
        own = range(wants.starts[row], wants.starts[row + 1])
        pairs += [(at, other) for at in own if wants.capacity[at] == number[capacity]]
    # A want has one planned helper at most.
    table = np.array(sorted(dict(sorted(pairs)).items()), np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _choices(market: Market, found: Candidates) -> dict[str, int]:
    """Count how many helpers were found for all that each seeker wants."""
    counts = np.bincount(market.wants.person[found.want[found.rows]], minlength=len(market))
    return {market.keys[row]: int(counts[row]) for row in np.flatnonzero(counts).tolist()}


def _about_seekers(
    unmet: tuple[Unmet, ...], profiles: dict[str, Profile], today: date
) -> tuple[Unmet, ...]:
    """Return where it is the seeker who does not take part now, and how."""
    found = []
    for one in unmet:
        seeker, reason = profiles[one.seeker], one.reason
        if is_muted(seeker):
            reason = UnmetReason.QUIET
        elif seeker.is_away(today):
            reason = UnmetReason.AWAY
        found.append(Unmet(one.seeker, one.want, reason))
    return tuple(found)


def _waiting_wants(
    history: History, profiles: Mapping[str, Profile], today: date
) -> Iterator[Unmet]:
    """Yield the open wants that wait for a programme and are in nobody's hands."""
    for seeker, want in sorted(history.reserved - history.served):
        profile = profiles.get(seeker)
        if profile and any(one.capacity == want for one in profile.open_wants(today)):
            yield Unmet(seeker, want, UnmetReason.ROUND)


_FIRST_MONDAY = date(1970, 1, 5)


def period_start(day: date, days: int = 14) -> date:
    """Return the Monday on which the period that ``day`` is in began."""
    return day - timedelta(days=(day - _FIRST_MONDAY).days % days)


def period_of(day: date, days: int = 14) -> str:
    """Name the period of ``days`` days that ``day`` is in, such as ``2026-W47``."""
    year, week, _ = period_start(day, days).isocalendar()
    return f"{year}-W{week:02}"
