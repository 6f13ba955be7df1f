"""Who could help whom, with reasons, and what to search for where nobody was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from exchange.matching import Lookup, is_live, load_weights, reasons
from exchange.matching.eligibility import TOLD
from exchange.model import (
    Cohort,
    Frequency,
    Match,
    Profile,
    Suggestion,
    SuggestionStatus,
    Want,
)
from exchange.search import FACETS, Query
from exchange.ways import MOST_WAYS, WayOn, ways_on
from webtool.context import context, current_lookup, current_reports, current_snapshot, reader

MAX_SUGGESTIONS = 6


@dataclass(frozen=True, slots=True)
class ExplainedMatch:
    """A match as one of the two sees it: the other, and the reasons in the reader's language."""

    other: Profile
    match: Match
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatchPreview:
    """Who could help somebody, and whom they could help; each person once, the best first."""

    helpers: tuple[ExplainedMatch, ...] = ()
    seekers: tuple[ExplainedMatch, ...] = ()


def helpers_of(profile: Profile, limit: int = MAX_SUGGESTIONS) -> Sequence[ExplainedMatch]:
    """Return the best helpers for somebody's open wants, each once, best first."""
    lookup, apart = current_lookup().value, context().store.preferences.kept_apart(profile.key)
    if profile.key in apart:
        return ()
    found = lookup.helpers_for(profile.key, most=limit + len(apart))
    return _explain(lookup, (one for one in found if one.helper not in apart), "helper", limit)


def seekers_of(profile: Profile, limit: int = MAX_SUGGESTIONS) -> Sequence[ExplainedMatch]:
    """Return whom somebody could help best, each once, best first."""
    lookup, apart = current_lookup().value, context().store.preferences.kept_apart(profile.key)
    if profile.key in apart:
        return ()
    found = lookup.seekers_for(profile.key, most=4 * (limit + len(apart)))
    return _explain(lookup, (one for one in found if one.seeker not in apart), "seeker", limit)


def cohorts_of(capacity: str) -> Sequence[Cohort]:
    """Return the groups of people who could learn a capacity together, from the last round."""
    made = current_reports().value
    return [one for one in made.cohorts if one.capacity == capacity][:12]


@dataclass(frozen=True, slots=True)
class UnmetWant:
    """A want for which no suggestion stands, as its owner wrote it, and where it leads."""

    want: Want
    ways: tuple[WayOn, ...]


def unmet_wants_of(
    profile: Profile, suggestions: Iterable[Suggestion], cohorts: Iterable[Cohort]
) -> Sequence[UnmetWant]:
    """Return somebody's wants for which no suggestion stands, each capacity once.

    ``suggestions`` are those that involve them, ``cohorts`` those in which they are. What counts is
    what the reports count, which are not asked: they may be of an earlier moment.
    """
    here, index, key = context(), current_snapshot().index, profile.key
    bounds = load_weights().bounds
    served = {
        one.match.want
        for one in suggestions
        if one.match.seeker == key
        and (
            one.status is SuggestionStatus.PLANNED or is_live(one, today=here.today, bounds=bounds)
        )
        and one.match.helper in index
    }
    wants = profile.open_wants(here.today)
    # Whoever asked for something by itself is not told to, even where their profile wants it, too.
    asked = {one.capacity for one in wants if one.is_own_request}
    unmet = {one.capacity: one for one in reversed(wants) if one.capacity not in served}
    near = list(cohorts)
    return [
        UnmetWant(
            want,
            ways_on(
                id,
                directory=here.directory,
                is_offered=_is_offered(id, but=key),
                cohorts=near,
                seeker=key,
                is_request=id in asked,
            )[:MOST_WAYS],
        )
        for id, want in reversed(unmet.items())
    ]


def _is_offered(capacity: str, *, but: str = "") -> bool:
    """Whether somebody else offers a capacity who takes messages."""
    snapshot = current_snapshot()
    others = (snapshot.index.keys[number] for number in snapshot.index.tied(capacity, "offer"))
    people = snapshot.source.active.profiles
    return any(key != but and people[key].notify is not Frequency.NEVER for key in others)


def public_unmet_wants_of(profile: Profile) -> Sequence[UnmetWant]:
    """Return the same for somebody's page; the cohort that they are in is said to them alone."""
    if not profile.wants:
        return ()
    return unmet_wants_of(profile, context().store.suggestions.involving(profile.key), ())


def ways_for(capacity: str) -> Sequence[WayOn]:
    """Return where the unmet wants of a capacity lead, whoever's they are."""
    return ways_on(
        capacity,
        directory=context().directory,
        is_offered=_is_offered(capacity),
        cohorts=cohorts_of(capacity),
    )[:MOST_WAYS]


def preview_matches(profile: Profile) -> MatchPreview:
    """Return the matches of a profile before the bot has read it.

    Pairs that were suggested before are left out, as the bot will leave them out.
    """
    here = context()
    apart = context().store.preferences.kept_apart(profile.key)
    if profile.key in apart:
        return MatchPreview()
    known = {
        key
        for suggestion in here.store.suggestions.involving(profile.key)
        if suggestion.status in TOLD
        for key in suggestion.match.pair
    } - {profile.key} | apart
    lookup = current_lookup().value.with_profiles([replace(profile, edited=here.now())])
    most = MAX_SUGGESTIONS + len(known)
    helpers = lookup.helpers_for(profile.key, most=most)
    # One seeker may have several wants that somebody can meet.
    seekers = lookup.seekers_for(profile.key, most=4 * most)
    return MatchPreview(
        _explain(lookup, (one for one in helpers if one.helper not in known), "helper"),
        _explain(lookup, (one for one in seekers if one.seeker not in known), "seeker"),
    )


def _explain(
    lookup: Lookup,
    matches: Iterable[Match],
    side: Literal["helper", "seeker"],
    limit: int = MAX_SUGGESTIONS,
) -> tuple[ExplainedMatch, ...]:
    """Return the best match of each person on the other side, with its reasons."""
    wording, directory = reader().wording, context().directory
    protection = context().protection
    best: dict[str, Match] = {}
    for match in sorted(matches, key=lambda one: (-one.score, one.seeker, one.helper, one.want)):
        best.setdefault(getattr(match, side), match)
    shown = list(best.items())[:limit]
    return tuple(
        ExplainedMatch(
            protection.conceal(lookup.profiles[key]),
            match,
            tuple(reasons(match, wording, directory)),
        )
        for key, match in ((key, protection.conceal_match(one)) for key, one in shown)
    )


@dataclass(frozen=True, slots=True)
class WiderQuery:
    """The same query without one thing, and how many it finds; no facet: without the words."""

    query: Query
    total: int
    facet: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Wider queries than one that finds nobody, largest first."""

    wider: tuple[WiderQuery, ...] = ()


def alternatives(query: Query) -> Alternatives:
    """Return what finds somebody where a query did not: one filter less, or no words."""
    chosen = [(facet, value) for facet in FACETS for value in query.values(facet)]
    tried = [
        WiderQuery(without, _count_results(without), facet, value)
        for facet, value in chosen[:MAX_SUGGESTIONS]
        for without in (query.without_value(facet, value),)
    ]
    if query.text and chosen:
        without = replace(query, text="", page=1)
        tried.append(WiderQuery(without, _count_results(without)))
    wider = sorted((one for one in tried if one.total), key=lambda one: -one.total)
    return Alternatives(tuple(wider))


def _count_results(query: Query) -> int:
    return current_snapshot().index.search(replace(query, size=1), today=context().today).total
