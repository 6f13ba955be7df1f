"""Frames: profiles, suggestions and the history as pandas frames, read once for all reports.

People are rows of ``parties`` and everywhere else their row number (``party``), so that a million
rows stay small.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from exchange.geography import is_emerging_community, is_small_affiliate, region_of
from exchange.matching.eligibility import is_live
from exchange.matching.weights import Bounds
from exchange.model import Frequency, Profile, Suggestion, SuggestionStatus
from exchange.privacy import CountryProtection

REASONS = ("nobody", "language", "suggested", "away", "seats", "waiting")
"""Why a want is unmet, the hardest to mend first. ``waiting`` is everything that ends by itself:
not looked at yet, the seeker's share of this period used up, no messages wanted."""


@dataclass(frozen=True, slots=True)
class Frames:
    """What profiles say: one frame a noun. ``wants`` and ``offers`` have a pair once each."""

    parties: pd.DataFrame
    written: pd.DataFrame
    offers: pd.DataFrame
    requests: pd.DataFrame
    wants: pd.DataFrame
    speaks: pd.DataFrame
    affiliations: pd.DataFrame


def read_profiles(
    profiles: Iterable[Profile], today: date, protection: CountryProtection
) -> Frames:
    """Read profiles into frames; wants whose last day is over are left out, and so are countries
    that are protected: their people count in the region and among the emerging communities.
    """
    party_rows: list[tuple[object, ...]] = []
    offers: list[tuple[int, str, str]] = []
    wants: list[tuple[int, str, str, int, date | None, str, str, int]] = []
    speaks: list[tuple[int, str, int]] = []
    affiliations: list[tuple[int, str]] = []
    for at, profile in enumerate(sorted(profiles, key=lambda profile: profile.key)):
        country = profile.country
        region = profile.region or region_of(country)
        party_rows.append(
            (
                profile.key,
                profile.name,
                profile.page,
                profile.kind.value,
                profile.is_group,
                None if protection.covers(country) else country,
                region,
                profile.region,
                is_emerging_community(country, region) if country or region else None,
                is_small_affiliate(profile.kind),
                profile.edited.date() if profile.edited else None,
                profile.seats,
                profile.is_away(today),
                profile.notify is Frequency.NEVER,
                profile.questions_unanswered(today),
            )
        )
        offers += [(at, offer.capacity, offer.text) for offer in profile.open_offers(today)]
        wants += [
            (
                at,
                want.capacity,
                want.text,
                want.priority.value,
                want.until,
                want.request if want.is_own_request else "",
                want.note,
                want.joins + 1,
            )
            for want in profile.open_wants(today)
        ]
        speaks += [(at, language.code, language.level) for language in profile.languages]
        affiliations += [(at, name) for name in profile.affiliations]
    parties = pd.DataFrame(
        party_rows,
        columns=[
            "key", "name", "page", "kind", "group", "country", "region", "said_region",
            "emerging", "small", "edited", "seats", "away", "silent", "unanswered",
        ],
        dtype=object,
    ).astype({"group": bool, "small": bool, "away": bool, "silent": bool, "seats": int, "unanswered": int})  # fmt: skip
    written = [
        *((at, "offer", capacity, text) for at, capacity, text in offers),
        *((want[0], "want", want[1], want[2]) for want in wants),
    ]
    asked = pd.DataFrame(
        wants,
        columns=["party", "capacity", "text", "priority", "until", "request", "note", "needed"],
        dtype=object,
    ).astype({"party": int, "priority": int, "needed": int})
    pairs = dict.fromkeys((at, capacity) for at, capacity, _ in offers)
    return Frames(
        parties=parties,
        written=pd.DataFrame(written, columns=["party", "direction", "capacity", "text"]),
        offers=pd.DataFrame(list(pairs), columns=["party", "capacity"]),
        requests=asked[asked["request"] != ""].reset_index(drop=True),
        wants=_join_wants(asked),
        speaks=pd.DataFrame(speaks, columns=["party", "language", "level"]),
        affiliations=pd.DataFrame(affiliations, columns=["party", "affiliation"]),
    )


def _join_wants(asked: pd.DataFrame) -> pd.DataFrame:
    """Return one row a party and capacity: the highest priority, and the earliest last day."""
    wants = asked.groupby(["party", "capacity"], sort=True)[["priority"]].max().reset_index()
    days: dict[tuple[int, str], date] = {}
    for party, capacity, day in zip(asked["party"], asked["capacity"], asked["until"], strict=True):
        if day is not None:
            days[party, capacity] = min(day, days.get((party, capacity), day))
    pairs = zip(wants["party"], wants["capacity"], strict=True)
    return wants.assign(until=pd.Series([days.get(pair) for pair in pairs], dtype=object))


def read_suggestions(
    suggestions: Iterable[Suggestion], *, number: Mapping[str, int], today: date, bounds: Bounds
) -> pd.DataFrame:
    """Read suggestions into a frame; somebody who takes no part has the number -1."""
    rows = [
        (
            number.get(one.match.seeker, -1),
            number.get(one.match.helper, -1),
            one.match.want,
            one.match.offer,
            one.status.value,
            one.status is SuggestionStatus.PLANNED or is_live(one, today=today, bounds=bounds),
            one.status.holds_seat,
            bool(one.match.reciprocal),
            one.match.interpretation is not None,
            one.period,
            one.created_at,
            one.notified_at,
            one.answered_at,
            one.quality,
        )
        for one in suggestions
    ]
    return pd.DataFrame(
        rows,
        columns=[
            "seeker", "helper", "want", "offer", "status", "live", "holds", "back",
            "interpreted", "period", "made", "told", "answered",
            "quality",
        ],
    )  # fmt: skip


def read_history(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Read the history into a frame, by name and day."""
    frame = pd.DataFrame(list(rows), columns=["day", "name", "value", "n"], dtype=object)
    return frame.sort_values(["name", "day"], ignore_index=True)


def count_people(frame: pd.DataFrame, by: str = "capacity") -> pd.Series:
    """Distinct parties by a column."""
    return frame.groupby(by)["party"].nunique()


def count_rows(frame: pd.DataFrame, by: str = "capacity") -> pd.Series:
    """Rows by a column."""
    return frame.groupby(by).size()


def outer_counts(**columns: pd.Series) -> pd.DataFrame:
    """Counts side by side, one row a key that any of them has, sorted; what is missing is 0.

    By plain dictionaries: no alignment of indexes of different types.
    """
    counts = {name: column.to_dict() for name, column in columns.items()}
    keys = sorted({str(key) for count in counts.values() for key in count})
    return pd.DataFrame(
        {name: [int(count.get(key, 0)) for key in keys] for name, count in counts.items()},
        index=pd.Index(keys, dtype=object),
    )


def count_gaps(offers: pd.DataFrame, wants: pd.DataFrame, seats: pd.Series) -> pd.DataFrame:
    """Return one row a capacity, broader ones included.

    ``offers`` and ``wants`` have a row for each broader capacity too; ``seats`` is by party.
    ``offering`` and ``wanting`` count a party once; all others but ``seats`` count wants, one a
    party and capacity, so that served and unmet, by its reasons, add up to wants.
    """
    helpers = offers[["capacity", "party"]].drop_duplicates()
    helpers = helpers.assign(seats=seats.to_numpy()[helpers["party"]])
    by_reason = {
        f"unmet-{reason}": count_rows(wants[wants["reason"] == reason]) for reason in REASONS
    }
    table = outer_counts(
        offering=count_people(helpers),
        seats=helpers.groupby("capacity")["seats"].sum(),
        wanting=count_people(wants),
        wants=count_rows(wants),
        high=count_rows(wants[wants["priority"] == 1]),
        urgent=count_rows(wants[wants["priority"] == 2]),
        served=count_rows(wants[wants["served"]]),
        **by_reason,
    )
    table["unmet"] = table[list(by_reason)].sum(axis=1)
    return table
