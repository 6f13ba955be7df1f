"""Capacities: the tree with offers and wants, and each capacity by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, abort, render_template

from exchange.model import UNLISTED, is_unlisted
from exchange.search import Index, Query
from webtool.context import context, shelf
from webtool.helpers import cohorts_of
from webtool.pages.search import listed
from webtool.tallies import Tally, largest, of_capacities, of_places

pages = Blueprint("capacities", __name__)
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Branch:
    """A capacity in the tree, with what is narrower."""

    tally: Tally
    narrower: list[Branch] = field(default_factory=list)


@pages.get("/capacities")
def tree() -> str:
    """Show the tree, and the names that the directory does not know."""
    here, index = context(), shelf().index
    unlisted = [one for one in index.facets.capacities if is_unlisted(one)]
    tallies = of_capacities(index, unlisted, direct=True)
    return render_template(
        "capacities.html",
        branches=[_branch(index, one) for one in here.directory.roots],
        unlisted=largest(tallies, lambda one: one.offers + one.wants, 60),
    )


@pages.get("/capacities/<path:id>")
def page(id: str) -> str:
    """Show one capacity: who offers, who wants, where, and its place in the tree."""
    here, index = context(), shelf().index
    id = id[:190]
    if id not in here.directory and not (id.startswith(UNLISTED) and len(index.tied(id))):
        abort(404)
    sides = {}
    for direction in ("offer", "want"):
        pairs = (("capacity", id), ("direction", direction), ("size", str(SHOWN)))
        query = Query.of(pairs)
        results = index.search(query, today=here.today)
        sides[direction] = (query, results.total, listed(results))
    regions = of_places(index, "region", index.facets.values("region"), capacity=id)
    return render_template(
        "capacity.html",
        id=id,
        capacity_=here.directory.get(id),
        broader=tuple(reversed(here.directory.broader(id))),
        tally=of_capacities(index, [id])[0],
        narrower=of_capacities(index, here.directory.narrower(id)),
        sides=sides,
        regions=largest(regions, lambda one: one.offers + one.wants, 8),
        cohorts=cohorts_of(id),
        speakers=index.facets.counts("language", index.tied(id), limit=12),
    )


def _branch(index: Index, id: str) -> Branch:
    narrower = [_branch(index, one) for one in context().directory.narrower(id)]
    return Branch(of_capacities(index, [id])[0], narrower)
