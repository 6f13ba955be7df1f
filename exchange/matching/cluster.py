"""Cluster: a market as Parquet files, and the search for candidates by Spark.

The folder has ``people``, ``hands``, ``offers``, ``wants``, ``languages``, ``hierarchy``,
``speakers`` and ``told``, each a table of the columns of the same name in ``market``; lists of
lists are rows with their owner's number. Needs pyarrow (requirements-spark.txt).

For Spark, wants are cut by capacity, and those of popular capacities once more, so that no task is
much larger than another. A task groups the offers that its wants could use and searches them as
one machine does, with the same result. The assignment stays on one machine, as it is a small part
of the whole. pyspark is imported by who starts a session, not by this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from exchange.errors import SettingsError
from exchange.matching.assignment.assign import Assignment
from exchange.matching.candidates.find import Breadth, CandidateFinder, Candidates
from exchange.matching.columns import Bools, Ints, spread, starts_of
from exchange.matching.market import Hierarchy, Languages, Market, Offers, People, Wants
from exchange.matching.scoring import (
    PARTS,
    Parts,
    RankedExchanges,
    Tables,
    score_pairs,
)

PART = 50_000
"""The most wants in a task."""

SCORED = 200_000
"""Suggestions that are scored at a time: bounds memory, changes nothing else."""


class SparkFinder:
    """Finds candidates as ``CandidateFinder`` does by neighbours, over Spark."""

    def __init__(
        self,
        session: Any,
        market: Market,
        *,
        tables: Tables,
        period: int,
        breadth: Breadth,
        part: int = PART,
    ) -> None:
        """Send the market to all machines, once; ``session`` is a SparkSession."""
        self._context = session.sparkContext
        self._market, self._part = market, part
        self._sent = self._context.broadcast((market, tables, period, tuple(breadth)))

    def __call__(self, wants: Ints, helpers: Bools) -> Candidates:
        """Return the best of ``helpers`` for each of these wants, which rise."""
        parts = cut_wants(self._market, wants, self._part)
        sent, able = self._sent, self._context.broadcast(np.packbits(helpers))

        def search(part: NDArray[np.int64]) -> Candidates:
            market, tables, period, breadth = sent.value
            free = np.unpackbits(able.value, count=len(market)).astype(bool)
            finder = CandidateFinder(
                market, tables=tables, period=period, breadth=Breadth(*breadth), threads=1
            )
            return search_part(finder, part, free)

        found = self._context.parallelize(parts, max(len(parts), 1)).map(search).collect()
        able.destroy()
        return merge_candidates(found)

    def close(self) -> None:
        """Take the market off the machines."""
        self._sent.destroy()


def cut_wants(market: Market, wants: Ints, most: int) -> list[NDArray[np.int64]]:
    """Cut wants by capacity into parts of at most ``most``; small capacities share a part."""
    order = np.argsort(market.wants.capacity[wants], kind="stable")
    ordered = np.asarray(wants, np.int64)[order]
    return [np.sort(ordered[begin : begin + most]) for begin in range(0, len(wants), most)]


def search_part(finder: CandidateFinder, wants: NDArray[np.int64], helpers: Bools) -> Candidates:
    """Return candidates for some wants, from groups of only the offers that could meet them."""
    hierarchy = finder.market.hierarchy
    _, related = spread(hierarchy.starts, np.unique(finder.market.wants.capacity[wants]))
    offered = np.zeros(len(hierarchy.starts) - 1, bool)
    offered[hierarchy.offered[related]] = True
    return finder.search_groups(finder.group_helpers(helpers, offered), wants)


def merge_candidates(parts: list[Candidates]) -> Candidates:
    """Merge candidates of different wants."""
    none = np.zeros(0, np.int64)
    want = np.concatenate([none, *(part.want for part in parts)])
    counts = np.concatenate([none, *(np.diff(part.starts) for part in parts)])
    packed = np.concatenate([none, *(part.packed for part in parts)])
    order = np.argsort(want)
    begin = starts_of(counts)[:-1]
    _, places = spread(np.append(begin, len(packed)), order)
    return Candidates(want[order], starts_of(counts[order]), packed[places])


def score_assigned(
    market: Market, assigned: Assignment, *, tables: Tables, period: int, threads: int = 2
) -> tuple[RankedExchanges, Parts]:
    """Return the exchange of each suggestion and its points by part, some at a time."""

    def score(begin: int) -> tuple[RankedExchanges, Parts]:
        part = slice(begin, begin + SCORED)
        ranked, parts = score_pairs(
            market, assigned.want[part], assigned.helper[part], tables=tables, period=period
        )
        return ranked, {name: points.astype(np.int16) for name, points in parts.items()}

    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(score, range(0, max(len(assigned), 1), SCORED)))
    return RankedExchanges.joined([ranked for ranked, _ in done]), {
        name: np.concatenate([parts[name] for _, parts in done]) for name in PARTS
    }


PEOPLE = (
    "seed", "seats", "free", "most", "helps", "seeks", "rank", "clock", "region", "country", "fresh",
)  # fmt: skip
OFFERS = ("person", "capacity", "level", "methods")
WANTS = ("person", "capacity", "level", "methods", "priority", "deadline", "open")
TABLES = ("people", "hands", "offers", "wants", "languages", "hierarchy", "speakers", "told")


def write_market(market: Market, folder: Path) -> None:
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
        "hands": {"person": _owners(market.people.contact_starts), "hand": market.people.contacts},
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
        "told": {"pair": market.suggested_pairs},
    }
    for name, columns in tables.items():
        pq.write_table(pa.table(dict(columns)), folder / f"{name}.parquet")


def read_market(folder: Path) -> Market:
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
            contact_starts=_starts(hands["person"], size),
            contacts=hands["hand"],  # type: ignore[arg-type]
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
        suggested_pairs=tables["told"]["pair"].astype(np.int64),
    )


def write_matches(market: Market, chosen: RankedExchanges, parts: Parts, path: Path) -> None:
    """Write suggestions with their points by part, in the order of seekers and wants."""
    seeker = market.wants.person[chosen.want]
    order = np.lexsort((chosen.want, seeker))
    columns = {
        "seeker": seeker,
        "helper": chosen.helper,
        "want": market.wants.capacity[chosen.want],
        "offer": market.offers.capacity[chosen.exchanges.offer],
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
