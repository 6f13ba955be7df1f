"""Data: everything that reports count, as frames, put together once for all reports.

A frame is a pandas DataFrame; frames do not leave this package. People are rows of ``parties`` and
everywhere else their row number (``party``), so that a million rows stay small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from exchange.directory import Directory
from exchange.matching.weights import load_weights
from exchange.model import (
    UNLISTED,
    USABLE,
    Cohort,
    Outcome,
    Problem,
    Profile,
    Suggestion,
)
from exchange.privacy import SMALLEST_CELL, UNPROTECTED, CountryProtection
from exchange.reports.arms import Drawn
from exchange.reports.cells import PartyCell
from exchange.reports.frames import (
    REASONS,
    count_gaps,
    read_history,
    read_profiles,
    read_suggestions,
)
from exchange.reports.programme_counts import ProgrammeCounts

Found = TypeVar("Found")

LATENT_HELP = "latent:"
"""How the names of measures begin that count who said elsewhere what they can share, by capacity."""

PlaceWeek = tuple[date, str, str, int, int, int, int, int]
"""A place in a week: (Monday, kind, place, people, groups, offers, wants, unmet wants)."""

UNSEEN = "unmatched"
"""The exact reason of a want that no round of matching has looked at yet."""


@dataclass(frozen=True, slots=True)
class DeliveryRun:
    """The newest run that wrote to people: when, and what became of each candidate.

    ``introductions`` are those that ended in it: (coordinator, outcome as it may be shown).
    """

    id: int
    begun: date | None
    outcomes: Mapping[str, Outcome]
    introductions: Iterable[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class RoundHistory:
    """What matching found: in its last round, and when it first met each seeker.

    ``unmet`` gives (profile key, capacity id, reason) as the last round found them; wants it does
    not mention and nobody serves count as ``unmatched``. ``arrivals`` gives the day on which a
    seeker was first seen, by profile key. ``alone`` are those who said no: no cohort has them.
    ``declined`` gives (profile key, capacity, language) of those who want to be in no such cohort.
    ``things`` are the capacities that were matched apart, as they are no skills.
    """

    unmet: Iterable[tuple[str, str, str]] = ()
    cohorts: Iterable[Cohort] = ()
    arrivals: Mapping[str, date] = field(default_factory=dict)
    alone: Collection[str] = ()
    declined: Collection[tuple[str, str, str]] = ()
    things: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DeliveryHistory:
    """What delivery did: ``run`` is the newest run that wrote, None where none did.

    ``messages`` counts the notices sent so far and ``optouts`` what came back; ``reverts`` is
    (undone, sent) of lately, None where that was not counted. ``unclear`` are the answers that
    nobody understood: (talk page, revision, the day on which it was read, profile key).
    """

    run: DeliveryRun | None = None
    messages: int = 0
    optouts: int = 0
    reverts: tuple[int, int] | None = None
    unclear: Iterable[tuple[str, int, date, str]] = ()


class ReportData:
    """Everything that reports count, as of ``today``.

    ``profiles`` are those who take part, without the countries that ``protection`` covers.
    ``broader`` is the capacity hierarchy (id to the next wider id). What is offered or wanted of
    things (money, places, equipment; see ``RoundHistory``) is in no frame or figure here, but in ``of_things``, where
    nothing else is. ``measures`` is the history:
    (day, name, value, n); that of places is added by ``add_place_weeks``.
    """

    directory_page = ""
    """Where people add capacities on the wiki, for whoever writes that down."""

    directory = Directory(())
    """The directory as the wiki has it, for whoever asks more of it than what is broader."""

    programmes: Sequence[ProgrammeCounts] = ()
    """How far each programme round got, in no other figure."""

    def __init__(
        self,
        *,
        today: date,
        profiles: Iterable[Profile],
        protection: CountryProtection = UNPROTECTED,
        broader: Mapping[str, str | None],
        suggestions: Iterable[Suggestion] = (),
        round_history: RoundHistory = RoundHistory(),
        problems: Iterable[tuple[str, str, Problem]] = (),
        measures: Iterable[tuple[date, str, float, int | None]] = (),
        delivery: DeliveryHistory = DeliveryHistory(),
    ) -> None:
        self.today = today
        self.broader = broader
        self._lines: dict[str, tuple[str, ...]] = {}
        self._columns: dict[tuple[str, str], list[Any]] = {}
        self._once: dict[Callable[[ReportData], Any], Any] = {}
        self.bounds = load_weights().bounds
        self.delivery = delivery
        self.arrivals = dict(round_history.arrivals)
        self.problems = tuple(problems)
        things = round_history.things
        everyone, told, unmet = tuple(profiles), tuple(suggestions), tuple(round_history.unmet)
        self._things = (
            tuple(
                one
                for each in everyone
                for one in (each.only(things.__contains__),)
                if one.offers or one.wants
            ),
            tuple(one for one in told if one.match.want in things),
            tuple(one for one in unmet if one[1] in things),
        )
        frames = read_profiles(
            (one.only(lambda capacity: capacity not in things) for one in everyone),
            today,
            protection,
        )
        self.parties, self.written, self.offers = frames.parties, frames.written, frames.offers
        self.requests, self._wants = frames.requests, frames.wants
        self.speaks, self.affiliations = frames.speaks, frames.affiliations
        self._number = {key: at for at, key in enumerate(self.parties["key"])}
        self.cohorts = tuple(self._still_willing(round_history))
        self._declined = Counter(
            (capacity, language)
            for key, capacity, language in round_history.declined
            if key in self._number
        )
        self.suggestions = read_suggestions(
            (one for one in told if one.match.want not in things),
            number=self._number,
            today=today,
            bounds=self.bounds,
        )
        self._read_unmet(unmet)
        self.measures = read_history(list(measures))
        self.drawn: Sequence[Drawn] = ()
        """What was drawn to be told at once or to wait, where a hold-out is or was on."""
        self.latent: Mapping[str, int] = {}
        """How many people said elsewhere that they can share a capacity, in large enough numbers."""
        self._place_weeks: dict[tuple[str, str], list[PlaceWeek]] = {}
        self._protection = protection

    @cached_property
    def of_things(self) -> ReportData:
        """The same facts about money, places and equipment alone, of those who have any to do with it."""
        profiles, suggestions, unmet = self._things
        found = ReportData(
            today=self.today,
            profiles=profiles,
            protection=self._protection,
            broader=self.broader,
            suggestions=suggestions,
            round_history=RoundHistory(unmet),
        )
        found.directory, found.directory_page = self.directory, self.directory_page
        return found

    # --- reading ---------------------------------------------------------------------------

    def _read_unmet(self, unmet: Iterable[tuple[str, str, str]]) -> None:
        self._unmet = {
            (self._number[key], capacity): reason
            for key, capacity, reason in unmet
            if key in self._number
        }

    def _still_willing(self, found: RoundHistory) -> Iterator[Cohort]:
        """The round's cohorts without those who left since, want no messages, or declined them."""
        silent, declined = self.parties["silent"].tolist(), {*found.declined}

        def willing(one: Cohort, keys: tuple[str, ...]) -> tuple[str, ...]:
            about = (one.capacity, one.language)
            keys = tuple(key for key in keys if (key, *about) not in declined)
            places = ((key, self._number.get(key)) for key in keys if key not in found.alone)
            return tuple(key for key, at in places if at is not None and not silent[at])

        for one in found.cohorts:
            members = willing(one, one.members)
            if len(members) >= min(self.bounds.cohort_least, len(one.members)):
                yield replace(one, members=members, helpers=willing(one, one.helpers))

    def declined(self, cohort: Cohort) -> int | None:
        """How many said "not for me" of a cohort's capacity and language; None of none or few."""
        number = self._declined[cohort.capacity, cohort.language]
        return number if number >= SMALLEST_CELL else None

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

    def add_place_weeks(self, rows: Iterable[PlaceWeek]) -> None:
        """Add the history of places, the oldest week first."""
        for row in rows:
            # A country may be protected now that was not when the week was counted.
            if row[1] != "country" or not self._protection.covers(row[2]):
                self._place_weeks.setdefault(row[1:3], []).append(row)

    def weeks_of(self, kind: str, id: str) -> list[PlaceWeek]:
        """The weeks of a place that were kept, the oldest first."""
        return self._place_weeks.get((kind, id), [])

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

    @cached_property
    def unmet(self) -> Mapping[str, list[str]]:
        """The keys of those who have an unmet want, by its capacity."""
        missing = self.wants[~self.wants["served"].astype(bool)]
        keys = self.parties["key"].tolist()
        found: dict[str, list[str]] = {}
        for party, capacity in zip(missing["party"], missing["capacity"], strict=True):
            found.setdefault(capacity, []).append(keys[party])
        return found

    def ancestors(self, capacity: str) -> tuple[str, ...]:
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

    def with_ancestors(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Each row once for its capacity and once for every broader one (column ``capacity``).

        ``own`` is the capacity as written. Count distinct parties on it, never rows.
        """
        lines = pd.DataFrame(
            [
                (capacity, above)
                for capacity in sorted(frame["capacity"].unique())
                for above in self.ancestors(capacity)
            ],
            columns=["own", "capacity"],
        )
        return frame.rename(columns={"capacity": "own"}).merge(lines, on="own")

    def rows(self, frame: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a frame as plain tuples; what is missing is None."""
        return zip(*(self._column(frame, name) for name in columns), strict=True)

    def _column(self, frame: str, name: str) -> list[Any]:
        """A column as a plain list, made once: pages of places go through the same ones again."""
        known = self._columns.get((frame, name))
        if known is None:
            values = getattr(self, frame)[name].tolist()
            known = [None if value != value else value for value in values]
            self._columns[frame, name] = known
        return known

    def once(self, find: Callable[[ReportData], Found]) -> Found:
        """Return what a function finds in these facts: computed once, however many pages ask."""
        if find not in self._once:
            self._once[find] = find(self)
        found: Found = self._once[find]
        return found

    def party(self, at: int) -> PartyCell:
        """The party in a row of ``parties``, as a cell."""
        return self._cells[at]

    @cached_property
    def _cells(self) -> list[PartyCell]:
        frame = self.parties
        return [
            PartyCell(key, name, page)
            for key, name, page in zip(frame["key"], frame["name"], frame["page"], strict=True)
        ]

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """People, seats, wants, served and unmet by capacity: see ``frames.count_gaps``."""
        return count_gaps(
            self.with_ancestors(self.offers), self.with_ancestors(self.wants), self.parties["seats"]
        )

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

    def find(self, key: str) -> PartyCell:
        """The party of a key; one that takes no part (any more) has its key for a name."""
        at = self._number.get(key)
        return PartyCell(key, key) if at is None else self._cells[at]
