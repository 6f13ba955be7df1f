"""Routes: the answers of the API, each declared with what it takes and gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Response, request, url_for
from pydantic import BaseModel, ValidationError

from exchange.model import Profile
from exchange.places import country_name, region_name, region_of, regions
from exchange.reports import report, reports
from exchange.reports.download import as_json
from exchange.reports.labels import Labels
from exchange.search import Query
from webtool import jsonld
from webtool.api import bodies
from webtool.api.bodies import NoQuery
from webtool.context import context, reader, shelf
from webtool.failures import ApiProblem
from webtool.helpers import helpers_of
from webtool.pages.reports import tables_of
from webtool.pages.search import listed
from webtool.tallies import of_capacities, of_places

api = Blueprint("api", __name__)
Q = TypeVar("Q", bound=NoQuery)


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the API: path, what it does, what it takes and gives.

    The page for people says what it does by message ``web-api-gives-<name>``.
    """

    name: str
    path: str
    summary: str
    query: type[NoQuery]
    body: type[BaseModel] | None
    media: str = "application/json"


OPERATIONS: list[Operation] = []
Answer = Callable[..., Any]


def answers(
    path: str,
    summary: str,
    *,
    query: type[NoQuery] = NoQuery,
    body: type[BaseModel] | None,
    media: str = "application/json",
) -> Callable[[Answer], Answer]:
    """Declare an operation: its query is checked, its body written as JSON."""

    def wrap(answer: Answer) -> Answer:
        name = answer.__name__.replace("_", "-")
        OPERATIONS.append(Operation(name, path, summary, query, body, media))

        def view(**parts: str) -> Response:
            given = answer(_asked(query), **parts)
            text = given.model_dump_json() if isinstance(given, BaseModel) else given
            response = Response(text, mimetype=media)
            response.headers["X-Robots-Tag"] = "noindex"
            return response

        api.add_url_rule(path, endpoint=answer.__name__, view_func=view, methods=["GET"])
        return answer

    return wrap


def _asked(query: type[Q]) -> Q:
    """Read the query string strictly: an unknown or bad parameter is told, not passed over."""
    given: dict[str, Any] = {}
    for name, values in request.args.lists():
        field = query.model_fields.get(name)
        several = field is not None and "list" in str(field.annotation)
        if not several and len(values) > 1:
            raise _bad([{"parameter": name, "problem": "given more than once"}])
        given[name] = values if several else values[0]
    try:
        return query.model_validate(given)
    except ValidationError as error:
        raise _bad(
            [
                {"parameter": str(one["loc"][0]) if one["loc"] else "", "problem": one["msg"]}
                for one in error.errors()
            ]
        ) from None


def _bad(errors: list[dict[str, str]]) -> ApiProblem:
    return ApiProblem(400, "Bad Request", "Some parameters cannot be used as they are.", errors)


def _profile(key: str) -> Profile:
    found = context().store.profiles.get(key) if key in shelf().index else None
    if found is None:
        raise ApiProblem(404, "Not Found", "There is no profile of this key.")
    return found


def _body(one: Profile) -> bodies.ProfileBody:
    endpoint = "people.group" if one.is_group else "people.person"
    url = url_for(endpoint, name=one.name.replace(" ", "_"), _external=True)
    return bodies.profile(one, context().directory, reader().language, url)


@answers(
    "/api/v1/profiles",
    "Search people and groups.",
    query=bodies.SearchQuery,
    body=bodies.Found,
)
def profiles(asked: bodies.SearchQuery) -> bodies.Found:
    """Search."""
    query = Query.of(
        [
            (name, str(one))
            for name, value in asked.model_dump().items()
            for one in (value if isinstance(value, list) else [value])
        ]
    )
    results = shelf().index.search(query, today=context().today)
    more = query.page * query.size < results.total
    following = None
    if more:
        plain = asked.model_dump(exclude_defaults=True)
        following = url_for(
            "api.profiles", _external=True, **{**plain, "page": str(query.page + 1)}
        )
    return bodies.Found(
        total=results.total,
        page=query.page,
        size=query.size,
        partial=results.partial,
        next=following,
        profiles=[_body(one) for one in listed(results)],
        facets={
            facet: [bodies.Count(value=value, count=count) for value, count in counts]
            for facet, counts in results.counts.items()
        },
    )


@answers("/api/v1/profiles/<key>", "One person or group.", body=bodies.ProfileBody)
def profile(asked: NoQuery, key: str) -> bodies.ProfileBody:
    """Give a profile by its key, such as `user:42`."""
    return _body(_profile(key))


@answers(
    "/api/v1/profiles/<key>/jsonld",
    "One person or group as JSON-LD in schema.org's words.",
    body=None,
    media="application/ld+json",
)
def linked(asked: NoQuery, key: str) -> str:
    """Give a profile as JSON-LD."""
    return json.dumps(jsonld.profile(_profile(key)), ensure_ascii=False)


@answers(
    "/api/v1/profiles/<key>/matches",
    "Who could help a person or group, with reasons.",
    query=bodies.MatchesQuery,
    body=bodies.MatchesBody,
)
def matches(asked: bodies.MatchesQuery, key: str) -> bodies.MatchesBody:
    """Give the best helpers."""
    found = helpers_of(_profile(key), asked.size)
    return bodies.MatchesBody(
        key=key, matches=[bodies.match(one.match, one.helper.name, one.reasons) for one in found]
    )


@answers("/api/v1/capacities", "All capacities with counts.", body=bodies.Capacities)
def capacities(asked: NoQuery) -> bodies.Capacities:
    """Give the tree."""
    return bodies.Capacities(capacities=[_capacity(one.id) for one in context().directory])


@answers("/api/v1/capacities/<id>", "One capacity with counts.", body=bodies.CapacityBody)
def capacity(asked: NoQuery, id: str) -> bodies.CapacityBody:
    """Give a capacity of the directory."""
    if id not in context().directory:
        raise ApiProblem(404, "Not Found", "The directory has no capacity of this id.")
    return _capacity(id)


def _capacity(id: str) -> bodies.CapacityBody:
    directory = context().directory
    one = directory.capacities[id]
    tally = of_capacities(shelf().index, [id])[0]
    return bodies.CapacityBody(
        id=id,
        broader=one.broader,
        names=dict(one.names),
        aliases={code: list(names) for code, names in one.aliases.items()},
        wikidata=one.wikidata,
        narrower=list(directory.narrower(id)),
        offers=tally.offers,
        wants=tally.wants,
        gap=tally.gap,
    )


@answers("/api/v1/places", "Regions and countries with counts.", body=bodies.PlacesBody)
def places(asked: NoQuery) -> bodies.PlacesBody:
    """Give every region, and every country with profiles."""
    index, language = shelf().index, reader().language
    ids = {"region": [one.id for one in regions()]}
    ids["country"] = sorted(index.facets.values("country"))
    return bodies.PlacesBody(
        places=[
            bodies.PlaceBody(
                id=one.id,
                type=kind,
                name=(region_name if kind == "region" else country_name)(one.id, language),
                region=one.id if kind == "region" else region_of(one.id),
                people=len(index.of(kind, one.id)),
                offers=one.offers,
                wants=one.wants,
                gap=one.gap,
            )
            for kind, held in ids.items()
            for one in of_places(index, kind, held)
        ]
    )


@answers(
    "/api/v1/requests",
    "Open requests, those that end first at the top.",
    query=bodies.RequestsQuery,
    body=bodies.RequestsBody,
)
def requests(asked: bodies.RequestsQuery) -> bodies.RequestsBody:
    """Give the open requests."""
    found = shelf().open(context().today)
    directory, language = context().directory, reader().language
    return bodies.RequestsBody(
        total=len(found),
        requests=[
            bodies.Asked(
                key=one.key,
                who=one.name,
                want=bodies.item(one.want, directory, language),
                languages=list(one.languages),
                country=one.country,
                region=one.region,
            )
            for one in found[: asked.size]
        ],
    )


@answers("/api/v1/reports", "Which reports there are.", body=bodies.ReportsBody)
def all_reports(asked: NoQuery) -> bodies.ReportsBody:
    """List the reports."""
    wording = reader().wording
    return bodies.ReportsBody(
        reports=[
            bodies.ReportEntry(
                id=one.id,
                title=wording.text(one.title),
                question=wording.text(one.question),
                url=url_for("api.one_report", id=one.id, _external=True),
            )
            for one in reports()
        ]
    )


@answers("/api/v1/reports/<id>", "One report, every table of it.", body=None)
def one_report(asked: NoQuery, id: str) -> str:
    """Give a report."""
    try:
        one = report(id)
    except KeyError:
        raise ApiProblem(404, "Not Found", "There is no report of this id.") from None
    return as_json(one, tables_of(one), Labels(reader().wording, context().directory))
