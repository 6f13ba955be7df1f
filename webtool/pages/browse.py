"""Pages to browse: capacities, people and groups, places, requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import Blueprint, abort, redirect, render_template, request, url_for
from pyroaring import BitMap
from werkzeug.wrappers import Response as BaseResponse

from exchange.geography import all_countries, all_regions, region_countries, region_of
from exchange.model import UNLISTED, CapacityKind, Profile, is_unlisted
from exchange.model.keys import ProfileKey
from exchange.reports import MessageCell, Subpage
from exchange.search import Index, Query
from exchange.text import search_fold
from exchange.titles import normalise_user_name
from webtool import jsonld
from webtool.context import context, current_reports, current_snapshot, reader
from webtool.counts import (
    Tally,
    capacities_in,
    count_capacities,
    count_places,
    count_unplaced,
    top_tallies,
)
from webtool.open_requests import most_joined, shared_wants
from webtool.pages.contact import contact_of
from webtool.pages.reports import asked_page, show_tables
from webtool.render import bdi, country_label, profile_url
from webtool.suggest import cohorts_of, helpers_of, public_unmet_wants_of, ways_for

capacity_pages = Blueprint("capacities", __name__)
RESULTS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class CapacityBranch:
    """A capacity in the tree, with what is narrower."""

    tally: Tally
    narrower: list[CapacityBranch] = field(default_factory=list)


@capacity_pages.get("/capacities")
def show_capacities() -> str:
    """Show the tree, and the names that the directory does not know."""
    here, index = context(), current_snapshot().index
    unlisted = [one for one in index.facets.capacities if is_unlisted(one)]
    tallies = count_capacities(index, unlisted, direct=True)
    return render_template(
        "capacities.html",
        branches=[_branch(index, one) for one in here.directory.roots],
        unlisted=top_tallies(tallies, lambda one: one.offers + one.wants, 60),
    )


@capacity_pages.get("/capacities/<path:id>")
def show_capacity(id: str) -> str:
    """Show one capacity: who offers, who wants, where, and its place in the tree."""
    here, index = context(), current_snapshot().index
    id = id[:190]
    if id not in here.directory and not (id.startswith(UNLISTED) and len(index.tied(id))):
        abort(404)
    found = {}
    for direction in ("offer", "want"):
        pairs = (("capacity", id), ("direction", direction), ("size", str(RESULTS_SHOWN)))
        found[direction] = index.search(Query.of(pairs), today=here.today)
    held = here.store.profiles.get_many([key for one in found.values() for key in one.keys])
    sides = {
        direction: (
            results.total,
            [here.protection.conceal(held[key]) for key in results.keys if key in held],
        )
        for direction, results in found.items()
    }
    regions = count_places(index, "region", index.facets.values("region"), capacity=id)
    sentence = here.directory.describe(id, reader().language)
    return render_template(
        "capacity.html",
        id=id,
        capacity_=here.directory.get(id),
        description=bdi(*sentence) if sentence[0] else "",
        unreviewed=here.directory.is_unreviewed(id, reader().language),
        broader=tuple(reversed(here.directory.broader(id))),
        tally=(tally := count_capacities(index, [id])[0]),
        ways=ways_for(id) if tally.unmet else (),
        narrower=count_capacities(index, here.directory.narrower(id)),
        sides=sides,
        regions=top_tallies(regions, lambda one: one.offers + one.wants, 8),
        cohorts=cohorts_of(id),
        speakers=index.facets.counts("language", index.tied(id), limit=12),
    )


def _branch(index: Index, id: str) -> CapacityBranch:
    narrower = [_branch(index, one) for one in context().directory.narrower(id)]
    return CapacityBranch(count_capacities(index, [id])[0], narrower)


people_pages = Blueprint("people", __name__)


@people_pages.get("/people/<name>")
def show_person(name: str) -> str | BaseResponse:
    """Show a person."""
    return _show(name, group=False)


@people_pages.get("/groups/<path:name>")
def show_group(name: str) -> str | BaseResponse:
    """Show a group."""
    return _show(name, group=True)


def find_profile(name: str, *, group: bool = False) -> Profile:
    """Return the profile of a name, as wikis write it or as an address does; 404 without one.

    People and groups have their addresses apart, so that no page's title takes a person's place.
    Of several groups of one name it is the one whose page is called so, then the oldest page; the
    others are found by key: ``/groups/page:9``.
    """
    store, index = context().store, current_snapshot().index
    named = store.profiles.named(normalise_user_name(name)[:255])
    if not named and (one := store.profiles.get(name[:80])) is not None:
        named = [one]
    shown = [one for one in named if one.key in index]
    if not shown:
        abort(404)
    return min(shown, key=lambda one: _precedence(one, group=group))


def _precedence(profile: Profile, *, group: bool) -> tuple[bool, bool, int]:
    bare = profile.page.partition(":")[2] or profile.page
    own = profile.name in (bare, profile.page)
    return (
        profile.is_group != group,
        profile.is_group and not own,
        ProfileKey.parse(profile.key).id,
    )


def _show(name: str, *, group: bool) -> str | BaseResponse:
    profile = find_profile(name, group=group)
    if profile.is_group != group:
        return redirect(profile_url(profile))
    here = context()
    return render_template(
        "profile.html",
        profile=current_snapshot().shared.counted(profile),
        problems=[one.problem for one in here.store.problems.on(profile.page_id)],
        helpers=helpers_of(profile),
        unmet=public_unmet_wants_of(profile),
        linked=jsonld.profile_jsonld(here.protection.conceal(profile)),
        contact_of=contact_of,
    )


place_pages = Blueprint("places", __name__)


@dataclass(frozen=True, slots=True)
class Flow:
    """A capacity that a place could give or get: people here and people elsewhere."""

    id: str
    here: int
    elsewhere: int


@place_pages.get("/places")
def show_places() -> str:
    """Show the regions with their countries."""
    index = current_snapshot().index
    by_region = count_places(index, "region", [one.id for one in all_regions()])
    present = set(index.facets.values("country"))
    held = {
        one.id: count_places(index, "country", _by_name(present & set(region_countries(one.id))))
        for one in by_region
    }
    return render_template(
        "places.html", regions=by_region, countries=held, unplaced=count_unplaced(index)
    )


@place_pages.get("/places/<id>")
def show_place(id: str) -> str:
    """Show a region or a country."""
    return _show_place("region" if id in {one.id for one in all_regions()} else "country", id)


@place_pages.get("/places/<any(country, language, affiliate):kind>/<path:id>")
def show_place_of(kind: str, id: str) -> str:
    """Show a country, a language or an affiliate: some countries have the code of a region."""
    return _show_place(kind, id)


def _show_place(facet: str, id: str) -> str:
    """Show a place: what to do next, who asks for what, who could help, what could flow in and out."""
    index = current_snapshot().index
    made = current_reports()
    leaf = made.value.place(facet, id)
    if leaf is None and (facet not in ("region", "country") or len(id) > 9):
        abort(404)
    if facet == "country" and id not in all_countries():
        abort(404)
    people = index.of("affiliation" if facet == "affiliate" else facet, id)
    tallies = capacities_in(index, people)
    return show_tables(
        leaf or Subpage(id, MessageCell("empty"), (), ()),
        "place.html",
        kind=facet,
        id=id,
        facet=facet,
        search_facet="affiliation" if facet == "affiliate" else facet,
        as_of=made.written,
        region_id=id if facet == "region" else region_of(id) if facet == "country" else None,
        people=len(people),
        outward=_flows(index, tallies, people, give=True),
        inward=_flows(index, tallies, people, give=False),
        languages=index.facets.counts("language", people, limit=12),
        unplaced=count_unplaced(index, people) if facet == "region" else 0,
        protected=facet == "country" and context().protection.covers(id),
    )


def _by_name(codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: search_fold(country_label(code)))


def _flows(index: Index, tallies: list[Tally], people: BitMap, *, give: bool) -> list[Flow]:
    """Return what people here offer and others want (``give``), or the other way round.

    Inward counts only what nobody here offers: what is here already need not come from afar.
    """
    found = []
    for one in tallies:
        held = one.offers if give else one.wants
        if not held or (not give and one.offers):
            continue
        others = index.tied(one.id, "want" if give else "offer")
        elsewhere = len(others) - others.intersection_cardinality(people)
        if elsewhere:
            found.append(Flow(one.id, held, elsewhere))
    return sorted(
        found, key=lambda flow: (-min(flow.here, flow.elsewhere), -flow.elsewhere, flow.id)
    )[:12]


request_pages = Blueprint("requests", __name__)
PAGE_SIZE = 30
SHARED_SHOWN = 30
"""Wants of several that the page of requests lists, those of most people first."""


@request_pages.get("/requests")
def show_requests() -> str:
    """Show the open requests: those that most people need at the top, or those that end first."""
    things = request.args.get("kind") == CapacityKind.THING
    snapshot, today = current_snapshot(), context().today
    found = snapshot.open_requests(today, things=things)
    shared = () if things else shared_wants(snapshot.shared, found)
    sort = "until" if request.args.get("sort") == "until" else ""
    found = found if sort else most_joined(found)
    number, last = asked_page(len(found), PAGE_SIZE)
    return render_template(
        "requests.html",
        requests=found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        total=len(found),
        shared=shared[:SHARED_SHOWN],
        portal=context().settings.names.portal,
        page=number,
        last=last,
        sort=sort,
        things=things,
        others=len(snapshot.open_requests(today, things=not things)),
        page_link=lambda one: url_for(
            "requests.show_requests",
            kind=str(CapacityKind.THING) if things else None,
            sort=sort or None,
            page=one,
        ),
    )
