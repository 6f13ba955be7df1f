"""A message that somebody undoes is counted, on a real MediaWiki by its own tag."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.notify.follow_up import MEASURE, count_reverts
from exchange.model import Sent
from exchange.store import Store
from exchange.store.notices import Notice
from tests.support.wiki.mediawiki import MediaWiki
from tests.support.wiki.ours import live

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]
BOT = "Exchange Bot"


def test_an_undone_message_counts_and_one_that_stands_does_not(
    mediawiki: MediaWiki, tmp_path: Path, fresh: Callable[[str], str]
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    now = datetime.now(UTC)
    later = now + timedelta(days=2)
    revisions = []
    for number, name in enumerate((fresh("Ada"), fresh("Ben"))):
        title = f"User talk:{name}"
        mediawiki.edit(name, title, "Hello.")
        mediawiki.edit(BOT, title, "Hello.\n\n== A message ==\nWords.")
        revision = mediawiki.history(title)[0]["revid"]
        revisions.append(revision)
        row = Notice(
            id=f"{number:016x}",
            recipient=f"user:{number}",
            account=number,
            name=name,
            campaign="2026-W48",
            suggestions=(),
            begun=now,
        )
        store.notices.open(row)
        store.notices.close(row.id, Sent(revision, title), at=now)
    count_reverts(store, live(mediawiki), me=BOT, now=later)
    assert (store.metrics.latest()[MEASURE].value, store.metrics.latest()[MEASURE].n) == (0, 2)
    # A revert by somebody whose edits need no patrol is tagged at once.
    patroller = fresh("Patroller")
    mediawiki.account(patroller, groups=("sysop",))
    row = store.notices.get("0" * 16)
    assert row is not None
    mediawiki.call(patroller, action="edit", title=row.page, undo=str(revisions[0]))
    mediawiki.jobs()
    count_reverts(store, live(mediawiki), me=BOT, now=later)
    assert (store.metrics.latest()[MEASURE].value, store.metrics.latest()[MEASURE].n) == (1, 2)
    store.close()
