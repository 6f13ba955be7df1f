"""Platform: what the Capacity Exchange platform publishes on Commons (CC0), as tabular pages.

``capacities.tab`` has its directory, ``users.tab`` what people share there, who put its template on
their user page: names and lists of its numbers, such as ``[11, 12]``. What they want is not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exchange.directory import Directory
from exchange.model import Offer
from exchange.sources.statements import EarlierStatement, parse_json, same_user

CAPACITIES_TITLE = "Data:CapacityExchange/capacities.tab"
PEOPLE_TITLE = "Data:CapacityExchange/users.tab"
"""The pages on Commons."""
COMMONS = "https://commons.wikimedia.org/w/api.php"
_COLUMNS = ("id", "name", "description", "wikidata_item")
_ITEM = re.compile(r"Q[1-9]\d{0,11}")
_NUMBER = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class PublishedCapacity:
    """A row of the published table; ``number`` is the platform's."""

    number: int
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    wikidata: str = ""


@dataclass(frozen=True, slots=True)
class PublishedPerson:
    """A row of the table of people: who, and the numbers of the capacities that they share."""

    name: str
    shares: tuple[int, ...]


def read_table(text: str, columns: Iterable[str]) -> list[Mapping[str, Any] | None]:
    """Return the rows of a tabular page by column, None for one of the wrong length.

    Raises ``ValueError`` for anything that is no such page.
    """
    content = parse_json(text)
    try:
        there = [column["name"] for column in content["schema"]["fields"]]
        rows = list(content["data"])
    except (LookupError, TypeError):
        raise ValueError('not tabular data (JSON with "schema", "fields" and "data")') from None
    if missing := [name for name in columns if name not in there]:
        raise ValueError(f"there is no column {missing[0]!r}")
    return [
        dict(zip(there, row, strict=True))
        if isinstance(row, list) and len(row) == len(there)
        else None
        for row in rows
    ]


def read_capacities(text: str) -> tuple[dict[int, PublishedCapacity], list[str]]:
    """Return the published capacities by number, and a line for each row that cannot be read."""
    problems: list[str] = []
    found: dict[int, PublishedCapacity] = {}
    for place, cells in enumerate(read_table(text, _COLUMNS), 1):
        try:
            row = _capacity_row(cells)
        except ValueError as error:
            problems.append(f"row {place}: {error}")
            continue
        if row.number in found:
            problems.append(f"row {place}: number {row.number} stands twice")
        found[row.number] = row
    return found, problems


def _capacity_row(cells: Mapping[str, Any] | None) -> PublishedCapacity:
    if cells is None:
        raise ValueError("it has not a cell for each column")
    number, item = cells["id"], cells["wikidata_item"] or ""
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ValueError(f"id {number!r} is not a whole number")
    if not isinstance(item, str) or (item and not _ITEM.fullmatch(item)):
        raise ValueError(f"wikidata_item {item!r} is no item; write Q and its number")
    return PublishedCapacity(number, _texts(cells, "name"), _texts(cells, "description"), item)


def _texts(cells: Mapping[str, Any], column: str) -> dict[str, str]:
    texts = cells[column] or {}
    if not isinstance(texts, dict) or not all(isinstance(one, str) for one in texts.values()):
        raise ValueError(f"{column} must map language codes to texts")
    return {code: " ".join(text.split()) for code, text in texts.items() if text.strip()}


def read_people(text: str) -> tuple[PublishedPerson, ...]:
    """Return the people of the table, rows that name nobody left out. Raises as ``read_table``."""
    return tuple(
        PublishedPerson(row["username"], _numbers(row["skills_available"]))
        for row in read_table(text, ("username", "skills_available"))
        if row is not None and isinstance(row["username"], str) and row["username"].strip()
    )


def _numbers(cell: object) -> tuple[int, ...]:
    """Return the numbers of a cell: ``"[11, 12]"`` as a text, or a list."""
    text = cell if isinstance(cell, str) else str(cell) if isinstance(cell, list) else ""
    return tuple(dict.fromkeys(map(int, _NUMBER.findall(text))))


def platform_offers(
    people: Iterable[PublishedPerson],
    capacities: Mapping[int, PublishedCapacity],
    user: str,
    directory: Directory,
) -> tuple[EarlierStatement, ...]:
    """Return what somebody shares on the platform, each as one of our capacities or in its words."""
    numbers = (number for one in people if same_user(one.name, user) for number in one.shares)
    offers = {offer.capacity: offer for offer in _offers(numbers, capacities, directory)}
    return tuple(EarlierStatement("offers", offer) for offer in offers.values())


def _offers(
    numbers: Iterable[int], capacities: Mapping[int, PublishedCapacity], directory: Directory
) -> Iterator[Offer]:
    for number in numbers:
        if capacity := capacity_of(number, capacities, directory):
            row = capacities.get(number)
            own = directory.name(capacity) if capacity in directory else ""
            yield Offer(capacity, own or (row.names["en"] if row else capacity))


def capacity_of(
    number: int, capacities: Mapping[int, PublishedCapacity], directory: Directory
) -> str:
    """Return the id of a published capacity: by its name or item, else by its number.

    A name that we do not list is unlisted here; a number that nobody knows is none.
    """
    row = capacities.get(number)
    english = row.names.get("en", "") if row else ""
    if row and (known := directory.resolve(english) or directory.resolve(row.wikidata)):
        return known
    ours = next((one.id for one in directory if one.platform == number), "")
    return ours or (directory.identify(english) if english else "")
