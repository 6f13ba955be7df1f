"""What every test in a real browser shares."""

from __future__ import annotations

from playwright.sync_api import expect

# As long as Playwright waits for an action; its five seconds for an expectation are short where
# two workers, their wikis and their browsers share two cores.
expect.set_options(timeout=30_000)
