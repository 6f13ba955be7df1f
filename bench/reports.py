"""All reports at 1,000, 10,000 and 100,000 made-up profiles: processor time, peak memory, growth.

``python -m bench.reports [--sizes 1000,10000,100000] [--quick]``. Bars: everything (facts, tables,
wiki pages and twins) within 60 s and 2 GiB at 100,000; ten times the people cost about ten times
the time. Each size runs in a process of its own, so that its peak is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np

from bench.movement import CAPACITIES, LANGUAGES, distinct, lists, zipf
from exchange.directory import load
from exchange.geography import all_countries
from exchange.model import (
    Kind,
    Language,
    Match,
    Offer,
    Priority,
    Profile,
    Suggestion,
    SuggestionStatus,
    Want,
)
from exchange.model.keys import ProfileKey
from exchange.reports import ReportData, build_tables, list_reports
from exchange.reports.data import RoundHistory
from exchange.reports.labels import Labels
from exchange.reports.wiki_pages import ReportPages, ReportWriter

TODAY = date(2026, 11, 23)
SECONDS, BYTES = 60, 2 * 2**30
LACKS = ("nobody", "language", "suggested", "away", "seats", "limit")


def profiles(people: int, rng: np.random.Generator, names: list[str]) -> Iterator[Profile]:
    """Made-up people, in the shape of ``bench.movement``."""
    share = zipf(len(names))
    offering, offered = distinct(rng, lists(rng, people, 3, 8), share)
    wanting, wanted = distinct(rng, lists(rng, people, 3, 8), share)
    speaking, spoken = distinct(rng, lists(rng, people, 2, 6), zipf(LANGUAGES))
    places = all_countries()
    country = rng.choice(len(places), people, p=zipf(len(places)))
    seats = rng.integers(1, 4, people)
    urgent = rng.choice(3, len(wanting), p=[0.8, 0.15, 0.05])
    codes = ["en", "es", "fr", "ar", "pt", "de", "yo", "hi", "ru", "id"]
    cuts = [
        np.searchsorted(owner, np.arange(people + 1)) for owner in (offering, wanting, speaking)
    ]
    for at in range(people):
        (o, p), (w, v), (s, t) = ((int(cut[at]), int(cut[at + 1])) for cut in cuts)
        group = at % 20 == 0
        yield Profile(
            str(ProfileKey.for_group(at) if group else ProfileKey.for_person(at)),
            f"Made-up {at}",
            kind=Kind.USER_GROUP if group else Kind.PERSON,
            page=f"User:Made-up {at}",
            edited=datetime(2026, 1 + at % 9, 1, tzinfo=UTC),
            country=places[int(country[at])] if at % 7 else None,
            offers=tuple(Offer(names[int(x)]) for x in offered[o:p]),
            wants=tuple(
                Want(names[int(x)], priority=Priority(int(u)))
                for x, u in zip(wanted[w:v], urgent[w:v], strict=True)
            ),
            languages=tuple(Language(codes[int(x) % 10], 3) for x in spoken[s:t]),
            affiliations=(f"Affiliate {at % 150}",) if at % 3 == 0 else (),
            seats=int(seats[at]),
        )


def measure(people: int) -> dict[str, float]:
    """Everything at one size; seconds by part, and the peak in bytes."""
    rng = np.random.default_rng([2026, people])
    directory = load()
    names = [capacity.id for capacity in directory]
    names += [f"unlisted:made-up {at}" for at in range(CAPACITIES - len(names))]
    made = list(profiles(people, rng, names))
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    suggestions, unmet = [], []
    for at, profile in enumerate(made):
        for want in profile.wants:
            if rng.random() < 0.4:
                helper = made[int(rng.integers(0, people))].key
                match = Match(profile.key, helper, want.capacity, want.capacity, 1.0)
                suggestions.append(
                    Suggestion(match, "2026-W47", moment, SuggestionStatus.OPEN, moment)
                )
            else:
                unmet.append((profile.key, want.capacity, LACKS[at % len(LACKS)]))
    found: dict[str, float] = {"people": people}
    begun = time.process_time()
    facts = ReportData(
        today=TODAY,
        profiles=made,
        broader={capacity.id: capacity.broader for capacity in directory},
        suggestions=suggestions,
        round_history=RoundHistory(unmet),
    )
    found["facts"] = time.process_time() - begun
    writer = ReportWriter(
        Labels.of("en", directory), ReportPages("R"), today=TODAY, site_language="en"
    )
    pages = size = rows = 0
    for report in list_reports():
        at_first = time.process_time()
        tables = build_tables(report, facts)
        leaves = report.subpages(facts) if report.subpages else ()
        built = time.process_time()
        for page in writer.pages(report, tables, leaves):
            pages += 1
            size += len(page.text)
        found[report.id] = built - at_first
        found["pages"] = found.get("pages", 0) + time.process_time() - built
        rows += sum(len(table.rows) for table in tables)
    found["seconds"] = time.process_time() - begun
    found |= {"rows": rows, "wiki pages": pages, "characters": size}
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)  # fmt: skip
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--quick", action="store_true", help="1,000 and 10,000 only")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    sizes = [1000, 10_000] if options.quick else [int(size) for size in options.sizes.split(",")]
    before: dict[str, float] = {}
    for people in sizes:
        command = [sys.executable, "-m", "bench.reports", "--one", str(people)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
        print(
            f"{people:>9,} people: {found['seconds']:6.1f} s, {found['peak'] / 2**20:6,.0f} MiB, "
            f"{found['rows']:,.0f} rows, {found['wiki pages']:,.0f} wiki pages"
        )
        parts = {
            k: v for k, v in found.items() if k in ("facts", "pages") or "-" in k or len(k) > 2
        }
        shown = [
            f"{name} {value:.2f}"
            for name, value in parts.items()
            if name not in ("people", "seconds", "rows", "wiki pages", "characters", "peak")
        ]
        print("          " + ", ".join(shown))
        if before:
            more, rows = people / before["people"], found["rows"] / before["rows"]
            print(
                f"          {more:.0f} times the people, {rows:.1f} times the rows: "
                f"{found['seconds'] / before['seconds']:.1f} times the time, "
                f"{found['peak'] / before['peak']:.1f} times the memory"
            )
        if people >= 100_000:
            fast, small = found["seconds"] <= SECONDS, found["peak"] <= BYTES
            print(f"          60 s: {'held' if fast else 'MISSED'}; 2 GiB: {'held' if small else 'MISSED'}")  # fmt: skip
        before = found


if __name__ == "__main__":
    main()
