"""Whoever lacks what matching needs is told once and stands in the queue: nobody waits in silence."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from bot.notify.occasions import GRACE
from bot.notify.recipients import ONCE
from exchange.profiles.merge import find_lacks
from exchange.settings import load as load_settings
from exchange.store import Store
from tests.support.sample import SampleMovement
from webtool import create_app

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_whoever_lacks_something_is_told_once_and_stands_in_the_queue(
    sample_at: Callable[[str], SampleMovement],
) -> None:
    sample = sample_at("settled")
    with closing(Store.open(sample.environment["CXC_DATABASE"])) as store:
        keys = [profile.key for profile in store.profiles.all()]
        lacking = {
            key: record.profile
            for key, record in store.profiles.records(keys).items()
            if record.active and find_lacks(record.profile)
        }
    told_once = "SELECT recipient FROM notice WHERE campaign = ? AND state = 'sent'"
    with closing(sqlite3.connect(sample.database)) as database:
        candidates = [row[0] for row in database.execute("SELECT candidate FROM outcome")]
        told = [row[0] for row in database.execute(told_once, (ONCE,))]
    assert len(lacking) > 5
    assert len(told) == len(set(told)) > 0
    owners = [one.removesuffix(" owner") for one in candidates if one.endswith(" owner")]
    heard = {one.partition(">")[0] for one in owners}
    edited_now = {
        key for key, one in lacking.items() if one.edited is not None and one.edited > NOW - GRACE
    }
    assert lacking.keys() - heard - edited_now == set()

    client = create_app(load_settings(sample.environment)).test_client()
    queue = json.dumps(client.get("/reports/queue.json").json)
    assert [one.page for one in lacking.values() if json.dumps(one.page) not in queue] == []
