"""What an operator reads: why nothing was written, and how far a long run is."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from bot.__main__ import bot
from bot.cli.output import ProgressLines, print_steps, progress_bars
from bot.edits import run_lock
from exchange.model import Reason
from exchange.store.store import Store

STOP = """<page><title>User:Capacity Exchange bot/Stop</title><ns>2</ns><id>13</id><revision>
<id>103</id><timestamp>2026-11-01T00:00:00Z</timestamp><contributor><username>Ada</username>
<id>1</id></contributor><model>wikitext</model><format>text/x-wiki</format><text>run: no</text>
</revision></page>"""


def shown_by(environment: dict[str, str], *arguments: str) -> str:
    """Run a command and return its table, as one line."""
    return " ".join(CliRunner().invoke(bot, arguments, env=environment).stdout.split())


def test_the_screen_says_that_nothing_is_installed(pair: dict[str, str]) -> None:
    shown = shown_by(pair, "run")
    for reason, page in (
        ("held: unreadable-consent 2", "Capacity Exchange/Opt-out"),
        ("not written: stop-page 15", "User:Capacity Exchange bot/Stop"),
    ):
        assert f"{reason} ({page} is missing: run python -m bot install)" in shown


def test_the_screen_says_that_the_stop_page_says_stop(pair: dict[str, str], tmp_path: Path) -> None:
    export = tmp_path / "small.xml"
    export.write_text(export.read_text("utf-8").replace("</mediawiki>", f"{STOP}</mediawiki>"))
    shown_by(pair, "install")
    shown = shown_by(pair, "run")
    assert "held: stop-page 2 (User:Capacity Exchange bot/Stop)" in shown
    assert "(User:Capacity Exchange bot/Stop)" in shown.partition("publish")[2]


def test_the_screen_says_that_another_run_is_writing(pair: dict[str, str]) -> None:
    shown_by(pair, "install")
    with contextlib.closing(Store.open(pair["CXC_DATABASE"])) as store, run_lock(store) as lock:
        assert lock is not None
        shown = shown_by(pair, "run")
    assert "another run is writing" in shown.partition("notify")[2].partition("publish")[0]


def test_the_screen_and_the_json_say_what_install_left_alone(
    environment: dict[str, str], tmp_path: Path
) -> None:
    title = "Template:Capacity Exchange bar"
    page = (
        f"<page><title>{title}</title><ns>10</ns><id>14</id><revision><id>104</id>"
        "<timestamp>2026-11-01T00:00:00Z</timestamp><contributor><username>Ada</username><id>1</id>"
        "</contributor><model>wikitext</model><format>text/x-wiki</format><text>mine</text>"
        "</revision></page>"
    )
    export = tmp_path / "small.xml"
    export.write_text(export.read_text("utf-8").replace("</mediawiki>", f"{page}</mediawiki>"))
    shown = shown_by(environment, "install", "--dry-run")
    assert f"left alone: {title} (by Ada, not by us; to have our page, move this one" in shown
    told = json.loads(
        CliRunner().invoke(bot, ["install", "--dry-run", "--json"], env=environment).stdout
    )
    assert [*told["left"]] == [title]
    assert told["kept"] == 1


@pytest.mark.parametrize("reason", Reason)
def test_the_screen_says_why_anything_is_held(reason: Reason) -> None:
    console = Console(file=io.StringIO(), width=80)
    counts = {"planned": 2, "held": 2, "because": {reason.value: 2}, "skipped": {reason.value: 1}}
    details = {reason.value: "there is a message on the bot's talk page"}
    refused = {"Template:X": "permissiondenied"}
    print_steps(console, {"notify": counts | {"details": details, "refused": refused}})
    shown = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    assert f"held: {reason.value} 2 (there is a message on the bot's talk page)" in shown
    assert f"skipped: {reason.value} 1" in shown
    assert "refused: Template:X (permissiondenied)" in shown


def test_one_is_told_as_one() -> None:
    console = Console(file=io.StringIO(), width=80)
    counts = {"matches": 1, "swaps": 1, "answers": 2, "sent": 1, "edits": 1, "new": 1}
    print_steps(console, {"match": counts})
    shown = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    assert "1 match, 1 swap, 2 answers, 1 sent, 1 edit, 1 new" in shown
    assert shown.endswith(" 1 edit")


def test_a_long_run_says_how_far_it_is_where_nobody_sees_bars(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = iter(range(0, 1000, 10))
    stream = io.StringIO()
    lines = ProgressLines(stream, clock=lambda: float(next(now)))
    assert list(lines.track(range(4), "Writing notices")) == [0, 1, 2, 3]
    assert stream.getvalue().splitlines() == [
        "Writing notices: 2 of 4",
        "Writing notices: 4 of 4",
        "Writing notices: done, 4",
    ]
    monkeypatch.setattr(sys, "stderr", stream)
    for bars in (True, False):
        with progress_bars(on=bars) as progress:
            assert isinstance(progress, ProgressLines)
