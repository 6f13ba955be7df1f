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

from exchange.matching.history import is_live
from exchange.matching.weights import Bounds, load_weights
from exchange.model import (
    UNLISTED,
    USABLE,
    Cohort,
    Frequency,
    Outcome,
    Problem,
    Profile,
    Status,
    Suggestion,
)
from exchange.places import emerging, region_of, small_or_to_be
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

    ``profiles`` are those who take part. ``broader`` is the capacity hierarchy (id to the next wider id). ``unmet`` gives
    (profile key, capacity id, reason) as the last matching run found them; wants it does not
    mention and nobody serves count as ``unmatched``. ``measures`` is the history: (day, name,
    value, n). ``arrivals`` gives the day on which a seeker was first seen. ``messages`` counts the notices sent so far, ``optouts`` and ``reverts`` what came
    back.
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
        reverts: int = 0,
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
        self._read_profiles(profiles)
        self._read_suggestions(suggestions)
        self._read_unmet(unmet)
        self.measures = _history(list(measures))

    # --- reading ---------------------------------------------------------------------------

    def _read_profiles(self, profiles: Iterable[Profile]) -> None:
        parties: list[tuple[object, ...]] = []
        offers: list[tuple[int, str, str]] = []
        wants: list[tuple[int, str, str, int, date | None, str, str]] = []
        speaks: list[tuple[int, str, int]] = []
        affiliations: list[tuple[int, str]] = []
        today = self.today
        for at, profile in enumerate(sorted(profiles, key=lambda profile: profile.key)):
            country = profile.country
            region = profile.region or region_of(country)
            parties.append(
                (
                    profile.key,
                    profile.name,
                    profile.page,
                    profile.kind.value,
                    profile.is_group,
                    country,
                    region,
                    profile.region,
                    emerging(country, region) if country or region else None,
                    small_or_to_be(profile.kind),
                    profile.edited.date() if profile.edited else None,
                    profile.seats,
                    profile.away is not None and profile.away >= today,
                    profile.notify is Frequency.NEVER,
                )
            )
            offers += [(at, offer.capacity, offer.text) for offer in profile.offers]
            wants += [
                (
                    at,
                    want.capacity,
                    want.text,
                    want.priority.value,
                    want.until,
                    want.request,
                    want.note,
                )
                for want in profile.wants
                if want.until is None or want.until >= today
            ]
            speaks += [(at, language.code, language.level) for language in profile.languages]
            affiliations += [(at, name) for name in profile.affiliations]
        self.parties = pd.DataFrame(
            parties,
            columns=[
                "key", "name", "page", "kind", "group", "country", "region", "said_region",
                "emerging", "small", "edited", "seats", "away", "silent",
            ],
            dtype=object,
        ).astype({"group": bool, "small": bool, "away": bool, "silent": bool, "seats": int})  # fmt: skip
        self._number = {key: at for at, key in enumerate(self.parties["key"])}
        self.written = pd.DataFrame(
            [(at, "offer", capacity, text) for at, capacity, text in offers]
            + [(want[0], "want", want[1], want[2]) for want in wants],
            columns=["party", "direction", "capacity", "text"],
        )
        self.offers = (
            pd.DataFrame([(at, capacity) for at, capacity, _ in offers], columns=["party", "capacity"])
            .drop_duplicates(ignore_index=True)
        )  # fmt: skip
        asked = pd.DataFrame(
            wants,
            columns=["party", "capacity", "text", "priority", "until", "request", "note"],
            dtype=object,
        ).astype({"party": int, "priority": int})
        self.requests = asked[asked["request"] != ""].reset_index(drop=True)
        self._wants = (
            asked.groupby(["party", "capacity"], sort=True)
            .agg(priority=("priority", "max"), until=("until", _earliest))
            .reset_index()
        )
        self.speaks = pd.DataFrame(speaks, columns=["party", "language", "level"])
        self.affiliations = pd.DataFrame(affiliations, columns=["party", "affiliation"])

    def _read_suggestions(self, suggestions: Iterable[Suggestion]) -> None:
        rows = [
            (
                self._number.get(one.match.seeker, -1),
                self._number.get(one.match.helper, -1),
                one.match.want,
                one.match.offer,
                one.status.value,
                one.status is Status.PLANNED or is_live(one, today=self.today, bounds=self.bounds),
                one.status.holds_seat,
                bool(one.match.back),
                one.period,
                one.made,
                one.told,
                one.answered,
            )
            for one in suggestions
        ]
        self.suggestions = pd.DataFrame(
            rows,
            columns=[
                "seeker", "helper", "want", "offer", "status", "live", "holds", "back", "period",
                "made", "told", "answered",
            ],
        )  # fmt: skip

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
        self.measures = _history(rows)
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


def _history(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "name", "value", "n"], dtype=object)
    return frame.sort_values(["name", "day"], ignore_index=True)


def _earliest(values: pd.Series) -> date | None:
    known = [value for value in values if value is not None and value == value]
    return min(known) if known else None
