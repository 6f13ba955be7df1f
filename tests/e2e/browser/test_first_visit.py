"""What somebody with a slow line pays for a first visit: every byte that Chromium gets."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Request

from tests.unit.web.site import MOST_OF_A_FIRST_VISIT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_any_page_is_a_small_first_one(browser: Browser, site: str, pages: dict[str, str]) -> None:
    context = browser.new_context(locale="ar")
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    taken: list[Request] = []
    page.on("requestfinished", lambda request: taken.append(request))
    weights: dict[str, float] = {}
    for name, address in pages.items():
        network.send("Network.clearBrowserCache")
        taken.clear()
        page.goto(f"{site}{address}", wait_until="networkidle")
        assert any(".css" in each.url for each in taken), name
        weights[name] = sum(map(_bytes_of, taken))
    context.close()
    heavy = {name: weight for name, weight in weights.items() if weight > MOST_OF_A_FIRST_VISIT}
    assert heavy == {}, weights


def _bytes_of(request: Request) -> int:
    """Return how many bytes an answer took, its headers too."""
    sizes: Any = request.sizes()
    return int(sizes["responseHeadersSize"] + sizes["responseBodySize"])
