"""The coordinators' queue on a phone: short, each row with its step, filtered without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE = {"width": 320, "height": 640}
MOST = 3000
"""Pixels of a page of the queue on a phone."""


@pytest.mark.parametrize("language", ["en", "de", "ar", "ja"])
def test_no_page_of_the_queue_is_long_on_a_phone(
    browser: Browser, site: str, language: str
) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{site}/reports/queue?uselang={language}")
    kinds = page.locator(".waiting a").evaluate_all("all => all.map(one => one.href)")
    assert len(kinds) >= 8
    for kind in kinds:
        page.goto(kind)
        high, wide = page.evaluate(
            "() => { const e = document.documentElement; return [e.scrollHeight, e.scrollWidth]; }"
        )
        assert high <= MOST, kind
        assert wide <= PHONE["width"], kind
        # What it is and what to do stand in the first screen's width, beside each other.
        for row in page.locator(".queue > li").all():
            for part in (row.locator("h3"), row.locator(".actions a").first):
                box = part.bounding_box()
                assert box is not None
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= PHONE["width"]
    context.close()


def test_a_filter_works_without_a_script(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/reports/queue")
    page.get_by_label("Kind").select_option("unmatched")
    page.get_by_label("Region").select_option("SSA")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("People without a match")
    shown = page.locator(".waiting [aria-current] .count").inner_text()
    assert int(shown) > 0
    for row in page.locator(".queue > li").all():
        expect(row).to_contain_text("Sub-Saharan Africa")
        step = row.locator(".actions a").first.get_attribute("href") or ""
        assert step.startswith("https://wiki.example.org/w/index.php?title=")
    context.close()
