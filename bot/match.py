"""Match: read profiles and history from the store, run one round, keep what it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.directory import known
from bot.progress import Progress, Silent
from exchange import matching
from exchange.directory import Directory
from exchange.matching import History, Measure, Result, Weights, is_live, load_weights, period_of
from exchange.matching.measures import of_history
from exchange.model import Status, Suggestion
from exchange.store import Store


@dataclass(frozen=True, slots=True)
class Matched:
    """What a round came to.

    ``matches`` are all suggestions planned for this period that nobody was told of yet; ``new``,
    ``kept`` and ``withdrawn`` say how they differ from the plan before. ``expired`` were open and
    met by silence: their seats are free again.
    """

    period: str
    profiles: int
    wants: int
    matches: int
    new: int
    kept: int
    withdrawn: int
    expired: int
    unmet: int
    swaps: int
    circles: int
    cohorts: int
    measures: Mapping[str, float] = field(default_factory=dict)


def match(
    *,
    store: Store,
    now: datetime,
    progress: Progress | None = None,
    dry_run: bool = False,
    directory: Directory | None = None,
    weights: Weights | None = None,
) -> Matched:
    """Run one round as of ``now``; with ``dry_run`` the store stays as it is.

    Suggestions that were planned and not told yet are planned anew: they stay where they are
    still good, so running twice changes nothing.
    """
    weights = weights or load_weights()
    stages = iter((progress or Silent()).track(range(4), "match", total=4))
    next(stages)
    today, bounds = now.date(), weights.bounds
    period = period_of(today, bounds.period_days)
    with store.snapshot():
        profiles = store.profiles.all()
        suggestions = store.suggestions.history()
        arrivals = store.rounds.arrivals()
    directory = directory or known(store)
    history = History.of(suggestions, today=today, period=period, bounds=bounds)
    next(stages)
    result = matching.match(
        profiles,
        directory=directory,
        weights=weights,
        history=history,
        today=today,
        period=period,
    )
    told = [one for one in suggestions if one.status is Status.OPEN and one.period == period]
    found = result
    if told:
        # What a round finds beside its suggestions (gaps, swaps, cohorts, measures) is the same
        # before and after people are told of it: so it is found as if nobody had heard yet.
        found = matching.match(
            profiles,
            directory=directory,
            weights=weights,
            history=History.of(
                _untold(suggestions, told), today=today, period=period, bounds=bounds
            ),
            today=today,
            period=period,
        )
    next(stages)
    seekers = {profile.key for profile in profiles if profile.wants}
    arrived = dict.fromkeys(seekers, today) | arrivals
    figures = dict(found.measures) | of_history(suggestions, arrivals)
    figures |= _expiries(suggestions, today)
    planned = {_identity(one): one for one in suggestions if one.status is Status.PLANNED}
    same = {(one.seeker, one.helper, one.want): one for one in found.matches}
    wanted = {
        (*pair, period): Suggestion(same.get(pair, one), period, now)
        for one in result.matches
        if (pair := (one.seeker, one.helper, one.want))
    }
    gone = [one.id for identity, one in planned.items() if identity not in wanted]
    silent = [
        one.id
        for one in suggestions
        if one.status is Status.OPEN and not is_live(one, today=today, bounds=bounds)
    ]
    if not dry_run:
        with store.transaction():
            store.suggestions.withdraw(gone, at=now)
            store.suggestions.expire(silent, at=now)
            store.suggestions.plan(wanted.values())
            keep(store, found, figures, arrived=set(arrived) - set(arrivals), today=today)
    for _ in stages:
        pass
    return Matched(
        period=period,
        profiles=len(profiles),
        wants=sum(len(profile.wants) for profile in profiles),
        matches=len(wanted),
        new=sum(key not in planned for key in wanted),
        kept=sum(key in planned for key in wanted),
        withdrawn=len(gone),
        expired=len(silent),
        unmet=len(found.unmet),
        swaps=len(found.swaps),
        circles=len(found.circles),
        cohorts=len(found.cohorts),
        measures={name: one.value for name, one in sorted(figures.items())},
    )


def keep(
    store: Store,
    result: Result,
    figures: Mapping[str, Measure],
    *,
    arrived: set[str],
    today: date,
) -> None:
    """Keep what a round found beside its suggestions, and the day's measures."""
    store.rounds.replace(
        unmet=((one.seeker, one.want, one.reason.value) for one in result.unmet),
        cohorts=result.cohorts,
        circles=(*result.swaps, *result.circles),
    )
    store.rounds.arrive(sorted(arrived), day=today)
    store.measures.record(today, {name: (one.value, one.n) for name, one in figures.items()})


def _identity(one: Suggestion) -> tuple[str, str, str, str]:
    return (one.match.seeker, one.match.helper, one.match.want, one.period)


def _untold(all: Iterable[Suggestion], told: Iterable[Suggestion]) -> list[Suggestion]:
    """All suggestions, with these as they were before anybody heard of them."""
    back = {one.id: replace(one, status=Status.PLANNED, told=None) for one in told}
    return [back.get(one.id, one) for one in all]


def _expiries(suggestions: list[Suggestion], today: date) -> dict[str, Measure]:
    open_ = [one for one in suggestions if one.status is Status.OPEN and one.told]
    days = [(today - one.told.date()).days for one in open_ if one.told]
    return {"open": Measure(float(len(days)))}
