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

from exchange.matching.history import is_live
from exchange.matching.weights import Bounds
from exchange.model import Frequency, Profile, Status, Suggestion
from exchange.places import emerging, region_of, small_or_to_be


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


def read_profiles(profiles: Iterable[Profile], today: date) -> Frames:
    """Read profiles into frames; wants whose last day is over are left out."""
    party_rows: list[tuple[object, ...]] = []
    offers: list[tuple[int, str, str]] = []
    wants: list[tuple[int, str, str, int, date | None, str, str]] = []
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
    parties = pd.DataFrame(
        party_rows,
        columns=[
            "key", "name", "page", "kind", "group", "country", "region", "said_region",
            "emerging", "small", "edited", "seats", "away", "silent",
        ],
        dtype=object,
    ).astype({"group": bool, "small": bool, "away": bool, "silent": bool, "seats": int})  # fmt: skip
    written = [
        *((at, "offer", capacity, text) for at, capacity, text in offers),
        *((want[0], "want", want[1], want[2]) for want in wants),
    ]
    asked = pd.DataFrame(
        wants,
        columns=["party", "capacity", "text", "priority", "until", "request", "note"],
        dtype=object,
    ).astype({"party": int, "priority": int})
    pairs = dict.fromkeys((at, capacity) for at, capacity, _ in offers)
    return Frames(
        parties=parties,
        written=pd.DataFrame(written, columns=["party", "direction", "capacity", "text"]),
        offers=pd.DataFrame(list(pairs), columns=["party", "capacity"]),
        requests=asked[asked["request"] != ""].reset_index(drop=True),
        wants=asked.groupby(["party", "capacity"], sort=True)
        .agg(priority=("priority", "max"), until=("until", _earliest))
        .reset_index(),
        speaks=pd.DataFrame(speaks, columns=["party", "language", "level"]),
        affiliations=pd.DataFrame(affiliations, columns=["party", "affiliation"]),
    )


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
            one.status is Status.PLANNED or is_live(one, today=today, bounds=bounds),
            one.status.holds_seat,
            bool(one.match.back),
            one.period,
            one.made,
            one.told,
            one.answered,
        )
        for one in suggestions
    ]
    return pd.DataFrame(
        rows,
        columns=[
            "seeker", "helper", "want", "offer", "status", "live", "holds", "back", "period",
            "made", "told", "answered",
        ],
    )  # fmt: skip


def read_history(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Read the history into a frame, by name and day."""
    frame = pd.DataFrame(list(rows), columns=["day", "name", "value", "n"], dtype=object)
    return frame.sort_values(["name", "day"], ignore_index=True)


def _earliest(values: pd.Series) -> date | None:
    known = [value for value in values if value is not None and value == value]
    return min(known) if known else None
