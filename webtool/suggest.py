"""Who could help whom, with reasons, and what to search for where nobody was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from exchange.matching import Lookup, reasons
from exchange.matching.eligibility import TOLD
from exchange.model import Cohort, Match, Profile
from exchange.search import FACETS, Query
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
