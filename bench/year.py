"""A simulated year of the exchange: who is served, how often people are written to, what comes of it.

    python -m bench.year [--periods 26] [--seeds 3]

The people are those of the sample movement (made up), matched by the same code as the bot does,
every two weeks. They come, answer, meet and leave by RATES. Those are assumptions and not findings:
the figures compare one way of running the exchange with another under the same assumptions, and
foretell nothing. Change them with --rate NAME=VALUE and see what depends on them. Chance falls for
the same two people in the same way in every scenario, so that differences are not noise.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from exchange.directory import Directory
from exchange.directory import load as load_directory
from exchange.matching import (
    History,
    Weights,
    is_live,
    load_weights,
    match_profiles,
    period_of,
)
from exchange.matching.hold_out import hold_out
from exchange.matching.metrics import gini
from exchange.model import Match, Offer, Profile, Suggestion, SuggestionStatus
from exchange.settings.schema import Notify
from exchange.store import Store

BEGIN = date(2026, 11, 23)

RATES = {
    "there": 0.6,  # of the people are there on the first day; the others come over the year
    "leaves": 0.01,  # of those who are there, leave in a period: about a quarter in a year
    "answers": 0.5,  # of the seekers who are told, answer at all (issue 19: half never answer)
    "yes": 0.6,  # of those who answer, say yes
    "touch": 0.6,  # of those who said yes, get in touch
    "exchange": 0.5,  # of those in touch, learn what they wanted
    "found": 0.02,  # of those who wait for a comparison, find each other without us
    "check-in": 0.2,  # of those in touch who had not, do so after they were asked
    "becomes": 0.15,  # of the learners, offer what they learnt when they are asked
}
"""Assumptions, each of them: no source says how it is in this exchange. A hold-out would (docs)."""


class Scenario(NamedTuple):
    """One way of running the exchange: what differs from how it is committed."""

    name: str
    weights: Weights
    held_share: float = 0.0
    check_ins: bool = False
    interpreters: bool = True


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
        load = np.array([self.carried[key] for key in sorted(self.carried)], np.int64)
        return {
            "seekers": len(self.seekers),
            "served": len(self.served),
            "told": self.told,
            "delayed": self.delayed,
            "in touch": self.in_touch,
            "exchanged": self.exchanged,
            "became helpers": self.became,
            "messages each": self.messages.total() / max(len(self.there), 1),
            "most in 14 days": self.busiest,
            "load, most": int(load.max()) if len(load) else 0,
            "load, Gini": gini(load),
        }


def chance(*what: object) -> float:
    """A number from 0 up to 1 that depends on nothing but its arguments."""
    return int.from_bytes(sha256("|".join(map(str, what)).encode()).digest()[:8], "big") / 2**64


class Simulation:
    """A year of one scenario, period after period."""

    def __init__(
        self,
        people: Sequence[Profile],
        directory: Directory,
        scenario: Scenario,
        *,
        rates: dict[str, float],
        seed: int,
    ) -> None:
        self.people = {one.key: one for one in people}
        self.directory, self.scenario, self.rates, self.seed = directory, scenario, rates, seed
        self.year = Year()
        self.suggestions: list[Suggestion] = []
        self.asked: set[tuple[str, str, str]] = set()
        self.to_tell: list[str] = []

    def run(self, periods: int) -> Year:
        """Let the periods of a year pass."""
        days = self.scenario.weights.bounds.period_days
        for number in range(periods):
            self._pass_period(number, periods, BEGIN + timedelta(days=days * number))
        return self.year

    def _happens(self, rate: str, *what: object) -> bool:
        return chance(self.seed, rate, *what) < self.rates[rate]

    def _is_there(self, key: str, number: int, periods: int) -> bool:
        share = self.rates["there"]
        drawn = chance(self.seed, "there", key)
        came = 0 if drawn < share else int((drawn - share) / (1 - share) * periods)
        leaves = any(self._happens("leaves", key, at) for at in range(came, number + 1))
        return came <= number and not leaves

    def _pass_period(self, number: int, periods: int, today: date) -> None:
        year, bounds = self.year, self.scenario.weights.bounds
        now = datetime(today.year, today.month, today.day, tzinfo=UTC)
        here = [
            # Whoever is there looks after the profile; nobody drops out by the calendar.
            replace(one, edited=now, away=None)
            for key, one in self.people.items()
            if self._is_there(key, number, periods)
        ]
        keys = {one.key for one in here}
        year.there |= keys
        year.seekers |= {one.key for one in here if one.open_wants(today)}
        period = period_of(today, bounds.period_days)
        history = History.of(self.suggestions, today=today, period=period, bounds=bounds)
        found = match_profiles(
            here,
            directory=self.directory,
            weights=self.scenario.weights,
            history=history,
            today=today,
            period=period,
        )
        matches: Iterable[Match] = found.matches
        if not self.scenario.interpreters:
            matches = [one for one in matches if not getattr(one, "interpreter", "")]
        planned = hold_out(
            [Suggestion(one, period, now) for one in matches],
            share=self.scenario.held_share,
            planned=(),
            day=today,
            period_days=bounds.period_days,
        )
        messages: Counter[str] = Counter()
        # Helpers who had a message already when somebody said yes hear of it now.
        waiting, self.to_tell = self.to_tell, []
        for key in waiting:
            self._tell(key, messages, keys)
        if self.scenario.check_ins:
            self._check_in(messages, keys, now)
        self._suggest(planned.values(), messages, keys, now)
        year.messages += messages
        year.busiest = max(year.busiest, *messages.values(), 0) if messages else year.busiest
        live = [
            one
            for one in self.suggestions
            if one.status.holds_seat and is_live(one, today=today, bounds=bounds)
        ]
        for key, load in Counter(one.match.helper for one in live).items():
            year.carried[key] = max(year.carried[key], load)
        for one in here:
            if one.offers and one.seats:
                year.carried.setdefault(one.key, 0)

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
    ) -> None:
        had = set(messages)
        year = self.year
        for one in planned:
            match = one.match
            what = (match.seeker, match.helper, match.want)
            if one.status is SuggestionStatus.DELAYED:
                year.delayed += 1
                self.suggestions.append(one)
                year.in_touch += self._happens("found", *what)
                continue
            if match.seeker in had:
                continue  # Planned anew in the next period.
            messages[match.seeker] = 1
            year.told += 1
            told = replace(one, notified_at=now, status=self._answer(what))
            if told.status is not SuggestionStatus.OPEN:
                told = replace(told, answered_at=now)
            self.suggestions.append(told)
            if told.status in (SuggestionStatus.OPEN, SuggestionStatus.DECLINED):
                continue
            year.served.add(match.seeker)
            self.to_tell.append(match.helper)
            year.in_touch += told.status is not SuggestionStatus.ACCEPTED
            if told.status is SuggestionStatus.EXCHANGED:
                self._learnt(match)

    def _answer(self, what: tuple[str, str, str]) -> SuggestionStatus:
        """What becomes of a suggestion in the end, by the rates."""
        if not self._happens("answers", *what):
            return SuggestionStatus.OPEN
        if not self._happens("yes", *what):
            return SuggestionStatus.DECLINED
        if not self._happens("touch", *what):
            return SuggestionStatus.ACCEPTED
        if not self._happens("exchange", *what):
            return SuggestionStatus.IN_TOUCH
        return SuggestionStatus.EXCHANGED

    def _check_in(self, messages: Counter[str], here: set[str], now: datetime) -> None:
        """Ask seekers once, a month after a yes, what became of it."""
        for at, one in enumerate(self.suggestions):
            match = one.match
            what = (match.seeker, match.helper, match.want)
            due = one.answered_at is not None and now - one.answered_at >= timedelta(days=30)
            if not due or what in self.asked or match.seeker not in here:
                continue
            if one.status not in (SuggestionStatus.ACCEPTED, SuggestionStatus.IN_TOUCH):
                continue
            if messages[match.seeker]:
                continue
            self.asked.add(what)
            messages[match.seeker] += 1
            if one.status is SuggestionStatus.IN_TOUCH and self._happens("check-in", *what):
                self.suggestions[at] = replace(one, status=SuggestionStatus.EXCHANGED)
                self._learnt(match)

    def _learnt(self, match: Match) -> None:
        self.year.exchanged += 1
        seeker = self.people[match.seeker]
        if (
            self.scenario.check_ins
            and self._happens("becomes", match.seeker, match.want)
            and match.want not in {one.capacity for one in seeker.offers}
        ):
            self.year.became += 1
            self.people[seeker.key] = replace(
                seeker, offers=(*seeker.offers, Offer(match.want)), seats=max(seeker.seats, 1)
            )


def has_check_ins() -> bool:
    """Whether the bot asks a month after a yes what became of it."""
    return "check_in_days" in Notify.model_fields


def has_interpreters() -> bool:
    """Whether matching finds a third person who interprets."""
    return "interpretation" in Match.__dataclass_fields__


NOT_BUILT = ("joined requests", "chains that begin with a giver", "still there?")
"""Features of the exchange that there are plans for and that nothing here can switch."""


def scenarios(weights: Weights) -> list[Scenario]:
    """How it is, and each with one thing changed."""
    one_each = weights.model_copy(
        update={"bounds": weights.bounds.model_copy(update={"suggestions": 1})}
    )
    one_way = weights.model_copy(
        update={
            "points": weights.points.model_copy(update={"reciprocity": 0}),
        }
    )
    found = [
        Scenario("as it is", weights, check_ins=has_check_ins()),
        Scenario("a tenth waits (hold-out)", weights, 0.1, has_check_ins()),
        Scenario("one suggestion a period", one_each, check_ins=has_check_ins()),
        Scenario("no points for both ways", one_way, check_ins=has_check_ins()),
    ]
    if has_check_ins():
        found.append(Scenario("without check-ins", weights))
    if has_interpreters():
        found.append(
            Scenario("without interpreters", weights, check_ins=has_check_ins(), interpreters=False)
        )
    return found


def not_built() -> list[str]:
    """The features that are not there to be switched."""
    return [
        *([] if has_interpreters() else ["interpreters"]),
        *([] if has_check_ins() else ["check-ins, learners who become helpers"]),
        *NOT_BUILT,
    ]


def sample() -> list[Profile]:
    """The people of the sample movement, read as the bot does."""
    root = Path(__file__).parents[1]
    with TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/exchange.db"
        settings = {
            "CXC_WIKI": f"archive:{root / 'config/sample/movement.xml.gz'}",
            "CXC_WIKI_OUT": f"{folder}/wiki",
            "CXC_DATABASE": database,
        }
        subprocess.run(
            [sys.executable, "-m", "bot", "harvest", "--json"],
            cwd=root,
            env=os.environ | settings,
            capture_output=True,
            check=True,
        )
        store = Store.open(database)
        people = store.profiles.all()
        store.close()
    return people


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--periods", type=int, default=26, help="of two weeks each (26: a year)")
    parser.add_argument("--seeds", type=int, default=3, help="years to take the mean of (3)")
    parser.add_argument("--rate", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    rates = RATES | {
        name: float(value) for name, _, value in (one.partition("=") for one in options.rate)
    }
    if rates.keys() != RATES.keys():
        parser.error(f"the rates are {', '.join(RATES)}")
    people, directory = sample(), load_directory()
    print(f"{len(people)} made-up people, {options.periods} periods, mean of {options.seeds} years")
    print("assumed: " + ", ".join(f"{name} {value:g}" for name, value in rates.items()))
    head: list[str] = []
    for scenario in scenarios(load_weights()):
        years = [
            Simulation(people, directory, scenario, rates=rates, seed=seed)
            .run(options.periods)
            .figures()
            for seed in range(options.seeds)
        ]
        if not head:
            head = list(years[0])
            print(f"\n{'':>26}" + "".join(f"{name:>16}" for name in head))
        means = [float(np.mean([year[name] for year in years])) for name in head]
        cells = [f"{value:16.2f}" if value < 20 else f"{value:16.0f}" for value in means]
        print(f"{scenario.name:>26}" + "".join(cells), flush=True)
    for name in not_built():
        print(f"{name:>26}{'not built':>16}")


if __name__ == "__main__":
    main()
