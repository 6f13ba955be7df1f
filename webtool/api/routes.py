"""The operations of the API, each declared with its parameters and its response."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Response, request, url_for
from pydantic import BaseModel, ValidationError

from exchange.geography import all_regions, country_name, region_name, region_of
from exchange.model import CapacityKind, Profile
from exchange.reports import Licence, find_report, list_reports
from exchange.search import Query
from webtool import jsonld
from webtool.api import schemas
from webtool.api.check_schemas import CheckBody, check_body
from webtool.api.queries import (
    CheckQuery,
    MatchesQuery,
    NoQuery,
    RequestsQuery,
    SearchQuery,
)
from webtool.context import context, current_snapshot, reader
from webtool.counts import count_capacities, count_places
from webtool.http import ApiProblem, under_licence
from webtool.open_requests import most_joined, shared_wants
from webtool.pages.check import clean_title
from webtool.pages.checked import check_known, check_text
from webtool.pages.reports import report_answer
from webtool.pages.search import load_profiles, split_unknown
from webtool.render import history_link
from webtool.suggest import helpers_of

api = Blueprint("api", __name__)
Q = TypeVar("Q", bound=NoQuery)

PARTIES_SHOWN = 10
"""Those who want the same, of whom the API names no more."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the API: path, what it does, what it takes and gives.

    The page for people says what it does by message ``web-api-gives-<name>``. ``needs_page`` says
    that it is asked about a page of the wiki. ``part`` describes what stands in the path, with
    an example of it.
    """

    name: str
    path: str
    summary: str
    query: type[NoQuery]
    body: type[BaseModel]
    licence: Licence
    media: str = "application/json"
    needs_page: bool = False
    part: tuple[str, str] = ("", "")

    @property
    def may_be_absent(self) -> bool:
        """Whether it is asked about one thing, which may not be there."""
        return self.needs_page or "<" in self.path


OPERATIONS: list[Operation] = []
Answer = Callable[..., Any]


def declare_operation(
    path: str,
    summary: str,
    *,
    query: type[NoQuery] = NoQuery,
    body: type[BaseModel],
    licence: Licence | None = None,
    media: str = "application/json",
    needs_page: bool = False,
    part: tuple[str, str] = ("", ""),
) -> Callable[[Answer], Answer]:
    """Declare an operation: its parameters are validated, its result is written as JSON.

    The licence is that of the body where nothing else is said.
    """

    def wrap(answer: Answer) -> Answer:
        name = answer.__name__.replace("_", "-")
        held = licence or Licence(body.model_fields["licence"].default)
        OPERATIONS.append(
            Operation(name, path, summary, query, body, held, media, needs_page, part)
        )

        def view(**parts: str) -> Response:
            given = answer(_asked(query), **parts)
            if isinstance(given, Response):
                response = given
            else:
                text = given.model_dump_json() if isinstance(given, BaseModel) else given
                response = under_licence(Response(text, mimetype=media), held)
            response.headers["X-Robots-Tag"] = "noindex"
            return response

        api.add_url_rule(path, endpoint=answer.__name__, view_func=view, methods=["GET"])
        return answer

    return wrap


def _asked(query: type[Q]) -> Q:
    """Return the validated query string; raises ApiProblem on unknown or bad parameters."""
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
    found = context().store.profiles.get(key) if key in current_snapshot().index else None
    if found is None:
        raise ApiProblem(404, "Not Found", "There is no profile of this key.")
    return context().protection.conceal(found)


def _body(one: Profile) -> schemas.ProfileBody:
    endpoint = "people.show_group" if one.is_group else "people.show_person"
    url = url_for(endpoint, name=one.name.replace(" ", "_"), _external=True)
    return schemas.profile_body(
        one,
        context().directory,
        reader().language,
        today=context().today,
        url=url,
        history=history_link(one.page),
    )


@declare_operation(
    "/api/v1/profiles",
    "Search people and groups.",
    query=SearchQuery,
    body=schemas.SearchResponse,
)
def profiles(asked: SearchQuery) -> schemas.SearchResponse:
    """Search."""
    index = current_snapshot().index
    query, unknown = split_unknown(
        Query.of(
            (name, str(one))
            for name, value in asked.model_dump(exclude={"all"}).items()
            for one in (value if isinstance(value, list) else [value])
        ),
        index,
    )
    results = index.search(query, today=context().today, whole=asked.all)
    more = query.page * query.size < results.total
    following = None
    if more:
        plain = asked.model_dump(exclude_defaults=True)
        following = url_for(
            "api.profiles", _external=True, **{**plain, "page": str(query.page + 1)}
        )
    return schemas.SearchResponse(
        total=results.total,
        page=query.page,
        size=query.size,
        partial=results.partial,
        next=following,
        profiles=[_body(one) for one in load_profiles(results)],
        facets={
            facet: [schemas.Count(value=value, count=count) for value, count in counts]
            for facet, counts in results.counts.items()
        },
        unknown=[schemas.UnknownValue(facet=facet, value=value) for facet, value in unknown],
    )


_KEY = ("Key of a profile: `user:` or `page:` and a number.", "user:42")


@declare_operation(
    "/api/v1/profiles/<key>", "One person or group.", body=schemas.ProfileBody, part=_KEY
)
def profile(asked: NoQuery, key: str) -> schemas.ProfileBody:
    """Return a profile by its key, such as `user:42`."""
    return _body(_profile(key))


@declare_operation(
    "/api/v1/profiles/<key>/jsonld",
    "One person or group as JSON-LD (schema.org).",
    body=schemas.LinkedBody,
    licence=Licence.WORDS,
    media="application/ld+json",
    part=_KEY,
)
def linked(asked: NoQuery, key: str) -> str:
    """Return a profile as JSON-LD."""
    return json.dumps(jsonld.profile_jsonld(_profile(key)), ensure_ascii=False)


@declare_operation(
    "/api/v1/profiles/<key>/matches",
    "Who could help a person or group, with reasons.",
    query=MatchesQuery,
    body=schemas.MatchesBody,
    part=_KEY,
)
def matches(asked: MatchesQuery, key: str) -> schemas.MatchesBody:
    """Return the best helpers."""
    found = helpers_of(_profile(key), asked.size)
    return schemas.MatchesBody(
        key=key,
        matches=[
            schemas.match_body(one.match, one.other.name, history_link(one.other.page), one.reasons)
            for one in found
        ],
    )


@declare_operation("/api/v1/capacities", "All capacities with counts.", body=schemas.Capacities)
def capacities(asked: NoQuery) -> schemas.Capacities:
    """Return the tree."""
    return schemas.Capacities(capacities=[_capacity(one.id) for one in context().directory])


@declare_operation(
    "/api/v1/capacities/<id>",
    "One capacity with counts.",
    body=schemas.CapacityBody,
    part=("Id of a capacity of the directory.", "wikidata"),
)
def capacity(asked: NoQuery, id: str) -> schemas.CapacityBody:
    """Return a capacity of the directory."""
    if id not in context().directory:
        raise ApiProblem(404, "Not Found", "The directory has no capacity of this id.")
    return _capacity(id)


def _capacity(id: str) -> schemas.CapacityBody:
    directory = context().directory
    one = directory.capacities[id]
    tally = count_capacities(current_snapshot().index, [id])[0]
    return schemas.CapacityBody(
        id=id,
        kind=directory.kind_of(id),
        broader=one.broader,
        names=dict(one.names),
        aliases={code: list(names) for code, names in one.aliases.items()},
        wikidata=one.wikidata,
        narrower=list(directory.narrower(id)),
        offers=tally.offers,
        wants=tally.wants,
        unmet=tally.unmet,
    )


@declare_operation("/api/v1/places", "Regions and countries with counts.", body=schemas.PlacesBody)
def places(asked: NoQuery) -> schemas.PlacesBody:
    """Return every region, and every country with profiles."""
    index, language = current_snapshot().index, reader().language
    ids = {"region": [one.id for one in all_regions()]}
    ids["country"] = sorted(index.facets.values("country"))
    return schemas.PlacesBody(
        places=[
            schemas.PlaceBody(
                id=one.id,
                type=kind,
                name=(region_name if kind == "region" else country_name)(one.id, language),
                region=one.id if kind == "region" else region_of(one.id),
                people=len(index.of(kind, one.id)),
                offers=one.offers,
                wants=one.wants,
                unmet=one.unmet,
            )
            for kind, held in ids.items()
            for one in count_places(index, kind, held)
        ]
    )


@declare_operation(
    "/api/v1/requests",
    "Open requests, those that end first at the top.",
    query=RequestsQuery,
    body=schemas.RequestsBody,
)
def requests(asked: RequestsQuery) -> schemas.RequestsBody:
    """Return the open requests."""
    snapshot = current_snapshot()
    things = asked.kind == CapacityKind.THING
    found = snapshot.open_requests(context().today, things=things)
    shared = () if things else shared_wants(snapshot.shared, found)
    if asked.sort == "joined":
        found = most_joined(found)
    directory, language = context().directory, reader().language
    return schemas.RequestsBody(
        total=len(found),
        requests=[
            schemas.RequestBody(
                key=one.key,
                who=one.name,
                history=history_link(one.want.request),
                want=schemas.item_body(one.want, directory, language),
                needed_by=one.want.joins + 1,
                languages=list(one.languages),
                country=one.country,
                region=one.region,
            )
            for one in found[: asked.size]
        ],
        shared=[
            schemas.SharedWantBody(
                want=schemas.item_body(one.want, directory, language),
                needed_by=len(one.parties),
                parties=[
                    schemas.PartyBody(key=each.key, who=each.name, history=history_link(each.page))
                    for each in one.parties[:PARTIES_SHOWN]
                ],
            )
            for one in shared[: asked.size]
        ],
    )


@declare_operation("/api/v1/reports", "All reports.", body=schemas.ReportsBody)
def all_reports(asked: NoQuery) -> schemas.ReportsBody:
    """List the reports."""
    wording = reader().wording
    return schemas.ReportsBody(
        reports=[
            schemas.ReportEntry(
                id=one.id,
                title=wording.text(one.title),
                question=wording.text(one.question),
                url=url_for("api.one_report", id=one.id, _external=True),
            )
            for one in list_reports()
        ]
    )


@declare_operation(
    "/api/v1/reports/<id>",
    "One report with all its tables.",
    body=schemas.ReportBody,
    licence=Licence.BOTH,
    part=("Id of a report, as the list of reports has it.", "gaps"),
)
def one_report(asked: NoQuery, id: str) -> Response:
    """Return a report."""
    try:
        one = find_report(id)
    except KeyError:
        raise ApiProblem(404, "Not Found", "There is no report of this id.") from None
    return report_answer(one)


@declare_operation(
    "/api/v1/check",
    "What the bot would read in a text, or last read on a page, and what does not count.",
    query=CheckQuery,
    body=CheckBody,
    needs_page=True,
)
def check(asked: CheckQuery) -> CheckBody:
    """Read a text, or tell what was last read on a page."""
    title = clean_title(asked.page)
    if not asked.text.strip() and not title:
        raise _bad([{"parameter": "page", "problem": "a page or a text is needed"}])
    checked = check_text(asked.text, title) if asked.text.strip() else check_known(title)
    if checked is None:
        raise ApiProblem(404, "Not Found", "No page of this name has been read.")
    return check_body(checked, reader().wording, history_link(checked.title))
