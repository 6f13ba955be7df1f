"""The commands as scripts call them: arguments, exit status, standard output."""

from __future__ import annotations

import inspect
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import bot
from bot.commands.steps import GIVEN, RUN, STEPS
from bot.commands.summary import COUNTED, union

ROOT = Path(__file__).parents[2]
NAMES = [*STEPS, "run", "status", "doctor"]

EXPORT = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
<siteinfo><sitename>Small</sitename><dbname>small</dbname><base>http://small.test/wiki/Main</base>
<generator>MediaWiki 1.39</generator><case>first-letter</case><namespaces>
<namespace key="0" case="first-letter" /><namespace key="2" case="first-letter">User</namespace>
<namespace key="3" case="first-letter">User talk</namespace>
<namespace key="10" case="first-letter">Template</namespace>
</namespaces></siteinfo>
<page><title>User:Ada</title><ns>2</ns><id>11</id><revision><id>101</id>
<timestamp>2026-11-01T00:00:00Z</timestamp><contributor><username>Ada</username><id>1</id>
</contributor><model>wikitext</model><format>text/x-wiki</format>
<text>{{Capacity Exchange profile|offers=Wikidata|wants=Finance|languages=en}}</text>
</revision></page></mediawiki>"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    export = tmp_path / "small.xml"
    export.write_text(EXPORT, "utf-8")
    return {
        "CXC_WIKI": f"archive:{export}",
        "CXC_WIKI_OUT": str(tmp_path / "out"),
        "CXC_DATABASE": f"sqlite:///{tmp_path}/exchange.db",
        "CXC_NOW": "2026-11-23T08:00:00Z",
    }


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(bot, arguments, env=environment)


def as_json(result: Result) -> dict[str, Any]:
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_command_says_what_it_is_for(name: str) -> None:
    result = run({}, name, "--help")
    assert result.exit_code == 0
    assert "--json" in result.output
    assert "Exit status: 0 done" in result.output


@pytest.mark.parametrize("name", [*STEPS, "run"])
def test_every_command_that_writes_can_be_tried_dry(name: str) -> None:
    assert "--dry-run" in run({}, name, "--help").output


@pytest.mark.parametrize("step", list(STEPS.values()), ids=lambda step: step.name)
def test_every_use_case_takes_only_what_there_is_by_keyword(step: Any) -> None:
    for parameter in inspect.signature(step.use_case()).parameters.values():
        assert parameter.kind is parameter.KEYWORD_ONLY
        assert parameter.name in GIVEN or parameter.default is not parameter.empty


def test_a_wrong_option_is_bad_usage() -> None:
    assert run({}, "harvest", "--nonsense").exit_code == 2
    assert run({}, "nonsense").exit_code == 2


@pytest.mark.parametrize("name", ["harvest", "run", "status"])
def test_wrong_settings_end_with_2_and_all_of_them_are_told(name: str) -> None:
    result = run({"CXC_NOW": "x", "CXC_PORT": "y"}, name)
    assert result.exit_code == 2
    assert "CXC_NOW" in result.stderr
    assert "CXC_PORT" in result.stderr


def test_no_wiki_at_all_ends_with_2_and_the_mend(environment: dict[str, str]) -> None:
    result = run(environment | {"CXC_WIKI": ""}, "harvest", "--json")
    assert result.exit_code == 2
    assert "use https://…/w/api.php" in result.stderr
    assert as_json(result)["status"] == 2


def test_json_is_one_object_with_every_count(environment: dict[str, str]) -> None:
    result = run(environment, "harvest", "--json")
    assert result.exit_code == 0, result.output
    told = as_json(result)
    assert set(told) >= {*COUNTED, "skipped", "seconds", "status", "command"}
    assert (told["pages"], told["profiles"], told["offers"], told["wants"]) == (1, 1, 1, 1)
    assert told["steps"]["harvest"]["read"] == 1


def test_a_dry_run_counts_and_leaves_no_trace(environment: dict[str, str], tmp_path: Path) -> None:
    told = as_json(run(environment, "harvest", "--dry-run", "--json"))
    assert told["profiles"] == 1
    assert as_json(run(environment, "status", "--json"))["index"]["profiles"] == 0
    assert as_json(run(environment, "status", "--json"))["runs"] == {}
    assert not (tmp_path / "out").exists()


def test_what_went_wrong_is_told_recorded_and_ends_with_1(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "broken.xml").write_text("<mediawiki><page>", "utf-8")
    broken = environment | {"CXC_WIKI": f"archive:{tmp_path}/broken.xml"}
    result = run(broken, "harvest", "--json")
    assert result.exit_code == 1
    assert "broken.xml" in result.stderr
    assert as_json(result)["errors"]
    status = run(environment, "status", "--json")
    assert status.exit_code == 1
    assert "broken.xml" in as_json(status)["errors"]["harvest"]


def test_status_tells_runs_counts_and_ages(environment: dict[str, str]) -> None:
    assert "Nothing has run yet" in run(environment, "status").output
    run(environment, "harvest")
    told = as_json(run(environment, "status", "--json"))
    assert told["index"] == {"pages": 1, "profiles": 1, "offers": 1, "wants": 1, "problems": 0}
    assert told["runs"]["harvest"]["status"] == 0
    assert told["runs"]["harvest"]["age"] == 0.0
    assert told["build"]
    later = run(environment | {"CXC_NOW": "2026-11-26T08:00:00Z"}, "status").output
    assert "3 days ago" in later


def test_the_doctor_says_each_mend(environment: dict[str, str]) -> None:
    run(environment, "harvest")
    result = run(environment, "doctor", "--json")
    findings = as_json(result)["findings"]
    bad = {(each["subject"], each["mend"]) for each in findings if each["verdict"] == "bad"}
    assert ("pages", "run: python -m bot install") in bad
    assert ("stop page", "run: python -m bot install") in bad
    good = {each["subject"] for each in findings if each["verdict"] == "good"}
    assert good >= {"settings", "directory", "weights", "database", "wiki", "account"}
    assert result.exit_code == 1


def test_the_doctor_goes_on_where_something_cannot_be_looked_at(tmp_path: Path) -> None:
    wrong = {"CXC_DATABASE": "mysql+pymysql://u:hunter2@127.0.0.1:9/x"}
    result = run(wrong, "doctor")
    assert result.exit_code == 1
    assert "hunter2" not in result.output
    assert "database" in result.output
    assert "set CXC_WIKI" in result.output
    assert run({"CXC_NOW": "x"}, "doctor").exit_code == 2


def test_the_doctor_is_content_once_everything_is_installed(environment: dict[str, str]) -> None:
    run(environment, "install")
    run(environment, "harvest")
    result = run(environment, "doctor", "--json")
    assert result.exit_code == 0, result.output


def test_a_whole_run_twice_ends_with_nothing_to_do(environment: dict[str, str]) -> None:
    run(environment, "install")
    first = as_json(run(environment, "run", "--json"))
    assert list(first["steps"]) == list(RUN)
    assert first["status"] == 0
    assert first["edits"] > 0
    second = run(environment, "run")
    assert second.exit_code == 0
    assert "nothing changed" in second.output


def test_a_progress_bar_is_shown_on_a_terminal_and_nowhere_else(
    environment: dict[str, str],
) -> None:
    command = [sys.executable, "-m", "bot", "harvest"]
    whole = {**os.environ, **environment, "TERM": "xterm"}
    plain = subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True, check=True)
    assert plain.stderr == ""
    terminal, side = pty.openpty()
    with os.fdopen(terminal, "rb") as screen:
        process = subprocess.Popen(
            command, cwd=ROOT, env=whole, stdout=subprocess.DEVNULL, stderr=side
        )
        os.close(side)
        shown = b""
        try:
            while part := screen.read(1024):
                shown += part
        except OSError:
            pass  # the other end is closed
        assert process.wait(timeout=60) == 0
    assert b"Listing pages" in shown


def test_counts_of_steps_add_up_where_they_are_traffic_and_the_newest_counts_elsewhere() -> None:
    total = union(
        {
            "harvest": {"profiles": 3, "requests": 4, "seconds": 1.5},
            "notify": {"skipped": {"cap": 2}, "edits": 1, "requests": 6, "seconds": 0.25},
            "publish": {"skipped": {"cap": 1, "away": 1}, "edits": 2, "profiles": 4},
        }
    )
    assert total["profiles"] == 4
    assert (total["edits"], total["requests"], total["seconds"]) == (3, 10, 1.75)
    assert total["skipped"] == {"cap": 3, "away": 1}
    assert total["sent"] == 0


def test_a_pair_is_explained_or_it_is_said_why_not(environment: dict[str, str]) -> None:
    run(environment, "harvest")
    assert (
        "No match: It is one and the same person"
        in run(environment, "explain", "Ada", "Ada").output
    )
    told = as_json(run(environment, "explain", "user:1", "User:Ada", "--json"))
    assert (told["matches"], told["reason"]) == (False, "self")
    nobody = run(environment, "explain", "Ada", "Nobody")
    assert nobody.exit_code == 1
    assert "there is no profile of Nobody" in nobody.stderr
