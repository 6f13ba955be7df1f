"""The cases of real runs and their neighbours, on a real wiki: see ``cases.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.model import Reason, SuggestionStatus
from exchange.wikitext.markup import find_concealment
from tests.integration.delivery.test_answers import answer, heard
from tests.integration.delivery.world import OPT_OUT, World
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.wikitext.test_markup import SHOWING, SWALLOWING

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

CASES: dict[str, list[Any]] = tomllib.loads(
    (Path(__file__).parent / "cases.toml").read_text("utf-8")
)
NAMES = {
    kind: [f"{kind.capitalize()} case {number}" for number in range(len(rows))]
    for kind, rows in CASES.items()
}
WRITING = ("answers", "stops", "revoked", "behind")


def rows(kind: str) -> list[tuple[str, Any]]:
    return list(zip(NAMES[kind], CASES[kind], strict=True))


@pytest.fixture(scope="module")
def world(delivery_wiki: MediaWiki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everybody in one world, told where they may be; then each writes what the case says."""
    wiki = delivery_wiki
    everybody = [name for names in NAMES.values() for name in names]
    wiki.accounts_at_once([name for kind in WRITING for name in NAMES[kind]])
    world = World.make(wiki, tmp_path_factory.mktemp("cases"), everybody, helper="Cases Helper")
    lines = [
        text.replace("{_}", name.replace(" ", "_")).format(*[name] * 2)
        for kind in ("listed", "perhaps")
        for name, text in rows(kind)
    ]
    wiki.edit("Admin", OPT_OUT, "\n".join(("Nobody else.", *lines)))
    for name, text in rows("hiding"):
        wiki.edit("Admin", f"User talk:{name}", text)
    world.run()
    first = world.outcomes()
    for name, (text, _) in rows("answers"):
        answer(world, name, text)
    for name, text in rows("stops"):
        answer(world, name, text)
    for name, _ in rows("revoked"):
        answer(world, name, "stop")
    for name, text in rows("behind"):
        title = f"User talk:{name}"
        wiki.edit(name, title, f"{wiki.page(title)}{text}")
    heard(world)
    for name, text in rows("revoked"):
        title = f"User talk:{name}"
        wiki.edit(
            "Admin", title, (wiki.page(title) or "").replace("|status= stop", f"|status= {text}")
        )
    world.first = first  # type: ignore[attr-defined]
    heard(world)
    world.said = {name: world.status(name) for name in everybody}  # type: ignore[attr-defined]
    for name in NAMES["behind"]:
        # Words that nobody understands hold messages; here somebody has read them.
        world.store.unclear_answers.settle_all(
            world.ids[name], by=world.key(name), via="web", at=world.now
        )
    world.match(
        [name for kind in ("stops", "revoked", "behind") for name in NAMES[kind]], period="later"
    )
    world.run(later=timedelta(days=35))
    wiki.edit("Admin", OPT_OUT, "Nobody.")
    yield world
    world.store.close()


def said(world: World, name: str) -> SuggestionStatus:
    found: dict[str, SuggestionStatus] = world.said  # type: ignore[attr-defined]
    return found[name]


@pytest.mark.parametrize(("name", "row"), rows("answers"), ids=str)
def test_a_signed_or_decorated_answer_is_an_answer(world: World, name: str, row: list[str]) -> None:
    assert said(world, name).value == row[1], row[0]


@pytest.mark.parametrize(("name", "text"), rows("stops"), ids=str)
def test_a_stop_is_a_stop_in_whatever_words(world: World, name: str, text: str) -> None:
    assert said(world, name) is SuggestionStatus.STOPPED, text
    assert world.copies(name) == 1


@pytest.mark.parametrize(("name", "text"), rows("revoked"), ids=str)
def test_a_stop_ends_by_nobody_elses_hand(world: World, name: str, text: str) -> None:
    assert said(world, name) is SuggestionStatus.STOPPED, text
    assert world.copies(name) == 1


@pytest.mark.parametrize(("name", "text"), rows("behind"), ids=str)
def test_words_behind_our_signature_stay(world: World, name: str, text: str) -> None:
    page = world.wiki.page(f"User talk:{name}") or ""
    assert world.copies(name) == 2
    assert text.replace("~~~~", "").strip() in page
    assert page.index("hanks") < page.rindex("{{Capacity Exchange notice|")


@pytest.mark.parametrize(("name", "line"), rows("listed"), ids=str)
def test_whoever_could_be_meant_by_the_list_is_meant(world: World, name: str, line: str) -> None:
    assert world.first[name] is Reason.OPTED_OUT_LIST, line  # type: ignore[attr-defined]
    assert world.copies(name) == 0


@pytest.mark.parametrize(("name", "line"), rows("perhaps"), ids=str)
def test_whoever_may_be_meant_is_held(world: World, name: str, line: str) -> None:
    assert world.first[name] is Reason.POSSIBLE_OPT_OUT, line  # type: ignore[attr-defined]
    assert world.copies(name) == 0


@pytest.mark.parametrize(("name", "text"), rows("hiding"), ids=str)
def test_nothing_is_written_where_nobody_would_see_it(world: World, name: str, text: str) -> None:
    assert world.first[name] is Reason.PAGE_HIDES, text  # type: ignore[attr-defined]
    assert world.wiki.page(f"User talk:{name}") == text.rstrip()


BELOW = "\n\n== Heading ==\n{{Capacity Exchange notice|id=0123456789abcdef}}\nBelow."
CAPITALS = ["<INCLUDEONLY>x", "<IncludeOnly >x", "<includeonly/>x", "<includeonly>x</INCLUDEONLY>"]


@pytest.mark.parametrize(
    "text", [*CASES["hiding"], *SWALLOWING, *SHOWING, *CAPITALS], ids=lambda text: ascii(text)
)
def test_mediawiki_and_our_scanner_agree_on_what_swallows(
    delivery_wiki: MediaWiki, text: str
) -> None:
    """What MediaWiki takes out of the page we find; what we find beyond that, a style hides."""
    page = f"{text}{BELOW}"
    html = delivery_wiki.call(
        "Admin",
        action="parse",
        text=page,
        title="User talk:Reader",
        prop="text",
        contentmodel="wikitext",
        disablelimitreport="1",
    )["parse"]["text"]
    found = find_concealment(page, page.rindex("{{Capacity"))
    if "Below." not in html:
        assert found
    elif found:
        assert not found.startswith(("<!--", "<includeonly"))
