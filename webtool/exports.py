"""Exports: tables as CSV that a spreadsheet opens without running anything in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from exchange.model import Profile
from webtool.context import context, reader

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """Write a cell; a text that a spreadsheet would take for a formula gets an apostrophe."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text.startswith(_FORMULA):
        return f"'{text}"
    return text


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Give a CSV file (UTF-8 with a byte order mark, so that spreadsheets see the letters)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([cell(one) for one in header])
    writer.writerows([cell(one) for one in row] for row in rows)
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def profiles_csv(profiles: Iterable[Profile], *, part: int = 1) -> Response:
    """Give profiles as CSV, capacities by their names in the reader's language."""
    name = context().directory.name
    language = reader().language
    header = (
        "key", "name", "kind", "page", "country", "region", "languages", "offers", "wants",
        "affiliations", "projects", "edited",
    )  # fmt: skip

    def row(profile: Profile) -> Sequence[object]:
        return (
            profile.key,
            profile.name,
            str(profile.kind),
            profile.page,
            profile.country,
            profile.region,
            "; ".join(f"{one.code}-{one.level}" for one in profile.languages),
            "; ".join(name(one.capacity, language) for one in profile.offers),
            "; ".join(name(one.capacity, language) for one in profile.wants),
            "; ".join(profile.affiliations),
            "; ".join(profile.projects),
            profile.edited.date().isoformat() if profile.edited else None,
        )

    return csv_response(f"profiles-{part}" if part > 1 else "profiles", header, map(row, profiles))
