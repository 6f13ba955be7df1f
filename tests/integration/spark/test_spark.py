"""Spark in local mode finds the suggestions that one machine finds."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench.movement import movement
from bot.cluster import match_folder
from exchange.errors import SettingsError
from exchange.matching import cluster
from exchange.matching.candidates.find import seeking_wants
from exchange.matching.cluster import cut_wants
from exchange.matching.market import Market

PERIOD = "2026-W48"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[3])
    folder = tmp_path_factory.mktemp("spark")
    begun = (
        SparkSession.builder.master("local[2]")
        .appName("tests")
        .config("spark.ui.enabled", "false")
        .config("spark.local.dir", str(folder))
        .config("spark.sql.warehouse.dir", str(folder))
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    yield begun
    begun.stop()


@pytest.fixture(scope="module")
def market() -> Market:
    made = movement(1500)
    some = np.random.default_rng(3).choice(1500, (400, 2))
    some = np.sort(some[some[:, 0] != some[:, 1]], axis=1)
    return replace(made, suggested_pairs=np.unique(some[:, 0] * 1500 + some[:, 1]))


@pytest.mark.spark
@pytest.mark.xdist_group("kernel")
def test_spark_writes_the_suggestions_that_one_machine_writes(
    session: Any, market: Market, tmp_path: Path
) -> None:
    cluster.write_market(market, tmp_path / "in")
    counts = {}
    for engine, part in (("local", None), ("spark", 700)):
        counts[engine] = match_folder(
            engine=engine,
            input=tmp_path / "in",
            output=tmp_path / engine,
            period=PERIOD,
            session=session,
            part=part,
        )
    one, many = (pq.read_table(tmp_path / engine / "matches.parquet") for engine in counts)
    assert one.num_rows > 1000
    assert one.equals(many)
    assert counts["local"].measures == counts["spark"].measures
    names = list(one.column_names[5:])
    added = np.sum([one[name].to_numpy() for name in names], axis=0)
    assert np.array_equal(added, one["score"].to_numpy())


def test_a_market_comes_back_from_parquet_as_it_was(market: Market, tmp_path: Path) -> None:
    cluster.write_market(market, tmp_path)
    back = cluster.read_market(tmp_path)
    for table in ("people", "offers", "wants", "languages", "hierarchy"):
        mine, theirs = getattr(market, table), getattr(back, table)
        for name in mine.__dataclass_fields__:
            assert np.array_equal(getattr(mine, name), getattr(theirs, name)), (table, name)
    assert np.array_equal(market.suggested_pairs, back.suggested_pairs)
    assert (back.size, back.keys) == (market.size, market.keys)


def test_a_folder_without_tables_names_all_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        cluster.read_market(tmp_path)
    assert len(raised.value.problems) == len(cluster.TABLES)


def test_the_wants_of_a_hot_capacity_are_cut_into_parts_of_bounded_size(market: Market) -> None:
    wants = seeking_wants(market)
    parts = cut_wants(market, wants, 150)
    assert max(len(part) for part in parts) <= 150
    assert np.array_equal(np.sort(np.concatenate(parts)), wants)
    hot = np.bincount(market.wants.capacity[wants]).argmax()
    assert sum((market.wants.capacity[part] == hot).any() for part in parts) > 1
