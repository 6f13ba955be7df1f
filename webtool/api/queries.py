"""Pydantic models of what the API takes: every parameter with its bounds and an example."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from exchange.search.query import MAX_PAGE, MAX_SIZE, MAX_TEXT

MAX_WIKITEXT = 4_000
"""Characters of wikitext that fit into an address; a profile has about a thousand."""
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Values = Annotated[list[Text], Field(max_length=40)]


def _values(description: str, example: str) -> Any:
    """Return a filter, which may be given several times."""
    return Field([], description=description, examples=[[example]])


class NoQuery(BaseModel):
    """Nothing but the language of names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    uselang: Annotated[str, Field(max_length=25)] = Field(
        "en", description="Language of names: a code that MediaWiki knows.", examples=["fr"]
    )


class SearchQuery(NoQuery):
    """Free text and facets: values of one facet are OR, facets are AND."""

    q: Text = Field("", description="Words in any language.", examples=["how to cite books"])
    direction: Values = _values("`offer`, `want`, `request`.", "offer")
    capacity: Values = _values("Ids or names; narrower ones count too.", "wikidata")
    method: Values = _values("Ways of exchanging, such as `mentoring`, `training`.", "mentoring")
    language: Values = _values("Languages that they can work in: codes or names.", "fr")
    level: int = Field(
        2, ge=1, le=6, description="Least level at which a language counts.", examples=[3]
    )
    country: Values = _values("Countries: ISO 3166-1 alpha-2, or names.", "NG")
    region: Values = _values("Wikimedia regions: ids or names.", "SSA")
    affiliation: Values = _values("Affiliates, as people wrote them.", "Wikimedia Nigeria")
    kind: Values = _values("`person`, or a kind of group such as `affiliate`.", "person")
    project: Values = _values("Wikimedia projects, as people wrote them.", "wikidata")
    freshness: Values = _values("Last edited within: `month`, `quarter`, `year`.", "year")
    all: str = Field(
        "",
        max_length=20,
        description="The facet of which all values come, not only the first 30.",
        examples=["language"],
    )
    sort: Annotated[str, Field(pattern="^(relevance|freshness|name)$")] = Field(
        "relevance", description="`relevance`, `freshness` or `name`.", examples=["freshness"]
    )
    page: int = Field(1, ge=1, le=MAX_PAGE, description="Which page of results.", examples=[1])
    size: int = Field(20, ge=1, le=MAX_SIZE, description="Results on a page.", examples=[2])


class RequestsQuery(NoQuery):
    """Which requests, how many, in which order."""

    kind: Annotated[str, Field(pattern="^(skill|thing)$")] = Field(
        "skill",
        description="`skill`, or `thing` for money, places and equipment.",
        examples=["skill"],
    )
    sort: Annotated[str, Field(pattern="^(until|joined)$")] = Field(
        "until",
        description="`until`: those that end first; `joined`: those that most people need.",
        examples=["joined"],
    )
    size: int = Field(50, ge=1, le=MAX_SIZE, description="Requests at most.", examples=[1])


class CheckQuery(NoQuery):
    """What to check: a text, and the page where it stands; or a page that the bot has read."""

    page: Annotated[str, Field(max_length=255)] = Field(
        "", description="Title of a wiki page.", examples=["User:Ada Example"]
    )
    text: Annotated[str, Field(max_length=MAX_WIKITEXT)] = Field(
        "",
        description="Wikitext; without it you get what was last read on the page.",
        examples=["{{Capacity Exchange profile | offers = Wikidata | languages = en-3}}"],
    )


class MatchesQuery(NoQuery):
    """How many helpers."""

    size: int = Field(6, ge=1, le=20, description="Helpers at most.", examples=[1])
