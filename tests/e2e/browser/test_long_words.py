"""Neither a long word that somebody wrote nor a long label widens a page of a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from exchange.i18n.messages import available_languages
from exchange.model import Language, Offer, Profile, Want
from exchange.store.runs import INDEX_VERSION
from tests.e2e.browser.test_accessibility import opened
from tests.support.server import serving
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over, filled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WORD = "Donaudampfschifffahrts" * 12
ENGLISH = (Language("en", 5),)
ITEM = {"note": WORD, "text": WORD}
PERSON = Profile(
    "user:901", WORD[:200], page=f"User:{WORD[:200]}", page_id=901, revision=7, edited=NOW,
    languages=ENGLISH, country="NG", region="SSA", about=WORD, contacts=(WORD[:200],),
    affiliations=(WORD,), projects=(WORD,),
    offers=(Offer(f"unlisted:{WORD.casefold()}", **ITEM), Offer("lua", **ITEM)),
    wants=(Want(f"unlisted:{WORD.casefold()}x", **ITEM), Want("wikidata", request="User:Sample", **ITEM)),
)  # fmt: skip
HELPER = replace(
    PERSON, key="user:902", name=f"B{WORD[:200]}", page_id=902, wants=(),
    offers=(Offer("wikidata", **ITEM),),
)  # fmt: skip
GROUP = replace(PERSON, key="page:903", name=f"C{WORD[:200]}", page_id=903)
PAGES = (
    "/", "/search", "/search?view=table", "/search?view=map", f"/search?q={WORD[:200]}",
    f"/people/{PERSON.name}", f"/groups/{GROUP.name}", "/capacities", "/capacities/lua",
    f"/capacities/unlisted:{WORD.casefold()}", "/places/NG", "/requests", "/reports/requests",
    "/reports/gaps", f"/check?page={WORD[:200]}", f"/{WORD[:150]}", "/status", "/api", "/feeds",
)  # fmt: skip


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a web tool whose people write long words."""
    path: Path = tmp_path_factory.mktemp("wide") / "exchange.db"
    store = filled(path, 12)
    store.profiles.save_many([PERSON, HELPER, GROUP])
    store.metadata.set(INDEX_VERSION, "second", at=NOW)
    store.close()
    with serving(app_over(path)) as address:
        yield address


@pytest.mark.parametrize("language", ["en", "ar"])
def test_one_long_word_widens_no_page(browser: Browser, wide: str, language: str) -> None:
    context, page, _ = opened(browser, wide, language=language, color_scheme="light", width=320)
    widths: dict[str, int] = {}
    for path in PAGES:
        join = "&" if "?" in path else "?"
        answer = page.goto(f"{wide}{path}{join}uselang={language}")
        assert answer is not None
        assert answer.status in (200, 404), path
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    text = "{{Capacity Exchange profile|offers=" + WORD + "|country=" + WORD + "|about=" + WORD
    page.goto(f"{wide}/check?uselang={language}")
    page.fill("textarea", text + "}}")
    with page.expect_navigation():  # or the next line may meet a page that has only begun
        page.click("form[method=post] button")
    widths["/check, read"] = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert {path: width for path, width in widths.items() if width > 320} == {}


CUT = """[...document.querySelectorAll(".cdx-button, .chip, .tag, th")]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX != "visible")
    .map(e => e.textContent.trim())"""


def test_no_label_of_a_language_widens_a_page_or_is_cut(
    browser: Browser, site: str, pages: dict[str, str]
) -> None:
    context, page, _ = opened(browser, site, language="en", color_scheme="light", width=320)
    wrong: dict[tuple[str, str], object] = {}
    for language in available_languages("web"):
        for name in ("home", "join", "search-nothing", "capacities", "person"):
            page.goto(f"{site}{pages[name]}{'&' if '?' in pages[name] else '?'}uselang={language}")
            width, cut = page.evaluate("document.documentElement.scrollWidth"), page.evaluate(CUT)
            if width > 320 or cut:
                wrong[language, name] = (width, cut)
    context.close()
    assert wrong == {}
