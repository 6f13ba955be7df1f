"""Match: read profiles and history from the store, run one round, keep what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.cli.output import Progress, Silent
from bot.harvest.harvest import stored_directory
from exchange import matching
from exchange.directory import Directory
from exchange.errors import StoreError
from exchange.matching import History, Measure, Result, Weights, is_live, load_weights, period_of
from exchange.matching.build_market import build_market
from exchange.matching.eligibility import TOLD
from exchange.matching.explain import WhyNot
from exchange.matching.hold_out import HELD_OUT, hold_out, is_in_draw
from exchange.matching.metrics import measure_history, measure_service
from exchange.matching.shared_wants import SharedWants
from exchange.matching.things import without_things
from exchange.model import Match, Profile, Suggestion, SuggestionStatus
from exchange.programmes.reserve import Reserve
from exchange.programmes.state import read_reserve
from exchange.store import Store
from exchange.titles import normalise_user_name


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What a round came to.

    ``profiles`` and ``wants`` are those of everybody who takes part, also of those who want no
    messages; ``unmet`` are the wants for which no suggestion stands now. ``matches`` are all
    suggestions planned for this period that nobody was told of yet; ``new``, ``kept`` and
    ``withdrawn`` say how they differ from the plan before; ``delayed`` new ones wait for the next
    period. ``expired`` were open and met by silence: their seats are free again. ``interpreted`` of
    the matches are served through an interpreter. All of these are about skills; ``things`` are the
    suggestions planned of money, places and equipment, ``unmet_things`` the wants without one.
    ``in_rounds`` of the unmet wait for a programme round.
    """

    period: str
    profiles: int
    wants: int
    matches: int
    interpreted: int
    new: int
    kept: int
    withdrawn: int
    delayed: int
    expired: int
    unmet: int
    swaps: int
    circles: int
    chains: int
    cohorts: int
    things: int = 0
    unmet_things: int = 0
    in_rounds: int = 0
    measures: Mapping[str, float] = field(default_factory=dict)


def match_profiles(
    *,
    store: Store,
    now: datetime,
    progress: Progress | None = None,
    directory: Directory | None = None,
    weights: Weights | None = None,
    held_share: float = 0.0,
) -> MatchResult:
    """Run one round as of ``now``.

    Suggestions that were planned and not told yet are planned anew: they stay where they are
    still good, so running twice changes nothing. ``held_share`` of the new ones wait for the next
    period (see ``hold_out``).
    """
    weights = weights or load_weights()
    stages = iter((progress or Silent()).track(range(4), "Matching", total=4))
    next(stages)
    today, bounds = now.date(), weights.bounds
    period = period_of(today, bounds.period_days)
    directory = directory or stored_directory(store)
    things = directory.things
    with store.snapshot():
        everyone = store.profiles.all()
        suggestions = store.suggestions.history()
        arrivals = store.rounds.first_seen()
        silent_people = store.preferences.left_alone()
        blocked = store.preferences.blocked_pairs()
        declined = store.declined_cohorts.all()
        reserve = read_reserve(
            store, everyone, directory=directory, silent=silent_people, today=today
        )
    # Who wants no messages takes part in nothing; they are still found in search.
    profiles = [profile for profile in everyone if profile.key not in silent_people]
    taken = History.of(suggestions, today=today, period=period, bounds=bounds, things=things)
    kept = _kept_seats(reserve, profiles, taken)

    def history_of(past: Iterable[Suggestion]) -> History:
        history = History.of(past, today=today, period=period, bounds=bounds, things=things)
        history = replace(
            history,
            reserved=reserve.wants - taken.served,
            seats_taken=Counter(history.seats_taken) + kept,
            declined=declined,
        )
        return _with_blocked(history, blocked)

    next(stages)
    result = matching.match_profiles(
        profiles,
        directory=directory,
        weights=weights,
        history=history_of(suggestions),
        today=today,
        period=period,
    )
    told = [
        one for one in suggestions if one.status is SuggestionStatus.OPEN and one.period == period
    ]
    found = result
    if told:
        # What a round finds beside its suggestions (gaps, swaps, cohorts, measures) is the same
        # before and after people are told of it: so it is found as if nobody had heard yet.
        found = matching.match_profiles(
            profiles,
            directory=directory,
            weights=weights,
            history=history_of(_as_not_notified(suggestions, told)),
            today=today,
            period=period,
        )
    found = _without_blocked(found, blocked)
    next(stages)
    # Figures are of skills alone: what is lent or given counts in a report of its own.
    everyone_s_skills = [without_things(one, directory) for one in everyone]
    about_skills = [one for one in suggestions if one.match.want not in things]
    seekers = {one.key for one in everyone_s_skills if one.wants} - silent_people
    arrived = dict.fromkeys(seekers, today) | arrivals
    figures = dict(found.measures) | measure_history(about_skills, arrivals)
    figures |= _open_suggestions(about_skills, today)
    planned = {
        _suggestion_key(one): one
        for one in suggestions
        if one.status is SuggestionStatus.PLANNED and not one.is_by_hand
    }
    same = {(*one.parties, one.want): one for one in found.matches}
    # Who waits does so until the period is over, whoever else could help by now.
    waiting = {
        (one.match.seeker, one.match.want)
        for one in suggestions
        if one.status is SuggestionStatus.DELAYED and one.period == period
    }
    wanted = {
        (one.seeker, one.helper, one.want, period): Suggestion(
            same.get((*one.parties, one.want), one), period, now
        )
        for one in result.matches
        if (one.seeker, one.want) not in waiting
    }
    if held_share:
        figures[HELD_OUT] = Measure(held_share, sum(map(is_in_draw, found.matches)))
        wanted = hold_out(
            wanted.values(),
            share=held_share,
            planned=planned.keys(),
            day=today,
            period_days=bounds.period_days,
        )
    lent = _planned_things(result, found, period=period, now=now)
    wants = {(one.key, want.capacity) for one in everyone for want in one.open_wants(today)}
    standing = [
        *(one for one in wanted.values() if one.status is not SuggestionStatus.DELAYED),
        *lent.values(),
        *(
            one
            for one in suggestions
            if is_live(one, today=today, bounds=bounds)
            or (one.is_by_hand and one.status is SuggestionStatus.PLANNED)
        ),
    ]
    served = wants & _served_wants(standing, {one.key for one in everyone})
    figures |= measure_service(
        everyone_s_skills, (one for one in standing if one.match.want not in things), today=today
    )
    gone = [one for identity, one in planned.items() if identity not in wanted | lent]
    silent = [
        one
        for one in suggestions
        if one.status is SuggestionStatus.OPEN and not is_live(one, today=today, bounds=bounds)
    ]
    with store.transaction():
        store.suggestions.withdraw([one.id for one in gone], at=now)
        store.suggestions.expire([one.id for one in silent], at=now)
        store.suggestions.plan([*wanted.values(), *lent.values()])
        save_results(store, found, figures, arrived=set(arrived) - set(arrivals), today=today)
    for _ in stages:
        pass
    delayed = sum(one.status is SuggestionStatus.DELAYED for one in wanted.values())
    unmet = Counter(capacity in things for _, capacity in wants - served)
    return MatchResult(
        period=period,
        profiles=len(everyone),
        wants=sum(capacity not in things for _, capacity in wants),
        matches=len(wanted) - delayed,
        interpreted=sum(
            one.match.interpretation is not None and one.status is not SuggestionStatus.DELAYED
            for one in wanted.values()
        ),
        new=sum(key not in planned for key in wanted) - delayed,
        kept=sum(key in planned for key in wanted),
        withdrawn=sum(one.match.want not in things for one in gone),
        delayed=delayed,
        expired=sum(one.match.want not in things for one in silent),
        unmet=unmet[False],
        swaps=len(found.swaps),
        circles=len(found.circles),
        chains=len(found.chains),
        cohorts=len(found.cohorts),
        things=len(lent),
        unmet_things=unmet[True],
        in_rounds=len((reserve.wants & wants) - served),
        measures={name: one.value for name, one in sorted(figures.items())},
    )


def _planned_things(
    result: Result, found: Result, *, period: str, now: datetime
) -> dict[tuple[str, str, str, str], Suggestion]:
    """Suggestions of things by (seeker, helper, want, period), said as if nobody had heard yet."""
    if result.things is None:
        return {}
    before = found.things.matches if found.things is not None else ()
    same = {(*one.pair, one.want): one for one in before}
    return {
        (one.seeker, one.helper, one.want, period): Suggestion(
            same.get((*one.pair, one.want), one), period, now
        )
        for one in result.things.matches
    }


def _kept_seats(reserve: Reserve, profiles: Iterable[Profile], taken: History) -> Counter[str]:
    """Return how many seats each helper keeps for programmes: all that nobody has taken."""
    held = taken.seats_taken
    return Counter(
        {
            one.key: max(one.seats - held.get(one.key, 0), 0)
            for one in profiles
            if one.key in reserve.helpers
        }
    )


def _with_blocked(history: History, blocked: frozenset[tuple[str, str]]) -> History:
    """The history of a round, in which those who never want to meet count as suggested before."""
    if not blocked:
        return history
    things = history.things or History()
    return replace(
        history,
        pairs=history.pairs | blocked,
        things=replace(things, pairs=things.pairs | blocked),
    )


def _without_blocked(result: Result, blocked: frozenset[tuple[str, str]]) -> Result:
    """Take groups apart in which two would meet who never want to."""
    if not blocked:
        return result

    def clash(key: str, others: Iterable[str]) -> bool:
        return any((min(key, other), max(key, other)) in blocked for other in others)

    cohorts = []
    for cohort in result.cohorts:
        members: list[str] = []
        for key in cohort.members:
            if not clash(key, members):
                members.append(key)
        helpers = tuple(key for key in cohort.helpers if not clash(key, members))
        if len(members) > 1:
            cohorts.append(replace(cohort, members=tuple(members), helpers=helpers))
    return replace(
        result,
        swaps=tuple(c for c in result.swaps if not any(clash(k, c.members) for k in c.members)),
        circles=tuple(c for c in result.circles if not any(clash(k, c.members) for k in c.members)),
        chains=tuple(c for c in result.chains if not any(clash(k, c.members) for k in c.members)),
        cohorts=tuple(cohorts),
    )


def save_results(
    store: Store,
    result: Result,
    figures: Mapping[str, Measure],
    *,
    arrived: set[str],
    today: date,
) -> None:
    """Keep what a round found beside its suggestions, and the day's measures."""
    missing = (*result.unmet, *(result.things.unmet if result.things else ()))
    store.rounds.replace(
        unmet=((one.seeker, one.want, one.reason.value) for one in missing),
        cohorts=result.cohorts,
        circles=(*result.swaps, *result.circles),
        chains=result.chains,
    )
    store.rounds.record_first_seen(sorted(arrived), day=today)
    store.metrics.record(today, {name: (one.value, one.n) for name, one in figures.items()})


def _suggestion_key(one: Suggestion) -> tuple[str, str, str, str]:
    return (one.match.seeker, one.match.helper, one.match.want, one.period)


def _as_not_notified(all: Iterable[Suggestion], told: Iterable[Suggestion]) -> list[Suggestion]:
    """All suggestions, with these as they were before anybody heard of them."""
    back = {one.id: replace(one, status=SuggestionStatus.PLANNED, notified_at=None) for one in told}
    return [back.get(one.id, one) for one in all]


def _served_wants(
    standing: Iterable[Suggestion], everyone: Collection[str]
) -> set[tuple[str, str]]:
    """Wants, as (seeker, capacity), that a suggestion stands for: all whom it names take part."""
    return {
        (one.match.seeker, one.match.want)
        for one in standing
        if all(key in everyone for key in one.match.parties)
    }


def _open_suggestions(suggestions: list[Suggestion], today: date) -> dict[str, Measure]:
    open_ = [one for one in suggestions if one.status is SuggestionStatus.OPEN and one.notified_at]
    days = [(today - one.notified_at.date()).days for one in open_ if one.notified_at]
    return {"open": Measure(float(len(days)))}


def explain_pair(
    *, store: Store, now: datetime, seeker: str, helper: str
) -> Match | WhyNot | Suggestion:
    """Score one helper for one seeker as the next round would; each is a user name or a key.

    Where somebody was told of this pair already, that suggestion: why it was made, and what became
    of it. ``StoreError`` where there is no such profile.
    """
    weights = load_weights()
    today, period = now.date(), period_of(now.date(), weights.bounds.period_days)
    directory = stored_directory(store)
    with store.snapshot():
        shared = SharedWants.among(people := store.profiles.all(), today)
        past = store.suggestions.history()
        reserve = read_reserve(
            store,
            people,
            directory=directory,
            silent=store.preferences.left_alone(),
            today=today,
        )
        two = [shared.counted(_find(store, name)) for name in (seeker, helper)]
        told = [
            one
            for one in store.suggestions.involving(two[0].key)
            if (one.match.seeker, one.match.helper) == (two[0].key, two[1].key)
            and one.status in TOLD
        ]
    if told:
        return told[-1]
    history = History.of(
        past, today=today, period=period, bounds=weights.bounds, things=directory.things
    )
    history = replace(
        history,
        reserved=reserve.wants - history.served,
        seats_taken=Counter(history.seats_taken) + _kept_seats(reserve, two, history),
    )
    everyone = {profile.key: profile for profile in (*people, *two)}
    market = build_market(
        (without_things(one, directory) for one in everyone.values()),
        directory=directory,
        weights=weights,
        history=history,
        today=today,
    )
    return matching.explain_pair(
        *two, directory=directory, weights=weights, today=today, history=history, market=market
    )


def _find(store: Store, name: str) -> Profile:
    bare = name.partition(":")[2] if name.startswith("User:") else name
    found = store.profiles.get(name) or store.profiles.by_name(normalise_user_name(bare))
    if found is None:
        raise StoreError(
            f"there is no profile of {name}; write a user name as on the wiki, or a key such as "
            "user:123 (and harvest first)"
        )
    return found
