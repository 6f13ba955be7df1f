"""Metrics: figures that tell whether matching serves people, and serves them fairly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import sqrt
from typing import NamedTuple

import numpy as np

from exchange.geography import is_emerging_community, region_of
from exchange.matching.assignment.assign import Assignment
from exchange.matching.columns import Bools, Ints
from exchange.matching.market import NOBODY, Market
from exchange.matching.unmet import Unmet, UnmetReason
from exchange.model import AGREED, Profile, Suggestion, SuggestionStatus


class Measure(NamedTuple):
    """One figure of a run and how many it is about (None where it is no rate or mean)."""

    value: float
    n: int | None = None


def measure_suggestions(
    market: Market, helper: Ints, score: Ints, *, interpreter: Ints | Sequence[int] = ()
) -> dict[str, Measure]:
    """Measure suggestions: how many, their mean points, and how evenly helpers are asked.

    ``interpreter`` are those who interpret at some of them, which takes a seat of theirs too.

    A helper is whoever offers something, takes part and has seats; seats that are held from
    before count as load too.
    """
    people = market.people
    asked = np.concatenate([helper, np.asarray(interpreter, np.int64)])
    load = np.bincount(asked, minlength=len(market)) + people.seats - people.free
    able = people.helps & (people.seats > 0) & (np.diff(market.offers.starts) > 0)
    return {
        "matches": Measure(float(len(helper))),
        "interpreted": Measure(float(len(interpreter)), len(helper)),
        "score-mean": _mean(score),
        **measure_load(load[able]),
    }


def measure_load(load: Ints) -> dict[str, Measure]:
    """Measure how evenly helpers are asked: ``load`` is suggestions for each who could help."""
    n = len(load)
    if not n:
        return {}
    return {
        "load-max": Measure(float(load.max()), n),
        "load-p90": Measure(float(np.quantile(load, 0.9, method="inverted_cdf")), n),
        "load-gini": Measure(gini(load), n),
        "load-idle": Measure(float((load == 0).mean()), n),
    }


def gini(load: Ints) -> float:
    """Return Gini's coefficient: 0 where all carry the same, near 1 where one carries all."""
    ordered = np.sort(np.asarray(load, np.float64))
    n, whole = len(ordered), ordered.sum()
    if not n or not whole:
        return 0.0
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * whole))


def measure_unstable(market: Market, assigned: Assignment) -> Measure:
    """Count pairs who would both rather have each other, per candidate pair of the first round.

    A seeker would rather have a helper who scores more for the same want (or any, if the want is
    not served); a helper would rather have a seeker who scores more than the worst they have (or
    any, while a seat is free).
    """
    found, people = assigned.found, market.people
    if not len(found):
        return Measure(0.0, 0)
    want, helper, points = found.want[found.rows], found.helper, found.points
    seeker = market.wants.person[want]
    given = np.full(len(market.wants.person), NOBODY)
    given[assigned.want] = assigned.helper
    chosen = given[want] == helper
    # What a want has got: nothing, or the points of its helper; who came later is not compared.
    got = np.where(given >= 0, np.iinfo(np.int64).max, np.iinfo(np.int64).min)
    got[want[chosen]] = points[chosen]
    load = np.bincount(assigned.helper, minlength=len(market))
    worst = np.full(len(market), np.iinfo(np.int64).max)
    np.minimum.at(worst, helper[chosen], points[chosen])
    worst[load < people.free] = np.iinfo(np.int64).min
    used = np.bincount(market.wants.person[assigned.want], minlength=len(market))
    full = (used >= people.most)[seeker] & (given[want] < 0)
    both = (points > got[want]) & (points > worst[helper]) & ~full & ~chosen
    codes = seeker.astype(np.int64) * len(market) + helper
    pairs = len(np.unique(codes))
    taken = market.wants.person[assigned.want].astype(np.int64) * len(market) + assigned.helper
    blocking = np.setdiff1d(codes[both], taken)
    return Measure(float(len(blocking) / max(pairs, 1)), pairs)


def measure_service(
    profiles: Collection[Profile], standing: Iterable[Suggestion], *, today: date
) -> dict[str, Measure]:
    """Measure who is served and who carries it, as the reports count it (docs/glossary.md).

    ``profiles`` are all who take part, also those who want no messages; ``standing`` the
    suggestions that stand, planned ones too. Of those whose place is not known, nobody knows
    whether they are of an emerging community.
    """
    people = {one.key: one for one in profiles}
    live = [one for one in standing if people.keys() >= {*one.match.parties}]
    wants = {(one.key, want.capacity) for one in profiles for want in one.open_wants(today)}
    served = wants.intersection((one.match.seeker, one.match.want) for one in live)
    seekers, helped = ({key for key, _ in pairs} for pairs in (wants, served))
    figures = {"reciprocity": _mean(np.array([bool(one.match.reciprocal) for one in live], bool))}
    figures |= measure_load(np.array(_loads(people, live, today), np.int64))
    if people:
        figures["unheard"] = _mean(np.array([one.is_unheard_of(today) for one in profiles], bool))
    if wants:
        figures["wants-served"] = Measure(len(served) / len(wants), len(wants))
    sides: dict[str, set[str]] = {
        "coverage": seekers,
        "emerging-served": set(),
        "others-served": set(),
    }
    for key in seekers:
        country, said = people[key].country, people[key].region
        region = said or region_of(country)
        if country or region:
            emerging = is_emerging_community(country, region)
            sides["emerging-served" if emerging else "others-served"].add(key)
        sides.setdefault(f"served-{region or 'unknown'}", set()).add(key)
    return figures | {
        name: Measure(len(side & helped) / len(side), len(side))
        for name, side in sides.items()
        if side
    }


def _loads(people: Mapping[str, Profile], live: Iterable[Suggestion], today: date) -> list[int]:
    """How many suggestions each helper carries; those who could help and carry none too."""
    carried = Counter(
        key
        for one in live
        if one.status is not SuggestionStatus.EXCHANGED
        for key in one.match.parties[1:]
    )
    able = (
        key
        for key, one in people.items()
        if one.offers and one.seats > 0 and not one.is_away(today)
    )
    return [carried[key] for key in sorted({*able, *carried})]


def count_unmet(unmet: Sequence[Unmet]) -> dict[str, Measure]:
    """Count unmet wants by reason."""
    return {
        f"unmet-{lack.value}": Measure(float(sum(one.reason is lack for one in unmet)), len(unmet))
        for lack in UnmetReason
        if any(one.reason is lack for one in unmet)
    }


def measure_history(
    suggestions: Iterable[Suggestion], arrivals: Mapping[str, date], *, days: int = 14
) -> dict[str, Measure]:
    """Measure acceptance and waiting over all suggestions ever told.

    A suggestion counts as accepted where the answer says so within ``days`` of being told; only
    those whose ``days`` are over, or that were answered, count at all. ``accepted-in-14-days-low``
    and ``-high`` bound it (Wilson, 95 %). ``wait-told-median`` is days from arrival to the first
    message. The report on fairness counts otherwise, by other names: who agreed of all who
    answered, and days to the first suggestion, told or not.
    """
    told = [one for one in suggestions if one.notified_at is not None]
    newest = max((one.notified_at for one in told if one.notified_at), default=None)
    yes = n = 0
    first: dict[str, date] = {}
    for one in told:
        if one.notified_at is None or newest is None:
            continue
        day = one.notified_at.date()
        first[one.match.seeker] = min(day, first.get(one.match.seeker, day))
        if one.answered_at is None and newest - one.notified_at < timedelta(days=days):
            continue
        n += 1
        yes += (
            one.status in AGREED
            and one.answered_at is not None
            and (one.answered_at - one.notified_at).days <= days
        )
    figures: dict[str, Measure] = {}
    interval = wilson_interval(yes, n)
    if interval is not None:
        low, high = interval
        figures |= {
            f"accepted-in-{days}-days": Measure(yes / n, n),
            f"accepted-in-{days}-days-low": Measure(low, n),
            f"accepted-in-{days}-days-high": Measure(high, n),
        }
    waits = [(first[key] - arrivals[key]).days for key in first if key in arrivals]
    if waits:
        figures["wait-told-median"] = Measure(float(np.median(waits)), len(waits))
    return figures


CONFIDENCE = 1.959963984540054
"""The normal quantile of a 95 % interval."""


def wilson_interval(hits: int, n: int) -> tuple[float, float] | None:
    """The 95 % Wilson score interval of a share, as (low, high); None where n is 0.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    if n == 0:
        return None
    share, square = hits / n, CONFIDENCE**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = CONFIDENCE * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def share_kept(planned: Iterable[tuple[str, str]], now: Iterable[tuple[str, str]]) -> Measure:
    """Return the share of an earlier plan's pairs that stand in this one too."""
    before = set(planned)
    return Measure(len(before & set(now)) / len(before) if before else 1.0, len(before))


def _mean(values: Ints | Bools) -> Measure:
    return Measure(float(values.mean()) if len(values) else 0.0, len(values))
