"""A web tool over a real SQLite store with a made-up movement, for tests and for looking at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from flask import Flask

from exchange.directory import load
from exchange.matching import History, load_weights, match
from exchange.model import Problem, Profile
from exchange.settings import load as load_settings
from exchange.store.facade import Store
from exchange.store.notes import BUILD
from exchange.store.problems import PageProblem
from tests.search.movement import NOW, movement
from webtool import create_app

WIKI = "https://wiki.example.org/w/api.php"


def filled(path: Path, size: int = 300) -> Store:
    """Make a database of made-up profiles, with problems, a round of matching and a run."""
    return fill(Store.open(f"sqlite:///{path}"), size)


def fill(store: Store, size: int) -> Store:
    """Fill a store with the same."""
    directory = load()
    people = list(movement(size, directory=directory))
    run = store.runs.begin("harvest", at=NOW)
    result = match(
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
        store.notes.set(BUILD, "first", at=NOW)
    store.runs.end(run, at=NOW, status=0, counts={"profiles": len(people), "requests": 3})
    return store


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
    """Give the address of a profile's page."""
    folder = "groups" if profile.is_group else "people"
    return f"/{folder}/{quote(profile.name.replace(' ', '_'))}"


def addresses(people: Iterable[Profile]) -> dict[str, str]:
    """Give one address of every kind of page, by a name for it."""
    everyone = list(people)
    group = next(one for one in everyone if one.is_group and one.offers)
    seeker = next(one for one in everyone if not one.is_group and len(one.wants) > 2 and one.about)
    return {
        "home": "/",
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
        "country-without-people": "/places/IS",
        "map": "/map?measure=gap",
        "reports": "/reports",
        "report-gaps": "/reports/gaps",
        "report-overview": "/reports/overview",
        "report-interventions": "/reports/interventions",
        "requests": "/requests",
        "check": "/check",
        "check-unknown": "/check?page=Nobody",
        "api": "/api",
        "feeds": "/feeds",
        "status": "/status",
        "missing": "/nothing/here",
    }
