"""Eight weeks of the sample movement's past: ``python -m config.sample.weeks`` after a harvest.

Figures of the past are kept week by week as the bot runs; a movement that was made up today has
none. So these weeks are made up too: each has a part of today's people, more every week, matched
anew. They are in the database and nowhere else.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from exchange.directory import load
from exchange.matching import History, load_weights, match_profiles
from exchange.model import Profile, Suggestion
from exchange.privacy import CountryProtection
from exchange.reports import ReportData
from exchange.reports.data import RoundHistory
from exchange.reports.place_counts import monday_of, week_counts
from exchange.reports.progress import measures
from exchange.settings import load as load_settings
from exchange.store import Store

SHARES = (0.61, 0.66, 0.70, 0.78, 0.81, 0.86, 0.93, 0.97)
"""The part of today's people who were there in each of the last eight weeks, the oldest first."""


def seed_weeks(store: Store, now: datetime, protection: CountryProtection) -> int:
    """Keep the figures of the weeks before ``now``; return of how many."""
    everyone = store.profiles.all()
    directory, weights = load(), load_weights()
    broader = {capacity.id: capacity.broader for capacity in directory}
    for ago, share in enumerate(reversed(SHARES), start=1):
        day = monday_of(now.date()) - timedelta(weeks=ago)
        there = [one for one in everyone if _place_in_line(one) < share]
        period = f"sample-{ago}"
        found = match_profiles(
            there,
            directory=directory,
            weights=weights,
            history=History(),
            today=day,
            period=period,
        )
        then = datetime(day.year, day.month, day.day, tzinfo=UTC)
        facts = ReportData(
            today=day,
            profiles=there,
            protection=protection,
            broader=broader,
            suggestions=[Suggestion(match, period, then) for match in found.matches],
            round_history=RoundHistory(things=directory.things),
        )
        with store.transaction():
            store.metrics.record(day, {name: value for _, name, value, _ in measures(facts)})
            store.place_weeks.record(day, week_counts(facts))
    return len(SHARES)


def _place_in_line(profile: Profile) -> float:
    """When somebody came, between 0 and 1: the same whenever it is asked."""
    return int.from_bytes(sha256(profile.key.encode()).digest()[:4], "big") / 2**32


def main() -> None:
    """Keep the weeks in the database that the environment names."""
    settings = load_settings(os.environ)
    store = Store.open(settings.database_url)
    protection = CountryProtection(settings.privacy.protected_countries)
    weeks = seed_weeks(store, settings.clock(), protection)
    print(f"{weeks} weeks of the past, made up as the sample movement is")


if __name__ == "__main__":
    main()
