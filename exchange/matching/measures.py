"""Measures: figures that tell whether matching serves people, and serves them fairly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import sqrt

import numpy as np

from exchange.matching.arrays import Bools, Ints
from exchange.matching.assignment import Edges
from exchange.matching.candidates import Candidates
from exchange.matching.market import NOBODY, Market
from exchange.matching.result import Lack, Measure, Unmet
from exchange.model import Status, Suggestion


def of_suggestions(market: Market, chosen: Candidates) -> dict[str, Measure]:
    """Measure suggestions: how many, their mean points, and how evenly helpers are asked.

    A helper is whoever offers something, takes part and has seats; seats that are held from
    before count as load too.
    """
    people = market.people
    load = np.bincount(chosen.helper, minlength=len(market)) + people.seats - people.free
    able = people.helps & (people.seats > 0) & (np.diff(market.offers.starts) > 0)
    return {
        "matches": Measure(float(len(chosen))),
        "score-mean": _mean(chosen.score),
        **of_load(load[able]),
    }


def of_load(load: Ints) -> dict[str, Measure]:
    """Measure how evenly helpers are asked: ``load`` is suggestions for each who could help."""
    n = len(load)
    if not n:
        return {}
    return {
        "load-max": Measure(float(load.max()), n),
        "load-p90": Measure(float(np.quantile(load, 0.9, method="higher")), n),
        "load-gini": Measure(gini(load), n),
        "load-idle": Measure(float((load == 0).mean()), n),
    }


def gini(load: Ints) -> float:
    """Give Gini's coefficient: 0 where all carry the same, near 1 where one carries all."""
    ordered = np.sort(np.asarray(load, np.float64))
    n, whole = len(ordered), ordered.sum()
    if not n or not whole:
        return 0.0
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * whole))


def unstable(edges: Edges, chosen: Bools) -> Measure:
    """Count pairs who would both rather have each other, per candidate pair.

    A seeker would rather have a helper who scores more for the same want (or any, if the want is
    not served); a helper would rather have a seeker who scores more than the worst they have (or
    any, while a seat is free).
    """
    if not len(edges.value):
        return Measure(0.0, 0)
    lowest = np.iinfo(np.int64).min
    got = np.full(int(edges.want.max()) + 1, lowest)
    got[edges.want[chosen]] = edges.value[chosen]
    load = np.bincount(edges.helper[chosen], minlength=len(edges.seats))
    worst = np.full(len(edges.seats), np.iinfo(np.int64).max)
    np.minimum.at(worst, edges.helper[chosen], edges.value[chosen])
    worst[load < edges.seats] = lowest
    used = np.bincount(edges.seeker[chosen], minlength=len(edges.most))
    full = (used >= edges.most)[edges.seeker] & (got[edges.want] == lowest)
    both = (edges.value > got[edges.want]) & (edges.value > worst[edges.helper]) & ~full & ~chosen
    pairs = np.unique(edges.seeker.astype(np.int64) * len(edges.seats) + edges.helper)
    taken = edges.seeker[chosen].astype(np.int64) * len(edges.seats) + edges.helper[chosen]
    blocking = edges.seeker[both].astype(np.int64) * len(edges.seats) + edges.helper[both]
    blocking = np.setdiff1d(blocking, taken)
    return Measure(float(len(blocking) / max(len(pairs), 1)), len(pairs))


def of_people(
    market: Market, served: Bools, *, emerging: Bools, mutual: Bools, live: Bools
) -> dict[str, Measure]:
    """Measure who is served.

    ``served`` and ``live`` are by want (a suggestion now, or one from before), ``emerging`` by
    person, ``mutual`` by suggestion of this round (the helper wants something back).
    """
    wants, people = market.wants, market.people
    fine = served | live
    counted = wants.open | live
    seekers = np.bincount(wants.person[counted], minlength=len(market)) > 0
    helped = np.bincount(wants.person[fine], minlength=len(market)) > 0
    figures = {
        "coverage": _share(helped & seekers, seekers),
        "wants-served": _share(fine & counted, counted),
        "reciprocity": _mean(mutual),
        "emerging-served": _share(helped & emerging & seekers, seekers & emerging),
        "others-served": _share(helped & ~emerging & seekers, seekers & ~emerging),
    }
    for number, region in enumerate(market.words.regions):
        there = seekers & (people.region == number)
        if there.any():
            figures[f"served-{region}"] = _share(helped & there, there)
    nowhere = seekers & (people.region == NOBODY)
    if nowhere.any():
        figures["served-unknown"] = _share(helped & nowhere, nowhere)
    return figures


def of_unmet(unmet: Sequence[Unmet]) -> dict[str, Measure]:
    """Count unmet wants by reason."""
    return {
        f"unmet-{lack.value}": Measure(float(sum(one.reason is lack for one in unmet)), len(unmet))
        for lack in Lack
        if any(one.reason is lack for one in unmet)
    }


def of_history(
    suggestions: Iterable[Suggestion], arrivals: Mapping[str, date], *, days: int = 14
) -> dict[str, Measure]:
    """Measure acceptance and waiting over all suggestions ever told.

    A suggestion counts as accepted where the answer says so within ``days`` of being told; only
    those whose ``days`` are over, or that were answered, count at all. ``acceptance-low`` and
    ``-high`` bound it (Wilson, 95 %). ``wait-median`` is days from arrival to the first suggestion.
    """
    told = [one for one in suggestions if one.told is not None]
    newest = max((one.told for one in told if one.told), default=None)
    yes = n = 0
    first: dict[str, date] = {}
    for one in told:
        if one.told is None or newest is None:
            continue
        day = one.told.date()
        first[one.match.seeker] = min(day, first.get(one.match.seeker, day))
        if one.answered is None and newest - one.told < timedelta(days=days):
            continue
        n += 1
        agreed = one.status in (Status.ACCEPTED, Status.IN_TOUCH, Status.EXCHANGED)
        yes += agreed and one.answered is not None and (one.answered - one.told).days <= days
    figures: dict[str, Measure] = {}
    if n:
        low, high = wilson(yes, n)
        figures |= {
            "acceptance": Measure(yes / n, n),
            "acceptance-low": Measure(low, n),
            "acceptance-high": Measure(high, n),
        }
    waits = [(first[key] - arrivals[key]).days for key in first if key in arrivals]
    if waits:
        figures["wait-median"] = Measure(float(np.median(waits)), len(waits))
    return figures


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Give Wilson's interval for a share of ``hits`` in ``n``."""
    if not n:
        return 0.0, 1.0
    share, square = hits / n, z * z / n
    middle, spread = share + square / 2, z * sqrt(share * (1 - share) / n + square / (4 * n))
    return max((middle - spread) / (1 + square), 0.0), min((middle + spread) / (1 + square), 1.0)


def kept(planned: Iterable[tuple[str, str]], now: Iterable[tuple[str, str]]) -> Measure:
    """Give the share of an earlier plan's pairs that stand in this one too."""
    before = set(planned)
    return Measure(len(before & set(now)) / len(before) if before else 1.0, len(before))


def _share(hits: Bools, of: Bools) -> Measure:
    n = int(of.sum())
    return Measure(float(hits.sum()) / n if n else 0.0, n)


def _mean(values: Ints | Bools) -> Measure:
    return Measure(float(values.mean()) if len(values) else 0.0, len(values))
