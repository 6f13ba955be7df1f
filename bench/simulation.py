"""A simulated year: people come, answer, meet, learn and leave by rates; matching is the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from exchange.directory import Directory
from exchange.matching import History, Weights, is_live, match_profiles, period_of
from exchange.matching.hold_out import hold_out
from exchange.matching.round import Result
from exchange.model import FLUENT, Match, Method, Offer, Profile, Suggestion, SuggestionStatus, Want

BEGIN = date(2026, 11, 23)


class Rate(NamedTuple):
    """How often something happens, of what, and where that is known from (empty: assumed)."""

    value: float
    what: str
    source: str = ""


CO_OP = "Grants:IEG/Reimagining Wikipedia Mentorship/Final: about half engaged with their mentors"
PLANS = "Gollwitzer and Sheeran (2006), d = 0.65 over 94 tests: by half less here, plans are chosen"

RATED = {
    "there": Rate(0.6, "of the people are there on the first day; the others come over the year"),
    "leaves": Rate(0.01, "of those who are there, leave in a period: about a quarter in a year"),
    "silently": Rate(0.5, "of those who leave, leave their profile as it is"),
    "answers": Rate(0.5, "of the seekers who are told, answer at all", CO_OP),
    "yes": Rate(0.6, "of those who answer, say yes"),
    "ring": Rate(0.05, "say yes besides, where a swap, a circle or a chain is named"),
    "interprets": Rate(0.1, "of those who know two languages well, offer to interpret"),
    "third": Rate(0.8, "of the interpreters who are asked, say yes"),
    "touch": Rate(0.6, "of those who said yes, get in touch"),
    "exchange": Rate(0.5, "of those in touch, learn what they wanted"),
    "plans": Rate(0.3, "of those who said yes, write down a goal and a day"),
    "plan": Rate(0.13, "learn what they wanted besides, where there is a plan", PLANS),
    "found": Rate(0.02, "of those who wait for a comparison, find each other without us"),
    "joins": Rate(0.01, "of the people, join a request of somebody's in a period"),
    "comes along": Rate(0.3, "of those who joined, learn with whoever asked, once it is taken on"),
    "check-in": Rate(0.2, "of those in touch who had not, do so after they were asked"),
    "becomes": Rate(0.15, "of the learners, offer what they learnt when they are asked"),
}
"""No source says how it is in this exchange. A hold-out would (docs/matching.md)."""

RATES = {name: rate.value for name, rate in RATED.items()}

FEATURES = ("interpreters", "joining", "chains", "after yes", "check-ins", "still there?")
"""What can be switched off: see ``Simulation`` for what each does."""

UNANSWERED_AFTER = (timedelta(days=180 + 30), timedelta(days=2 * 180 + 30))
"""When each of the two questions "still available?" is unanswered, as in config/settings.toml."""


class Scenario(NamedTuple):
    """One way of running the exchange: what differs from how it is committed."""

    name: str
    weights: Weights
    held_share: float = 0.0
    without: Sequence[str] = ()


@dataclass
class Year:
    """What happened in one simulated year."""

    served: set[str] = field(default_factory=set)
    messages: Counter[str] = field(default_factory=Counter)
    carried: Counter[str] = field(default_factory=Counter)
    there: set[str] = field(default_factory=set)
    seekers: set[str] = field(default_factory=set)
    busiest: int = 0
    told: int = 0
    delayed: int = 0
    in_touch: int = 0
    exchanged: int = 0
    became: int = 0

    def figures(self) -> dict[str, float]:
        """The figures of a row."""
        return {
            "got a yes": len(self.served),
            "told": self.told,
            "in touch": self.in_touch,
            "exchanged": self.exchanged,
            "helpers": self.became,
            "messages": self.messages.total() / max(len(self.there), 1),
            "most load": max(self.carried.values(), default=0),
        }


def chance(*what: object) -> float:
    """A number from 0 up to 1 that depends on nothing but its arguments."""
    return int.from_bytes(sha256("|".join(map(str, what)).encode()).digest()[:8], "big") / 2**64


class Simulation:
    """A year of one scenario, period after period.

    *interpreters*: some of those who know two languages well offer to interpret. *joining*: people
    join requests that wait, and learn with whoever asked. *chains*: swaps, circles and chains are
    named. *after yes*: plans, and learners who become helpers. *check-ins*: a question a month after
    a yes. *still there?*: whoever left in silence is asked: one question without an answer takes
    the points for freshness, a second makes away.
    """

    def __init__(
        self,
        people: Sequence[Profile],
        directory: Directory,
        scenario: Scenario,
        *,
        rates: Mapping[str, float],
        seed: int,
    ) -> None:
        self.directory, self.scenario, self.rates, self.seed = directory, scenario, rates, seed
        self.features = set(FEATURES) - set(scenario.without)
        self.people = {one.key: self._prepared(one) for one in people}
        self.year = Year()
        self.suggestions: list[Suggestion] = []
        self.asked: set[tuple[str, str, str]] = set()
        self.to_tell: list[str] = []
        self.waiting: list[tuple[str, str]] = []
        self.joined: dict[tuple[str, str], list[str]] = {}

    def run(self, periods: int) -> Year:
        """Let the periods of a year pass."""
        days = self.scenario.weights.bounds.period_days
        for number in range(periods):
            self._pass_period(number, periods, BEGIN + timedelta(days=days * number))
        return self.year

    def _happens(self, rate: str, *what: object, more: float = 0.0) -> bool:
        return chance(self.seed, rate, *what) < self.rates[rate] + more

    def _prepared(self, one: Profile) -> Profile:
        fluent = sum(language.level >= FLUENT for language in one.languages)
        if fluent < 2 or not self._happens("interprets", one.key):
            return one
        return replace(one, methods=(*one.methods, Method.INTERPRETING))

    def _left(self, key: str, number: int, periods: int) -> int | None:
        """For how many periods somebody has been gone: 0 for who is here, None before they come."""
        share = self.rates["there"]
        drawn = chance(self.seed, "there", key)
        came = 0 if drawn < share else int((drawn - share) / (1 - share) * periods)
        if came > number:
            return None
        gone = (at for at in range(came, number + 1) if self._happens("leaves", key, at))
        return number + 1 - next(gone, number + 1)

    def _listed(self, number: int, periods: int, now: datetime) -> tuple[list[Profile], set[str]]:
        """The profiles that are matched, and who of them is there; the others left in silence."""
        days = self.scenario.weights.bounds.period_days
        asks = "still there?" in self.features
        listed, here = [], set()
        for key, one in self.people.items():
            left = self._left(key, number, periods)
            if left is None:
                continue
            silent = timedelta(days=days * left)
            if left and not self._happens("silently", key):
                continue
            # Whoever is there looks after the profile; nobody who is there drops out.
            left_at = now - silent
            asked = tuple((left_at + after).date() for after in UNANSWERED_AFTER)
            listed.append(
                replace(one, edited=left_at, away=None, unanswered=asked if asks and left else ())
            )
            if not left:
                here.add(key)
        return listed, here

    def _pass_period(self, number: int, periods: int, today: date) -> None:
        year, bounds = self.year, self.scenario.weights.bounds
        now = datetime(today.year, today.month, today.day, tzinfo=UTC)
        listed, here = self._listed(number, periods, now)
        if "joining" in self.features:
            listed = self._join(listed, here, number)
        year.there |= here
        year.seekers |= {one.key for one in listed if one.key in here and one.open_wants(today)}
        period = period_of(today, bounds.period_days)
        found = match_profiles(
            listed,
            directory=self.directory,
            weights=self.scenario.weights,
            history=History.of(self.suggestions, today=today, period=period, bounds=bounds),
            today=today,
            period=period,
        )
        self.waiting = sorted((one.seeker, one.want) for one in found.unmet)
        without = "interpreters" not in self.features
        planned = hold_out(
            [
                Suggestion(one, period, now)
                for one in found.matches
                if not (without and one.interpreter)
            ],
            share=self.scenario.held_share,
            planned=(),
            day=today,
            period_days=bounds.period_days,
        )
        messages: Counter[str] = Counter()
        # Helpers who had a message already when somebody said yes hear of it now.
        waiting, self.to_tell = self.to_tell, []
        for key in waiting:
            self._tell(key, messages, here)
        if "check-ins" in self.features:
            self._check_in(messages, here, now)
        ringed = ringed_pairs(found) if "chains" in self.features else set()
        self._suggest(planned.values(), messages, here, now, ringed)
        year.messages += messages
        year.busiest = max(year.busiest, *messages.values(), 0) if messages else year.busiest
        live = [
            one
            for one in self.suggestions
            if one.status.holds_seat and is_live(one, today=today, bounds=bounds)
        ]
        for key, load in Counter(key for one in live for key in one.match.parties[1:]).items():
            year.carried[key] = max(year.carried[key], load)

    def _join(self, listed: list[Profile], here: set[str], number: int) -> list[Profile]:
        """Let some join a request that found nobody in the last round: a want of their own."""
        waiting = [one for one in self.waiting if one[0] in here]
        found = []
        for one in listed:
            if waiting and one.key in here and self._happens("joins", one.key, number):
                at = int(chance(self.seed, "joined", one.key, number) * len(waiting))
                asker, want = waiting[at]
                own = {each.capacity for each in one.wants} | {each.capacity for each in one.offers}
                if asker != one.key and want not in own:
                    self.joined.setdefault((asker, want), []).append(one.key)
                    one = replace(one, wants=(*one.wants, Want(want)))
                    self.people[one.key] = one
            found.append(one)
        return found

    def _tell(self, key: str, messages: Counter[str], here: set[str]) -> bool:
        """One message to a person in a period; whoever had theirs is told in the next."""
        if key not in here:
            return False
        if messages[key]:
            self.to_tell.append(key)
            return False
        messages[key] += 1
        return True

    def _suggest(
        self,
        planned: Iterable[Suggestion],
        messages: Counter[str],
        here: set[str],
        now: datetime,
        ringed: set[tuple[str, str]],
    ) -> None:
        had = set(messages)
        year = self.year
        for one in planned:
            match = one.match
            if one.status is SuggestionStatus.DELAYED:
                year.delayed += 1
                self.suggestions.append(one)
                year.in_touch += self._happens("found", *about(match))
                continue
            if match.seeker in had:
                continue  # Planned anew in the next period.
            messages[match.seeker] = 1
            year.told += 1
            told = replace(one, notified_at=now, status=self._answer(match, here, ringed))
            if told.status is not SuggestionStatus.OPEN:
                told = replace(told, answered_at=now)
            self.suggestions.append(told)
            if told.status in (SuggestionStatus.OPEN, SuggestionStatus.DECLINED):
                continue
            year.served.add(match.seeker)
            self.to_tell += match.parties[1:]
            year.in_touch += told.status is not SuggestionStatus.ACCEPTED
            if told.status is not SuggestionStatus.ACCEPTED:
                self._bring_along(match, here)
            if told.status is SuggestionStatus.EXCHANGED:
                self._learnt(match.seeker, match.want)

    def _answer(
        self, match: Match, here: set[str], ringed: set[tuple[str, str]]
    ) -> SuggestionStatus:
        """What becomes of a suggestion in the end, by the rates."""
        what = about(match)
        if match.seeker not in here or not self._happens("answers", *what):
            return SuggestionStatus.OPEN
        ring = self.rates["ring"] if (match.helper, match.seeker) in ringed else 0.0
        if not self._happens("yes", *what, more=ring):
            return SuggestionStatus.DECLINED
        if match.interpreter and not self._happens("third", *what):
            return SuggestionStatus.DECLINED
        if not here.issuperset(match.parties) or not self._happens("touch", *what):
            return SuggestionStatus.ACCEPTED
        planned = "after yes" in self.features and self._happens("plans", *what)
        if not self._happens("exchange", *what, more=self.rates["plan"] if planned else 0.0):
            return SuggestionStatus.IN_TOUCH
        return SuggestionStatus.EXCHANGED

    def _bring_along(self, match: Match, here: set[str]) -> None:
        """Tell those who joined the request; some of them learn with whoever asked."""
        for key in self.joined.pop((match.seeker, match.want), ()):
            self.to_tell.append(key)
            if key in here and self._happens("comes along", key, match.want):
                self.year.served.add(key)
                self.year.in_touch += 1
                if self._happens("exchange", key, match.want):
                    self._learnt(key, match.want)

    def _check_in(self, messages: Counter[str], here: set[str], now: datetime) -> None:
        """Ask seekers once, a month after a yes, what became of it."""
        for at, one in enumerate(self.suggestions):
            match = one.match
            what = about(match)
            due = one.answered_at is not None and now - one.answered_at >= timedelta(days=30)
            if not due or what in self.asked or not here.issuperset(match.parties):
                continue
            if one.status not in (SuggestionStatus.ACCEPTED, SuggestionStatus.IN_TOUCH):
                continue
            if messages[match.seeker]:
                continue
            self.asked.add(what)
            messages[match.seeker] += 1
            if one.status is SuggestionStatus.IN_TOUCH and self._happens("check-in", *what):
                self.suggestions[at] = replace(one, status=SuggestionStatus.EXCHANGED)
                self._learnt(match.seeker, match.want)

    def _learnt(self, key: str, want: str) -> None:
        self.year.exchanged += 1
        seeker = self.people[key]
        if (
            "after yes" in self.features
            and self._happens("becomes", key, want)
            and want not in {one.capacity for one in seeker.offers}
        ):
            self.year.became += 1
            self.people[key] = replace(
                seeker, offers=(*seeker.offers, Offer(want)), seats=max(seeker.seats, 1)
            )


def about(match: Match) -> tuple[str, str, str]:
    """What tells a suggestion from others: who seeks, who helps, with what."""
    return (match.seeker, match.helper, match.want)


def ringed_pairs(found: Result) -> set[tuple[str, str]]:
    """Who helps whom in a swap, a circle or a chain of a round: (helper, seeker)."""
    pairs = set()
    for ring in (*found.swaps, *found.circles):
        pairs |= set(zip(ring.members, (*ring.members[1:], ring.members[0]), strict=True))
    for chain in found.chains:
        pairs |= set(zip(chain.members, chain.members[1:], strict=False))
    return pairs
