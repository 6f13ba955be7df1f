"""A real Chromium on the web tool, which runs on a port of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from exchange.directory import load
from exchange.model import Profile
from tests.support.server import serving
from tests.unit.search.movement import movement
from tests.unit.web.site import addresses, app_over, filled

SIZE = 120
# What Playwright itself takes where nobody looks on; a page opens in a third of the time.
EXECUTABLE = "/usr/bin/chromium-headless-shell"
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": EXECUTABLE, "args": CHROMIUM}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a web tool over a made-up movement."""
    path: Path = tmp_path_factory.mktemp("browser") / "exchange.db"
    filled(path, SIZE).close()
    with serving(app_over(path)) as address:
        yield address


@pytest.fixture(scope="session")
def people() -> list[Profile]:
    return list(movement(SIZE, directory=load()))


@pytest.fixture(scope="session")
def pages(people: list[Profile]) -> dict[str, str]:
    return addresses(people)


@pytest.fixture
def heard() -> Callable[[str, str], None]:
    """Compare what a screen reader hears with tests/e2e/browser/heard/<name>.yaml.

    After a wanted change: delete the file, run the test once (it writes the file and fails), and
    read the new one.
    """

    def compare(name: str, snapshot: str) -> None:
        path = Path(__file__).parent / "heard" / f"{name}.yaml"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text(snapshot + "\n", encoding="utf-8")
            pytest.fail(f"{path.name} was not there; it is written now: read it")
        assert snapshot + "\n" == path.read_text(encoding="utf-8")

    return compare
