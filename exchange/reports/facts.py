"""Facts: everything that reports count, as frames, put together once for all reports.

A frame is a pandas DataFrame; frames do not leave this room. People are rows of ``parties`` and
everywhere else their row number (``party``), so that a million rows stay small.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from exchange.model import (
    UNLISTED,
    Cohort,
    Frequency,
    Kind,
    Problem,
    Profile,
    Status,
    Suggestion,
)
from exchange.reports.report import Party

LIVE = frozenset((Status.PLANNED, Status.OPEN, Status.ACCEPTED, Status.IN_TOUCH, Status.EXCHANGED))
"""A want with a suggestion of one of these is served."""

SMALL = frozenset((Kind.INFORMAL_GROUP, Kind.AFFILIATE_TO_BE, Kind.USER_GROUP))
"""Kinds of group that count as small affiliates."""

REASONS = ("nobody", "language", "seats", "away", "unmatched")
"""Why a want is unmet, the hardest to mend first; ``unmatched`` has not been looked at yet."""


@dataclass(frozen=True, slots=True)
class Places:
    """What reports ask of places: where a country is, and which communities are emerging."""

    regions: Mapping[str, str]
    emerging: Container[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Delivered:
    """One candidate of a run and what became of it (``kind`` as in the store's outcomes)."""

    candidate: str
    kind: str
    reason: str = ""
    detail: str = ""
    page: str = ""
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """The newest run of the notices: when, and one ``Delivered`` a candidate."""

    id: int
    begun: date | None
    outcomes: tuple[Delivered, ...] = ()


class Facts:
    """Everything that reports count, as of ``today``.

    ``profiles`` are those who take part; ``inactive`` maps the key of those who do not to the
    reason. ``broader`` is the capacity hierarchy (id to the next wider id). ``unmet`` gives
    (profile key, capacity id, reason) as the last matching run found them; wants it does not
    mention and nobody serves count as ``unmatched``. ``measures`` is the history: (day, name,
    value, n). ``messages`` counts the notices sent so far, ``optouts`` and ``reverts`` what came
    back.
    """

    def __init__(
        self,
        *,
        today: date,
        profiles: Iterable[Profile],
        broader: Mapping[str, str | None],
        places: Places,
        suggestions: Iterable[Suggestion] = (),
        unmet: Iterable[tuple[str, str, str]] = (),
        cohorts: Iterable[Cohort] = (),
        problems: Iterable[tuple[str, str, Problem]] = (),
        measures: Iterable[tuple[date, str, float, int | None]] = (),
        run: Ran | None = None,
        messages: int = 0,
        optouts: int = 0,
        reverts: int = 0,
        inactive: Mapping[str, str] | None = None,
    ) -> None:
        self.today = today
        self.broader = broader
        self.places = places
        self.run = run
        self.messages, self.optouts, self.reverts = messages, optouts, reverts
        self.inactive = dict(inactive or {})
        self.cohorts = tuple(cohorts)
        self.problems = tuple(problems)
        self._read_profiles(profiles)
        self._read_suggestions(suggestions)
        self._read_unmet(unmet)
        self.measures = pd.DataFrame(
            list(measures), columns=["day", "name", "value", "n"]
        ).sort_values(["name", "day"], ignore_index=True)

    # --- reading ---------------------------------------------------------------------------

    def _read_profiles(self, profiles: Iterable[Profile]) -> None:
        parties: list[tuple[object, ...]] = []
        offers: list[tuple[int, str, str]] = []
        wants: list[tuple[int, str, str, int, date | None, str, str]] = []
        speaks: list[tuple[int, str, int]] = []
        affiliations: list[tuple[int, str]] = []
        regions, emerging, today = self.places.regions, self.places.emerging, self.today
        for at, profile in enumerate(sorted(profiles, key=lambda profile: profile.key)):
            country = profile.country
            region = profile.region or (regions.get(country) if country else None)
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
                    None if country is None else country in emerging,
                    profile.kind in SMALL,
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
        )  # fmt: skip
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
        )
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
                one.status in LIVE,
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

    # --- what everybody asks ---------------------------------------------------------------

    @cached_property
    def live(self) -> pd.DataFrame:
        """The suggestions that stand: both sides still take part, nobody has said no."""
        frame = self.suggestions
        return frame[frame["live"] & (frame["seeker"] >= 0) & (frame["helper"] >= 0)]

    @cached_property
    def wants(self) -> pd.DataFrame:
        """Open wants, one row a party and capacity: priority, until, served, reason.

        ``reason`` is one of ``REASONS`` where the want is not served, else an empty string.
        """
        frame = self._wants.copy()
        served = set(zip(self.live["seeker"], self.live["want"], strict=True))
        pairs = list(zip(frame["party"], frame["capacity"], strict=True))
        frame["served"] = np.fromiter((pair in served for pair in pairs), bool, len(pairs))
        frame["reason"] = pd.Series(
            [
                "" if pair in served else self._unmet.get(pair, "unmatched")
                for pair in pairs
            ],
            dtype=object,
        )  # fmt: skip
        return frame

    def lineage(self, capacity: str) -> tuple[str, ...]:
        """A capacity and everything broader, the nearest first; an unlisted one stands alone."""
        if capacity.startswith(UNLISTED):
            return (capacity,)
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

    def find(self, key: str) -> Party:
        """The party of a key; one that takes no part (any more) has its key for a name."""
        at = self._number.get(key)
        return Party(key, key) if at is None else self._cells[at]


def _earliest(values: pd.Series) -> date | None:
    known = [value for value in values if value is not None and value == value]
    return min(known) if known else None
