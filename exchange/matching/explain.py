"""Explain: from rows of a market to matches with their reasons, or to why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np

from exchange.geography import country_name, region_name
from exchange.i18n.messages import Localizer, Param
from exchange.languages import language_name
from exchange.matching.build_market import bits_of, build_market
from exchange.matching.candidates.exhaustive import possible_exchanges
from exchange.matching.columns import Ints, spread
from exchange.matching.eligibility import (
    History,
    is_muted,
    merge_wants,
    region_of_profile,
)
from exchange.matching.market import Market, PostingLists, allowed_pairs, hours_apart, utc_offset
from exchange.matching.scoring import (
    PARTS,
    Parts,
    RankedExchanges,
    Tables,
    rank_exchanges,
    returns_of_pairs,
    score_parts,
    wider,
)
from exchange.matching.things import (
    CapacityTree,
    Grounds,
    plain,
    weights_of_things,
    without_things,
)
from exchange.matching.unmet import Unmet, UnmetReason
from exchange.matching.weights import Weights, load_weights
from exchange.model import Match, Method, Priority, Profile, ScorePart, Want


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why one person is not suggested to another: the message is ``unmatched-<reason>``.

    ``wants`` are the seeker's open wants that were looked at.
    """

    seeker: str
    helper: str
    reason: UnmetReason
    wants: tuple[str, ...] = ()


def explain_pair(
    seeker: Profile,
    helper: Profile,
    *,
    directory: CapacityTree,
    weights: Weights,
    today: date,
    history: History | None = None,
    market: Market | None = None,
) -> Match | WhyNot:
    """Return the best match of a seeker with a helper, or why they do not match.

    ``market`` lends its counts of speakers, so that points for small languages are those of the
    whole exchange; without it the two are all there is. Seats are not looked at beyond whether
    one is free: the assignment decides who gets it. Skills come first, then things.
    """
    history = history or History()
    skills = _explain_pair(
        without_things(seeker, directory),
        without_things(helper, directory),
        directory=directory,
        weights=weights,
        today=today,
        history=history,
        market=market,
    )
    grounds = Grounds(directory, today)
    asking, giving = grounds.mark(seeker), grounds.mark(helper)
    if isinstance(skills, Match) or not asking.wants:
        return skills
    things = _explain_pair(
        asking,
        giving,
        directory=grounds,
        weights=weights_of_things(weights),
        today=today,
        history=grounds.history(history.things or History()),
    )
    if isinstance(things, Match):
        return grounds.plain_match(things, {seeker.key: seeker, helper.key: helper})
    if skills.wants:
        return skills
    reasons = grounds.explain(Unmet(things.seeker, want, things.reason) for want in things.wants)
    near = {one.reason for one in reasons} & {UnmetReason.PLACE, UnmetReason.DAYS}
    return replace(
        things,
        reason=max(near, key=_NEAREST.index) if near else things.reason,
        wants=tuple(map(plain, things.wants)),
    )


_NEAREST = (UnmetReason.PLACE, UnmetReason.DAYS)
"""What keeps a thing from somebody, the hardest to change first."""


def _explain_pair(
    seeker: Profile,
    helper: Profile,
    *,
    directory: CapacityTree,
    weights: Weights,
    today: date,
    history: History,
    market: Market | None = None,
) -> Match | WhyNot:
    """Explain a pair in one market: that of skills, or that of things."""
    two = build_market(
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

    def why(reason: UnmetReason) -> WhyNot:
        return WhyNot(seeker.key, helper.key, reason, names)

    pair = np.array([row]), np.array([other])
    if row == other or not allowed_pairs(two.without_suggested_pairs(), *pair)[0]:
        return why(UnmetReason.SELF)
    if not allowed_pairs(two, *pair)[0]:
        return why(UnmetReason.SUGGESTED)
    for profile in (seeker, helper):
        if profile.is_away(today):
            return why(UnmetReason.AWAY)
        if is_muted(profile):
            return why(UnmetReason.QUIET)
    if not len(wants):
        late = any(want.until and want.until < today for want in seeker.wants)
        waits = any((seeker.key, want.capacity) in history.reserved for want in seeker.wants)
        taken = UnmetReason.ROUND if waits else UnmetReason.LIVE
        return why(UnmetReason.LATE if late else taken if seeker.wants else UnmetReason.NOBODY)
    helping = np.arange(len(two)) == other
    tables = Tables.of(weights)
    found = [
        rank_exchanges(two, two, exchanges, most=1, tables=tables, period=0)
        for exchanges in possible_exchanges(two, PostingLists.of_offers(two, helping), wants)
    ]
    if not found:
        offered = two.offers.capacity[two.offers.person == other]
        _, related = spread(two.hierarchy.starts, two.wants.capacity[wants])
        meets = np.isin(two.hierarchy.offered[related], offered).any()
        return why(UnmetReason.LANGUAGE if meets else UnmetReason.NOBODY)
    if two.people.free[other] <= 0:
        return why(UnmetReason.SEATS)
    best = found[0].take(np.lexsort((found[0].want, -found[0].score))[:1])
    profiles = {profile.key: profile for profile in (seeker, helper)}
    parts = score_parts(two, two, best.exchanges, tables)
    return matches_from_rows(two, best, parts, profiles, tables=tables, today=today)[0]


def matches_from_rows(
    market: Market,
    found: RankedExchanges,
    parts: Parts,
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
    row, want, offer, points = returns_of_pairs(seekers, helpers, seeker, helper)
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
    found: RankedExchanges,
    parts: Parts,
    at: int,
    back: list[tuple[str, str]],
    profiles: Mapping[str, Profile],
    today: date,
) -> Match:
    want_row, offer_row = int(found.want[at]), int(found.exchanges.offer[at])
    seeker = profiles[asking.keys[asking.wants.person[want_row]]]
    helper = profiles[giving.keys[int(found.helper[at])]]
    wanted = asking.words.capacities[asking.wants.capacity[want_row]]
    offered = giving.words.capacities[giving.offers.capacity[offer_row]]
    want = next(want for want in merge_wants(seeker) if want.capacity == wanted)
    code = giving.words.languages[giving.languages.code[found.exchanges.heard[at]]]
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
        "region": (region_of_profile(seeker) or "",),
        "country": (seeker.country or "",),
        "freshness": (helper.edited.date().isoformat() if helper.edited else "",),
        "priority": _pressing(want),
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
            ScorePart(nearness if name == "capacity" else name, float(parts[name][at]), facts[name])
            for name in PARTS
            if parts[name][at]
        ),
        reciprocal=tuple(back),
    )


def _nearness(asking: Market, giving: Market, want: int, offer: int) -> str:
    step = wider(asking, giving).step(
        int(asking.wants.capacity[want]), int(giving.offers.capacity[offer])
    )
    return "narrower" if step > 0 else "broader" if step < 0 else "capacity"


def _pressing(want: Want) -> tuple[str, ...]:
    """Return the priority that somebody wrote, and how many people need it where others joined."""
    return (want.priority.name.lower(), *([str(want.joins + 1)] if want.joins else ()))


def _methods(bits: int) -> tuple[str, ...]:
    return tuple(method.value for method in Method if bits & bits_of((method,)))


def _hours(seeker: Profile, helper: Profile, today: date) -> tuple[str, ...]:
    one, other = utc_offset(seeker.timezone, today), utc_offset(helper.timezone, today)
    return (f"{hours_apart(one, other):g}",) if one >= 0 and other >= 0 else ()


class CapacityNames(Protocol):
    """What reasons ask of the capacity directory."""

    def name(self, id: str, language: str = "en") -> str:
        """Return a capacity's name in a language."""
        ...


def reasons(
    match: Match,
    wording: Localizer,
    directory: CapacityNames,
    *,
    escape: Callable[[str], str] = str,
) -> list[str]:
    """Return why two people were suggested to each other: a few sentences, the strongest first.

    ``escape`` makes names safe for where the text goes (wikitext); capacity names may be what a
    person wrote.
    """
    return [sentence(part, wording, directory, escape=escape) for part in strongest_parts(match)]


def strongest_parts(match: Match) -> list[ScorePart]:
    """Return the parts of a score that are worth saying, the strongest first.

    Wherever reasons stand, what is wanted and offered stands above them, and is not said again;
    that few speak a language says that both do. A part that gives few of its points is no reason
    (``[reasons]`` in config/weights.toml).
    """
    weights = load_weights()
    parts = {
        part.name: part
        for part in match.parts
        if part.facts
        and part.name != "capacity"
        and part.points >= weights.least_for_reason(part.name)
    }
    if "small-language" in parts and "language" in parts:
        small, both = parts["small-language"], parts.pop("language")
        parts[small.name] = replace(small, points=small.points + both.points)
    strongest = sorted(parts.values(), key=lambda part: -part.points)[: weights.reasons.most]
    # Where a thing is, and when, is worth no points and said first.
    return [part for part in match.parts if part.name in _WHEREABOUTS] + strongest


_WHEREABOUTS = ("where", "needed")


def sentence(
    part: ScorePart,
    wording: Localizer,
    directory: CapacityNames,
    *,
    escape: Callable[[str], str] = str,
) -> str:
    """Return one part of a score in words: message ``reason-<name>`` with the part's facts.

    Facts that cannot be read come as they were written; never raises. A language that many speak
    is one that both speak.
    """

    def capacity(id: str) -> str:
        return escape(directory.name(id, wording.language))

    def message(id: str) -> str:
        return wording.text(id)

    def day(text: str) -> str:
        return wording.date(date.fromisoformat(text))

    readers: Mapping[str, Callable[[str], str]] = {
        "capacity": capacity,
        "narrower": capacity,
        "broader": capacity,
        "reciprocity": capacity,
        "language": lambda code: language_name(code, wording.language),
        "small-language": lambda code: language_name(code, wording.language),
        "level": lambda number: message(f"level-{LEVELS[int(number)]}"),
        "region": lambda id: region_name(id, wording.language),
        "country": lambda code: country_name(code, wording.language),
        "freshness": day,
        "deadline": day,
        "priority": lambda name: message(f"priority-{name}"),
    }

    def said(fact: str) -> Param:
        try:
            return float(fact) if part.name == "time" else readers.get(part.name, escape)(fact)
        except (ValueError, IndexError):
            return escape(fact)

    if part.name == "priority" and part.facts[1:]:
        return _joined_sentence(part, wording)
    if part.name in _WHEREABOUTS:
        said_of = _whereabouts(part.facts, wording, day, escape)
        return wording.text(f"reason-{part.name}", wording.commas(said_of))
    if part.name == "methods":
        return wording.text(
            "reason-methods", wording.list(message(f"method-{name}") for name in part.facts)
        )
    if part.name == "projects":
        return wording.text("reason-projects", wording.list(map(escape, part.facts)))
    name = part.name
    if name == "small-language" and part.points < load_weights().least_for_reason(name):
        name = "language"
    return wording.text(f"reason-{name}", *map(said, part.facts))


def _whereabouts(
    facts: tuple[str, ...],
    wording: Localizer,
    day: Callable[[str], str],
    escape: Callable[[str], str],
) -> list[str]:
    """Return a place as it was written, and days in words."""
    place, since, until = (*facts, "", "", "")[:3]
    said = [escape(place)] if place else []
    try:
        first, last = (day(text) if text else "" for text in (since, until))
    except ValueError:
        return [*said, escape(f"{since} – {until}")]
    if first and last:
        return [*said, f"{first} – {last}"]
    if first or last:
        said.append(wording.text("days-from" if first else "days-until", first or last))
    return said


def _joined_sentence(part: ScorePart, wording: Localizer) -> str:
    """Return how many people need it, after the priority that the seeker wrote, if any."""
    name, many = part.facts[:2]
    needed = wording.text("reason-joined", int(many) if many.isdecimal() else many)
    if name == Priority.NORMAL.name.lower():
        return needed
    priority = wording.text("reason-priority", wording.text(f"priority-{name}"))
    return wording.list([priority, needed])


LEVELS = ("unknown", "basic", "intermediate", "advanced", "expert")
"""Names of levels in messages, by number."""
