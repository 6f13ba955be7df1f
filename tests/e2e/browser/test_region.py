"""A coordinator's question: which course do we hold next quarter, and for whom?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from exchange.model import Cohort, Language, Offer, Profile, Want
from exchange.store.runs import INDEX_VERSION
from exchange.store.store import Store
from tests.support.server import serving
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ASKING = {"Ana": "RO", "Petr": "CZ", "Zofia": "PL"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a web tool over three people of a region who want the same."""
    path: Path = tmp_path_factory.mktemp("hub") / "exchange.db"
    people = [
        Profile(
            f"user:{number}",
            name,
            page=f"User:{name}",
            page_id=number,
            edited=NOW,
            country=country,
            languages=(Language("en", 3),),
            wants=(Want("grant-proposal"),),
        )
        for number, (name, country) in enumerate(ASKING.items(), start=1)
    ]
    until = NOW.date().replace(year=NOW.year + 1, month=2, day=11)
    keys = tuple(one.key for one in people)
    cohort = Cohort("grant-proposal", "en", keys, hours=(17, 18), until=until)
    store = Store.open(f"sqlite:///{path}")
    with store.transaction():
        store.profiles.save_many(people)
        store.rounds.replace(
            unmet=[(key, "grant-proposal", "nobody") for key in keys], cohorts=[cohort]
        )
        store.metadata.set(INDEX_VERSION, "first", at=NOW)
    store.close()
    with serving(app_over(path)) as address:
        yield address


def test_which_course_and_for_whom_is_one_click_from_the_first_page(page: Page, hub: str) -> None:
    page.goto(hub)
    page.get_by_role("link", name="Central & Eastern Europe & Central Asia").click()
    expect(page).to_have_url(f"{hub}/places/CEECA")
    steps = page.get_by_role("region", name="What to do next").get_by_role("listitem")
    said = steps.first.inner_text()
    quarter = "between January 1, 2027 and March 31, 2027"
    assert said == f"Hold a course on grant proposal, in English, for 3 people, {quarter}."
    courses = page.get_by_role("region", name="Courses to hold next, and for whom")
    row = courses.get_by_role("row").nth(1)
    for told in ("grant proposal", "English", "3", "Feb 11, 2027", "17:00–19:00 (UTC)", *ASKING):
        expect(row).to_contain_text(told)


PHONE = {"width": 320, "height": 640}
MOST = 7000
"""Pixels of a place's page on a phone: unfolded it would be four times as long."""


@pytest.mark.parametrize(
    ("place", "language"), [("SSA", "en"), ("SSA", "ar"), ("language/en", "de"), ("NG", "ja")]
)
def test_the_page_of_a_place_is_short_on_a_phone_and_begins_with_what_to_do(
    browser: Browser, site: str, place: str, language: str
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/places/{place}?uselang={language}")
    high, wide = page.evaluate(
        "() => { const e = document.documentElement; return [e.scrollHeight, e.scrollWidth]; }"
    )
    assert high <= MOST
    assert wide <= PHONE["width"]
    assert page.locator("h2").first.get_attribute("id") == "next"
    # What is folded opens without a script, and what is left out is one click away.
    page.locator("#place-people").click()
    expect(page.locator("[aria-labelledby=place-people] tbody tr").first).to_be_visible()
    rest = page.locator("[aria-labelledby=place-offers] figcaption a")
    drawn = page.locator("[aria-labelledby=place-offers] .plot > li")
    expect(drawn).to_have_count(10)
    whole = re.search(r"\d+", rest.inner_text())
    assert whole is not None
    rest.click()
    expect(drawn).to_have_count(int(whole[0]))
    assert int(whole[0]) > 10
    context.close()


def test_the_page_of_a_region_among_the_reports_leads_to_the_one_page(page: Page, hub: str) -> None:
    page.goto(f"{hub}/reports/places/CEECA")
    expect(page).to_have_url(f"{hub}/places/CEECA")


def test_an_invitation_is_copied_with_its_people_in_the_language_of_those_invited(
    page: Page, hub: str
) -> None:
    page.goto(f"{hub}/reports/cohorts/grant-proposal-en?uselang=ar")
    field = page.locator("textarea")
    expect(field).to_have_attribute("lang", "en")
    expect(field).to_have_attribute("dir", "ltr")
    text = field.input_value()
    assert "Everybody whose time zone is known is awake at 17:00–19:00 (UTC)." in text
    assert "free" not in text
    assert text.endswith("\n".join(f"* [[:User:{name}|{name}]]" for name in ASKING))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy]").click()
    assert page.evaluate("navigator.clipboard.readText()") == text


def test_without_a_script_an_invitation_is_there_to_be_selected(browser: Browser, hub: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(f"{hub}/reports/cohorts/grant-proposal-en")
    expect(bare.locator("textarea")).to_be_visible()
    expect(bare.locator("[data-copy]")).to_be_hidden()
    context.close()


HIT = """dots => dots.map(dot => {
  const box = dot.getBoundingClientRect(), link = dot.closest("a");
  const x = box.x + box.width / 2, y = box.y + box.height / 2;
  const all = [[0, 0], [11, 0], [-11, 0], [0, 11], [0, -11]];
  const own = (dx, dy) => link.contains(document.elementFromPoint(x + dx, y + dy));
  return [link.getAttribute("aria-label"), all.every(([dx, dy]) => own(dx, dy))];
})"""


@pytest.mark.parametrize("width", [320, 1280])
def test_small_countries_are_dots_that_a_finger_can_hit(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/dots.db")
    small = {1: "MT", 2: "SG", 3: "BB", 4: "MU"}
    store.profiles.save_many(
        [
            Profile(f"user:{n}", f"P{n}", page_id=n, country=code, offers=(Offer("lua"),))
            for n, code in small.items()
        ]
    )
    store.metadata.set(INDEX_VERSION, "dots", at=NOW)
    store.close()
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    with serving(app_over(tmp_path / "dots.db")) as address:
        page.goto(f"{address}/map")
        found = page.locator(".dot").evaluate_all(HIT)
        assert found == [[name, True] for name, _ in found]
        assert len(found) == len(small)
        box = page.locator(".dot").first.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2 + 11, box["y"] + box["height"] / 2)
        page.wait_for_url("**/search?*country=*")
    context.close()
