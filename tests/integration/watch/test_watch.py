"""Following recent changes of a real MediaWiki: by its API, and by a stream."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.watch import POSITION, WIKIMEDIA, WatchResult, stream_address, watch_changes
from bot.wiki import RequestPolicy, open_wiki
from exchange.model import Profile
from exchange.settings import Settings, load
from exchange.store import Store
from tests.integration.watch.feed import Feed
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("watch")]

PATIENCE = 30.0
PROFILE = "{{Capacity Exchange profile|offers=Lua|languages=en}}"


@pytest.fixture(scope="module")
def feed() -> Iterator[Feed]:
    feed = Feed()
    yield feed
    feed.stop()


@pytest.fixture(scope="module")
def wiki(mediawikis: Callable[..., MediaWiki], feed: Feed) -> MediaWiki:
    made = mediawikis(settings=feed.settings)
    made.edit("Keeper", "Template:Capacity Exchange profile", "a box")
    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    yield store
    store.close()


def settings_for(wiki: MediaWiki, *, stream: str) -> Settings:
    settings = load({"CXC_WIKI": wiki.api})
    quick = settings.watch.model_copy(update={"poll_seconds": 0.2, "stream": stream})
    return settings.model_copy(update={"watch": quick})


class Watching:
    """Watch in a thread, until the block ends."""

    def __init__(self, wiki: MediaWiki, store: Store, *, stream: str = "") -> None:
        self.settings = settings_for(wiki, stream=stream)
        self.store = store
        self.body = open_wiki(
            address=wiki.api, now=lambda: datetime.now(UTC), policy=RequestPolicy(tries=1)
        )
        self.stop = threading.Event()
        self.counts: list[WatchResult] = []
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        self.counts.append(
            watch_changes(
                settings=self.settings,
                store=self.store,
                wiki=self.body,
                clock=lambda: datetime.now(UTC),
                stop=self.stop,
            )
        )

    def __enter__(self) -> Watching:
        self.thread.start()
        self.until(lambda: self.store.metadata.get(POSITION) is not None)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    def until(self, true: Callable[[], object]) -> None:
        """Wait for something to become true, and fail where it does not."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, "it did not come to pass"
            self.stop.wait(0.05)


def profile(store: Store, name: str) -> Profile | None:
    return store.profiles.by_name(name)


@pytest.mark.parametrize("by", ["the API", "a stream"])
def test_what_somebody_writes_is_in_the_index_at_once(
    wiki: MediaWiki, store: Store, feed: Feed, fresh: Callable[[str], str], by: str
) -> None:
    name = fresh("Ada")
    with Watching(wiki, store, stream=feed.address if by == "a stream" else "") as watching:
        if by == "a stream":
            watching.until(lambda: feed.asked and feed._readers)
        wiki.edit(name, f"User:{name}", PROFILE)
        watching.until(lambda: profile(store, name))
        wiki.edit(name, f"User:{name}", PROFILE.replace("Lua", "finance"))
        watching.until(
            lambda: (found := profile(store, name)) and found.offers[0].capacity == "finance"
        )
        wiki.edit(name, f"User:{name}", "nothing any more")
        watching.until(lambda: profile(store, name) is None)
    (counts,) = watching.counts
    assert counts.harvests == 1
    assert counts.failures == 0
    assert counts.changes >= 3


def test_a_page_that_was_deleted_or_moved_is_followed(
    wiki: MediaWiki, store: Store, fresh: Callable[[str], str]
) -> None:
    ada, ben = fresh("Ada"), fresh("Ben")
    wiki.account("Keeper", groups=("sysop",))
    wiki.forget("Keeper")
    for name in (ada, ben):
        wiki.edit(name, f"User:{name}", PROFILE)
    with Watching(wiki, store) as watching:
        watching.until(lambda: profile(store, ada) and profile(store, ben))
        wiki.call("Keeper", action="delete", title=f"User:{ada}")
        watching.until(lambda: profile(store, ada) is None)
        wiki.call(ben, action="move", **{"from": f"User:{ben}", "to": f"User:{ben}/Profile"})
        watching.until(
            lambda: (found := profile(store, ben)) and found.page == f"User:{ben}/Profile"
        )


def test_it_resumes_where_it_stopped(
    wiki: MediaWiki, store: Store, fresh: Callable[[str], str]
) -> None:
    name = fresh("Ada")
    with Watching(wiki, store):
        pass
    wiki.edit(name, f"User:{name}", PROFILE)
    with Watching(wiki, store) as watching:
        watching.until(lambda: profile(store, name))


def test_a_stream_that_ends_is_taken_up_again_and_nothing_is_missed(
    wiki: MediaWiki, store: Store, feed: Feed, fresh: Callable[[str], str]
) -> None:
    first, second = fresh("Ada"), fresh("Ben")
    feed.drop()
    feed.asked.clear()
    with Watching(wiki, store, stream=feed.address) as watching:
        watching.until(lambda: feed.asked and feed._readers)
        feed.drop()
        wiki.edit(first, f"User:{first}", PROFILE)
        watching.until(lambda: profile(store, first))
        watching.until(lambda: feed._readers)
        wiki.edit(second, f"User:{second}", PROFILE)
        watching.until(lambda: profile(store, second))
    assert len(feed.asked) >= 2
    assert all("since=" in path for path in feed.asked)


def test_a_stream_that_is_not_there_is_no_reason_to_stop(
    wiki: MediaWiki, store: Store, fresh: Callable[[str], str]
) -> None:
    name = fresh("Ada")
    with Watching(wiki, store, stream="http://127.0.0.1:9/stream") as watching:
        wiki.edit(name, f"User:{name}", PROFILE)
        watching.until(lambda: profile(store, name))


def test_other_wikis_canaries_and_garbage_in_a_stream_are_passed_over(
    wiki: MediaWiki, store: Store, feed: Feed, fresh: Callable[[str], str]
) -> None:
    name = fresh("Ada")
    with Watching(wiki, store, stream=feed.address) as watching:
        watching.until(lambda: feed._readers)
        feed.say(b"data: no json at all\n\n")
        feed.say(b'data: ["a list"]\n\n')
        feed.say(b'data: {"meta": {"domain": "canary"}, "type": "edit"}\n\n')
        feed.say(b'data: {"type": "edit", "server_name": "elsewhere.example", "timestamp": 1}\n\n')
        wiki.edit(name, f"User:{name}", PROFILE)
        watching.until(lambda: profile(store, name))


def test_while_the_wiki_is_away_it_waits_and_then_goes_on(
    wiki: MediaWiki,
    store: Store,
    fresh: Callable[[str], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    name = fresh("Ada")
    wiki.account(name)
    with Watching(wiki, store) as watching:
        wiki.settings("http_response_code(503); exit('away');", name="away")
        try:
            watching.until(lambda: "away" in caplog.messages)
        finally:
            wiki.settings("", name="away")
        wiki.edit(name, f"User:{name}", PROFILE)
        watching.until(lambda: profile(store, name))
    (counts,) = watching.counts
    assert counts.failures >= 1


def test_after_a_long_absence_everything_is_read(
    wiki: MediaWiki, store: Store, fresh: Callable[[str], str]
) -> None:
    name = fresh("Ada")
    wiki.edit(name, f"User:{name}", PROFILE)
    long_ago = datetime.now(UTC) - timedelta(days=40)
    store.metadata.set(POSITION, long_ago.isoformat(), at=long_ago)
    with Watching(wiki, store) as watching:
        watching.until(lambda: profile(store, name))
    assert watching.counts[0].harvests == 1


@pytest.mark.parametrize(
    ("setting", "wiki", "stream"),
    [
        ("auto", "https://meta.wikimedia.org/w/api.php", WIKIMEDIA),
        ("auto", "https://wiki.example.org/w/api.php", ""),
        ("auto", "https://notwikimedia.org/w/api.php", ""),
        ("auto", "archive:movement.xml.gz", ""),
        ("", "https://meta.wikimedia.org/w/api.php", ""),
        (
            "https://own.example/stream",
            "https://wiki.example.org/w/api.php",
            "https://own.example/stream",
        ),
    ],
)
def test_wikimedias_own_wikis_have_a_stream(setting: str, wiki: str, stream: str) -> None:
    assert stream_address(setting, wiki) == stream
