"""Facts: everything that reports count, as frames, put together once for all reports.

A frame is a pandas DataFrame; frames do not leave this room. People are rows of ``parties`` and
everywhere else their row number (``party``), so that a million rows stay small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from exchange.matching.weights import Bounds, load_weights
from exchange.model import (
    UNLISTED,
    USABLE,
    Cohort,
    Outcome,
    Problem,
    Profile,
    Suggestion,
)
from exchange.reports.frames import read_history, read_profiles, read_suggestions
from exchange.reports.report import Party

REASONS = ("nobody", "language", "suggested", "away", "seats", "waiting")
"""Why a want is unmet, the hardest to mend first. ``waiting`` is everything that ends by itself:
not looked at yet, the seeker's share of this period used up, no messages wanted, profile stale."""

UNSEEN = "unmatched"
"""The exact reason of a want that no round of matching has looked at yet."""


@dataclass(frozen=True, slots=True)
class Ran:
    """The newest run that wrote to people: when, and what became of each candidate."""

    id: int
    begun: date | None
    outcomes: Mapping[str, Outcome]


class Facts:
    """Everything that reports count, as of ``today``.

    ``profiles`` are those who take part. ``broader`` is the capacity hierarchy (id to the next
    wider id). ``unmet`` gives (profile key, capacity id, reason) as the last matching run found
    them; wants it does not mention and nobody serves count as ``unmatched``. ``measures`` is the
    history: (day, name, value, n). ``arrivals`` gives the day on which a seeker was first seen.
    ``messages`` counts the notices sent so far and ``optouts`` what came back; ``reverts`` is
    (undone, sent) of lately, None where that was not counted.
    """

    def __init__(
        self,
        *,
        today: date,
        profiles: Iterable[Profile],
        broader: Mapping[str, str | None],
        suggestions: Iterable[Suggestion] = (),
        unmet: Iterable[tuple[str, str, str]] = (),
        cohorts: Iterable[Cohort] = (),
        problems: Iterable[tuple[str, str, Problem]] = (),
        measures: Iterable[tuple[date, str, float, int | None]] = (),
        run: Ran | None = None,
        bounds: Bounds | None = None,
        arrivals: Mapping[str, date] | None = None,
        messages: int = 0,
        optouts: int = 0,
        reverts: tuple[int, int] | None = None,
    ) -> None:
        self.today = today
        self.broader = broader
        self._lines: dict[str, tuple[str, ...]] = {}
        self.bounds = bounds or load_weights().bounds
        self.run = run
        self.messages, self.optouts, self.reverts = messages, optouts, reverts
        self.arrivals = dict(arrivals or {})
        self.cohorts = tuple(cohorts)
        self.problems = tuple(problems)
        frames = read_profiles(profiles, today)
        self.parties, self.written, self.offers = frames.parties, frames.written, frames.offers
        self.requests, self._wants = frames.requests, frames.wants
        self.speaks, self.affiliations = frames.speaks, frames.affiliations
        self._number = {key: at for at, key in enumerate(self.parties["key"])}
        self.suggestions = read_suggestions(
            suggestions, number=self._number, today=today, bounds=self.bounds
        )
        self._read_unmet(unmet)
        self.measures = read_history(list(measures))

    # --- reading ---------------------------------------------------------------------------

    def _read_unmet(self, unmet: Iterable[tuple[str, str, str]]) -> None:
        self._unmet = {
            (self._number[key], capacity): reason
            for key, capacity, reason in unmet
            if key in self._number
        }

    def note_today(
        self, measures: Iterable[tuple[date, str, float, int | None]]
    ) -> tuple[list[tuple[date, str, float, int | None]], list[str]]:
        """Add today to the history: (the measures, the keys of seekers who arrived today)."""
        fresh = list(measures)
        frame = self.measures
        names = {name for _, name, _, _ in fresh}
        frame = frame[~((frame["day"] == self.today) & frame["name"].isin(names))]
        rows = [*frame.itertuples(index=False, name=None), *fresh]
        self.measures = read_history(rows)
        seekers = self.parties["key"].iloc[sorted(set(self.wants["party"]))]
        arrived = [key for key in seekers if key not in self.arrivals]
        self.arrivals |= dict.fromkeys(arrived, self.today)
        return fresh, arrived

    # --- what everybody asks ---------------------------------------------------------------

    @cached_property
    def live(self) -> pd.DataFrame:
        """The suggestions that stand: both sides still take part, nobody has said no."""
        frame = self.suggestions
        return frame[frame["live"] & (frame["seeker"] >= 0) & (frame["helper"] >= 0)]

    @cached_property
    def wants(self) -> pd.DataFrame:
        """Open wants, one row a party and capacity: priority, until, served, reason, lack.

        Where the want is not served, ``lack`` is the exact reason (``unmatched-<lack>`` in i18n)
        and ``reason`` the one of ``REASONS`` that it falls under; else both are empty.
        """
        frame = self._wants.copy()
        served = set(zip(self.live["seeker"], self.live["want"], strict=True))
        pairs = list(zip(frame["party"], frame["capacity"], strict=True))
        lacks = ["" if pair in served else self._unmet.get(pair, UNSEEN) for pair in pairs]
        frame["served"] = np.fromiter((lack == "" for lack in lacks), bool, len(lacks))
        frame["lack"] = pd.Series(lacks, dtype=object)
        frame["reason"] = pd.Series(
            [lack if not lack or lack in REASONS else REASONS[-1] for lack in lacks], dtype=object
        )
        return frame

    def lineage(self, capacity: str) -> tuple[str, ...]:
        """A capacity and everything broader, the nearest first.

        Above every unlisted one is ``UNLISTED`` itself: all that the directory does not know.
        """
        known = self._lines.get(capacity)
        if known is None:
            known = self._lines[capacity] = self._line(capacity)
        return known

    def _line(self, capacity: str) -> tuple[str, ...]:
        if capacity.startswith(UNLISTED):
            return tuple(dict.fromkeys((capacity, UNLISTED)))
        line: list[str] = []
        at: str | None = capacity
        while at is not None and at not in line:
            line.append(at)
            at = self.broader.get(at)
        return tuple(line)

    def rolled(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Each row once for its capacity and once for every broader one (column ``capacity``).

        ``own`` is the capacity as written. Count distinct parties on it, never rows.
        """
        lines = pd.DataFrame(
            [
                (capacity, above)
                for capacity in sorted(frame["capacity"].unique())
                for above in self.lineage(capacity)
            ],
            columns=["own", "capacity"],
        )
        return frame.rename(columns={"capacity": "own"}).merge(lines, on="own")

    def rows(self, frame: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a frame as plain tuples; what is missing is None."""
        source: pd.DataFrame = getattr(self, frame)
        plain = (
            [None if value != value else value for value in source[name].tolist()]
            for name in columns
        )
        return zip(*plain, strict=True)

    def party(self, at: int) -> Party:
        """The party in a row of ``parties``, as a cell."""
        return self._cells[at]

    @cached_property
    def _cells(self) -> list[Party]:
        frame = self.parties
        return [
            Party(key, name, page)
            for key, name, page in zip(frame["key"], frame["name"], frame["page"], strict=True)
        ]

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Offers, seats, wants, served and unmet by capacity: see ``gaps.counts``."""
        from exchange.reports import gaps

        return gaps.counts(self)

    @cached_property
    def spoken(self) -> dict[int, tuple[str, ...]]:
        """The languages that a party can work in, best first."""
        usable = self.speaks[self.speaks["level"] >= USABLE]
        usable = usable.sort_values(["party", "level"], ascending=[True, False], kind="stable")
        found: dict[int, list[str]] = {}
        for at, code in zip(usable["party"], usable["language"], strict=True):
            found.setdefault(at, []).append(code)
        return {at: tuple(dict.fromkeys(codes)) for at, codes in found.items()}

    def number(self, key: str) -> int | None:
        """The row of ``parties`` of a key; None for one that takes no part."""
        return self._number.get(key)

    def find(self, key: str) -> Party:
        """The party of a key; one that takes no part (any more) has its key for a name."""
        at = self._number.get(key)
        return Party(key, key) if at is None else self._cells[at]
