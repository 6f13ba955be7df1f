"""A web tool over a real SQLite store with a made-up movement, for tests and for looking at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from flask import Flask

from exchange.directory import load
from exchange.matching import History, load_weights, match_profiles
from exchange.model import Problem, Profile
from exchange.reports.place_counts import monday_of
from exchange.settings import load as load_settings
from exchange.store.pages import PageProblem
from exchange.store.runs import INDEX_VERSION
from exchange.store.store import Store
from tests.unit.search.movement import NOW, movement
from webtool import create_app

WIKI = "https://wiki.example.org/w/api.php"
MOST_OF_A_FIRST_VISIT = 40_000
"""Bytes on the wire of a page and of all that it loads, for somebody who was never there."""


def filled(path: Path, size: int = 300) -> Store:
    """Make a database of made-up profiles, with problems, a round of matching and a run."""
    return fill(Store.open(f"sqlite:///{path}"), size)


def fill(store: Store, size: int) -> Store:
    """Fill a store with the same."""
    directory = load()
    people = list(movement(size, directory=directory))
    run = store.runs.begin("harvest", at=NOW)
    result = match_profiles(
        people,
        directory=directory,
        weights=load_weights(),
        history=History(),
        today=NOW.date(),
        period="2026-W48",
    )
    with store.transaction():
        store.profiles.save_many(people)
        store.problems.replace(dict([_problems(people[0])]))
        store.rounds.replace(unmet=[], cohorts=result.cohorts)
        store.metadata.set(INDEX_VERSION, "first", at=NOW)
        _fill_weeks(store)
    store.runs.end(run, at=NOW, status=0, counts={"profiles": len(people), "requests": 3})
    return store


def _fill_weeks(store: Store) -> None:
    """Keep eight weeks of the past, so that there are trends to look at."""
    this = monday_of(NOW.date())
    for ago in range(8, 0, -1):
        week, many = this - timedelta(weeks=ago), 60 - 5 * ago
        values = {"people": many, "offers": 3 * many, "wants": 2 * many, "unmet": many}
        store.metrics.record(week, {f"overview-{name}": float(n) for name, n in values.items()})
        places = (("region", "SSA"), ("country", "NG"), ("language", "en"))
        store.place_weeks.record(
            week, [(week, *place, many, 2, 3 * many, 2 * many, many) for place in places]
        )


def _problems(profile: Profile) -> tuple[int, list[PageProblem]]:
    found = [
        Problem("unknown-country", "country", "Nigria", "NG"),
        Problem("near-miss", "offers", "wikidatta", "wikidata"),
        Problem("bad-date", "away until", "<b>soon</b>", "2027-01-31"),
    ]
    return profile.page_id, [
        PageProblem(profile.page_id, profile.page, one, profile.key) for one in found
    ]


def app_over(path: Path, **environment: str) -> Flask:
    """Put the web tool together over a database, at a fixed time."""
    settings = load_settings(
        {"CXC_DATABASE": f"sqlite:///{path}", "CXC_WIKI": WIKI, "CXC_NOW": NOW.isoformat()}
        | environment
    )
    return create_app(settings)


def address(profile: Profile) -> str:
    """Return the address of a profile's page."""
    folder = "groups" if profile.is_group else "people"
    return f"/{folder}/{quote(profile.name.replace(' ', '_'))}"


def addresses(people: Iterable[Profile]) -> dict[str, str]:
    """Return one address of every kind of page, by a name for it."""
    everyone = list(people)
    group = next(one for one in everyone if one.is_group and one.offers)
    seeker = next(one for one in everyone if not one.is_group and len(one.wants) > 2 and one.about)
    return {
        "home": "/",
        "join": "/join",
        "join-for-something": "/join?want=oral%20history",
        "search": "/search?q=wikidata&direction=offer&language=en",
        "search-table": "/search?view=table",
        "search-map": "/search?view=map&direction=offer",
        "search-nothing": "/search?q=wikidatta&country=NG",
        "person": address(seeker),
        "person-with-problems": address(everyone[0]),
        "group": address(group),
        "capacities": "/capacities",
        "capacity": "/capacities/facilitation",
        "places": "/places",
        "country": "/places/NG",
        "region": "/places/SSA",
        "language": "/places/language/en",
        "country-without-people": "/places/IS",
        "map": "/map?measure=unmet",
        "reports": "/reports",
        "report-gaps": "/reports/gaps",
        "report-latent": "/reports/latent",
        "report-things": "/reports/things",
        "report-rounds": "/reports/rounds",
        "report-overview": "/reports/overview",
        "report-interventions": "/reports/interventions",
        "report-places": "/reports/places",
        "requests": "/requests",
        "requests-for-things": "/requests?kind=thing",
        "thing": "/capacities/venue",
        "check": "/check",
        "check-unknown": "/check?page=Nobody",
        "api": "/api",
        "data": "/data",
        "feeds": "/feeds",
        "status": "/status",
        "missing": "/nothing/here",
    }
