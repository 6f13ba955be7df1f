"""Parquet: a market as a folder of Parquet files, and suggestions as one.

The folder has ``people``, ``hands``, ``offers``, ``wants``, ``languages``, ``hierarchy``,
``speakers`` and ``told``, each a table of the columns of the same name in ``market``; lists of
lists are rows with their owner's number. Needs pyarrow (requirements-spark.txt).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from exchange.errors import SettingsError
from exchange.matching.arrays import Ints, starts_of
from exchange.matching.candidates import Candidates
from exchange.matching.market import Hierarchy, Languages, Market, Offers, People, Wants
from exchange.matching.score import Parts

PEOPLE = (
    "seed", "seats", "free", "most", "helps", "seeks", "rank", "clock", "region", "country", "fresh",
)  # fmt: skip
OFFERS = ("person", "capacity", "level", "methods")
WANTS = ("person", "capacity", "level", "methods", "priority", "deadline", "open")
TABLES = ("people", "hands", "offers", "wants", "languages", "hierarchy", "speakers", "told")


def write(market: Market, folder: Path) -> None:
    """Write a market; what is in the folder already is written over."""
    folder.mkdir(parents=True, exist_ok=True)
    people = {name: getattr(market.people, name) for name in PEOPLE}
    people |= {
        f"projects{at}": market.people.projects[:, at]
        for at in range(market.people.projects.shape[1])
    }
    if market.keys:
        people["key"] = np.array(market.keys, object)
    hierarchy = market.hierarchy
    tables: dict[str, Mapping[str, Ints]] = {
        "people": people,
        "hands": {"person": _owners(market.people.hand_starts), "hand": market.people.hand},
        "offers": {name: getattr(market.offers, name) for name in OFFERS},
        "wants": {name: getattr(market.wants, name) for name in WANTS},
        "languages": {
            "person": _owners(market.languages.starts),
            "code": market.languages.code,
            "level": market.languages.level,
        },
        "hierarchy": {
            "wanted": _owners(hierarchy.starts),
            "offered": hierarchy.offered,
            "points": hierarchy.points,
            "steps": hierarchy.steps,
        },
        "speakers": {
            "speakers": market.speakers,
            "size": np.full(len(market.speakers), market.size),
        },
        "told": {"pair": market.told},
    }
    for name, columns in tables.items():
        pq.write_table(pa.table(dict(columns)), folder / f"{name}.parquet")


def read(folder: Path) -> Market:
    """Read a market; ``SettingsError`` names the tables that are missing or cannot be read."""
    tables: dict[str, dict[str, NDArray[np.generic]]] = {}
    problems = []
    for name in TABLES:
        try:
            table = pq.read_table(folder / f"{name}.parquet")
            tables[name] = {
                column: table[column].to_numpy(zero_copy_only=False).copy()
                for column in table.column_names
            }
        except (OSError, pa.ArrowException) as error:
            problems.append(f"{folder / f'{name}.parquet'}: cannot be read: {error}")
    if problems:
        raise SettingsError(problems)
    try:
        return _market(tables)
    except KeyError as error:
        raise SettingsError([f"{folder}: a table lacks the column {error}"]) from error


def _market(tables: Mapping[str, Mapping[str, NDArray[np.generic]]]) -> Market:
    people, offers, wants = tables["people"], tables["offers"], tables["wants"]
    size, tree = len(people["seed"]), tables["hierarchy"]
    words = sum(name.startswith("projects") for name in people)
    spoken, hands = tables["languages"], tables["hands"]
    columns = {name: people[name] for name in PEOPLE}
    capacities = int(tree["wanted"].max()) + 1 if len(tree["wanted"]) else 0
    speakers = tables["speakers"]
    return Market(
        keys=tuple(people["key"].tolist()) if "key" in people else (),
        people=People(
            **columns,  # type: ignore[arg-type]
            projects=np.stack([people[f"projects{at}"] for at in range(words)], axis=1),
            hand_starts=_starts(hands["person"], size),
            hand=hands["hand"],  # type: ignore[arg-type]
        ),
        offers=Offers(
            starts=_starts(offers["person"], size),
            **{name: offers[name] for name in OFFERS},  # type: ignore[arg-type]
        ),
        wants=Wants(
            starts=_starts(wants["person"], size),
            **{name: wants[name] for name in WANTS},  # type: ignore[arg-type]
        ),
        languages=Languages(
            _starts(spoken["person"], size),
            spoken["code"],  # type: ignore[arg-type]
            spoken["level"],  # type: ignore[arg-type]
        ),
        hierarchy=Hierarchy(
            _starts(tree["wanted"], capacities),
            tree["offered"],  # type: ignore[arg-type]
            tree["points"],  # type: ignore[arg-type]
            tree["steps"],  # type: ignore[arg-type]
        ),
        speakers=speakers["speakers"],  # type: ignore[arg-type]
        size=int(speakers["size"][0]) if len(speakers["size"]) else 0,
        told=tables["told"]["pair"].astype(np.int64),
    )


def write_matches(market: Market, chosen: Candidates, parts: Parts, path: Path) -> None:
    """Write suggestions with their points by part, in the order of seekers and wants."""
    seeker = market.wants.person[chosen.want]
    order = np.lexsort((chosen.want, seeker))
    columns = {
        "seeker": seeker,
        "helper": chosen.helper,
        "want": market.wants.capacity[chosen.want],
        "offer": market.offers.capacity[chosen.entries.offer],
        "score": chosen.score,
        **parts,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    table = {name: np.asarray(values)[order].astype(np.int32) for name, values in columns.items()}
    if market.keys:
        keys = np.array(market.keys, object)
        table |= {name: keys[table[name]] for name in ("seeker", "helper")}
    pq.write_table(pa.table(table), path)


def _owners(starts: Ints) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts))


def _starts(owner: NDArray[np.generic], size: int) -> NDArray[np.int64]:
    return starts_of(np.bincount(owner.astype(np.int64), minlength=size))
