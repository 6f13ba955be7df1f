"""The commands as scripts call them: arguments, exit status, standard output."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot import doctor
from bot.__main__ import bot
from bot.cli.app import COMMANDS, RUN
from bot.cli.output import (
    COUNTED,
    combined_counts,
)
from tests.support.examples import slow

ROOT = Path(__file__).parents[3]
NAMES = [*COMMANDS, "run", "status", "doctor"]


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(bot, arguments, env=environment)


def as_json(result: Result) -> dict[str, Any]:
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_command_says_what_it_is_for(name: str) -> None:
    result = run({}, *name.split(), "--help")
    assert result.exit_code == 0
    assert "--json" in result.output
    assert "Exit status: 0 done" in result.output


@pytest.mark.parametrize("name", [*COMMANDS, "run"])
def test_every_command_that_writes_can_be_tried_dry(name: str) -> None:
    assert "--dry-run" in run({}, *name.split(), "--help").output


def test_a_wrong_option_is_bad_usage() -> None:
    assert run({}, "harvest", "--nonsense").exit_code == 2
    assert run({}, "nonsense").exit_code == 2


@pytest.mark.parametrize("name", ["harvest", "run", "status"])
def test_wrong_settings_end_with_2_and_all_of_them_are_told(name: str) -> None:
    result = run({"CXC_NOW": "x", "CXC_PORT": "y"}, name)
    assert result.exit_code == 2
    assert "CXC_NOW" in result.stderr
    assert "CXC_PORT" in result.stderr


@pytest.mark.parametrize("program", [["bot", "run"], slow(["bot", "doctor"]), ["webtool"]])
def test_every_program_tells_all_wrong_settings_at_once(tmp_path: Path, program: list[str]) -> None:
    own = tmp_path / "own.toml"
    own.write_bytes(b"\xff\0")
    wrong = {
        "CXC_DATABASE": "nonsense",
        "CXC_CONFIG": str(own),
        "CXC_NOW": "0001-01-01T00:00:00Z",
        "CXC_PORT": "none",
    }
    done = subprocess.run(
        [sys.executable, "-m", *program],
        cwd=ROOT,
        env={**os.environ, **wrong},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    for told in (str(own), "CXC_DATABASE", "CXC_NOW", "CXC_PORT"):
        assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


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


def test_a_dry_run_tells_what_the_run_after_it_does(
    pair: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where a dry run leaves its pages
    run(pair, "install")
    told = [as_json(run(pair, "run", *dry, "--json")) for dry in (("--dry-run",), ())]
    would, did = ({**each["steps"]} for each in told)
    assert list(would) == list(RUN)
    for name, counts in did.items():
        assert would[name] | {"seconds": 0} == counts | {"seconds": 0}, name
    assert did["notify"]["sent"] == 2


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


def test_the_doctor_says_each_fix(environment: dict[str, str]) -> None:
    run(environment, "harvest")
    result = run(environment, "doctor", "--json")
    findings = as_json(result)["findings"]
    bad = {(each["subject"], each["fix"]) for each in findings if each["verdict"] == "bad"}
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


def findings_of(environment: dict[str, str]) -> dict[str, dict[str, str]]:
    return {
        each["subject"]: each for each in as_json(run(environment, "doctor", "--json"))["findings"]
    }


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.0 404 Not Found\r\n\r\n", "status 404 Not Found"),
        (b"HTTP/1.0 200 OK\r\n\r\n<html>Welcome</html>", "not as a MediaWiki API does"),
        (b"HTTP/1.0 200 OK\r\n\r\n[1]", "not as a MediaWiki API does"),
        (b'HTTP/1.0 200 OK\r\n\r\n{"query": {"general": {}}}', "not as a MediaWiki API does"),
        (b'HTTP/1.0 200 OK\r\n\r\n{"query": 3}', "not as a MediaWiki API does"),
        (b'HTTP/1.0 200 OK\r\n\r\n{"error": "no"}', "not as a MediaWiki API does"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n{", "the connection broke off"),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b" " * 1_000_001 + b"{}", "not as a MediaWiki API does"),
        (b"HTTP/1.0 302 Found\r\nLocation: ftp://x/\r\n\r\n", "No connection adapters"),
        (b"", "the connection broke off"),
    ],
)
def test_the_doctor_says_what_answers_at_a_wrong_address(
    environment: dict[str, str], answer: bytes, told: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def answer_once() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=answer_once)
        thread.start()
        address = f"http://127.0.0.1:{port}/w/api.php"
        found = findings_of({**environment, "CXC_WIKI": address})["wiki"]
        thread.join()
    assert (found["verdict"], found["text"].startswith(f"{address}: ")) == ("bad", True)
    assert told in found["text"]
    assert "CXC_WIKI" in found["fix"]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://127.0.0.1:9/w/api.php", "refuses the connection"),
        ("http://no-such-wiki.invalid/w/api.php", "there is no server of this name"),
    ],
)
def test_the_doctor_says_why_nobody_answers(
    environment: dict[str, str], address: str, told: str
) -> None:
    assert told in findings_of({**environment, "CXC_WIKI": address})["wiki"]["text"]


def test_the_doctor_does_not_wait_for_a_server_that_says_nothing(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert max(doctor.PATIENCE, doctor.CONNECT_SECONDS + doctor.ANSWER_SECONDS) < 10
    monkeypatch.setattr(doctor, "ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # which the kernel connects all the same
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/w/api.php"
        found = findings_of({**environment, "CXC_WIKI": address})["wiki"]
    assert (
        found["text"]
        == f"{address}: the server takes the connection and says nothing for 0.5 seconds"
    )
    assert "is the wiki up?" in found["fix"]


@pytest.mark.parametrize(
    ("begin", "part"),
    [
        (b"HTTP/1.0 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.0 200 OK\r\n\r\n", b" "),
        (b"HTTP/1.0 302 Found\r\nLocation: /", b"x"),
    ],
)
def test_the_doctor_does_not_wait_for_an_answer_that_trickles_in(begin: bytes, part: bytes) -> None:
    over = threading.Event()

    def trickle(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(begin)
            while not over.wait(0.05):
                connection.sendall(part)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=trickle, args=(server,))
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/w/api.php"
        # Every part comes in time, and without the bound on the whole this would never end.
        told = doctor.find_address_fault(address, user_agent="test", patience=0.5)
        over.set()
        thread.join()
    assert told == f"{address}: no whole answer within 0.5 seconds"


def test_the_doctor_says_that_login_needs_a_public_address(environment: dict[str, str]) -> None:
    login = {
        "CXC_OAUTH_CONSUMER_KEY": "key",
        "CXC_OAUTH_CONSUMER_SECRET": "secret",
        "CXC_OAUTH_WIKI": "https://meta.example.org/w/index.php",
        "CXC_SECRET": "s" * 32,
    }
    found = findings_of(environment | login)["login"]
    assert (found["verdict"], "CXC_WEB_ADDRESS" in found["text"]) == ("bad", True)
    right = {"CXC_WEB_ADDRESS": "https://exchange.example.org"}
    assert "login" not in findings_of(environment | login | right)


def test_a_whole_run_twice_ends_with_nothing_to_do(environment: dict[str, str]) -> None:
    run(environment, "install")
    first = as_json(run(environment, "run", "--json"))
    assert list(first["steps"]) == list(RUN)
    assert first["status"] == 0
    assert first["edits"] > 0
    second = run(environment, "run")
    assert second.exit_code == 0
    assert "nothing changed" in second.output


@pytest.mark.parametrize(
    ("locale", "variables", "status"),
    [
        ("C", {"CXC_DATABASE": "sqlite:///{folder}/Ünä.db"}, 0),
        slow("C.UTF-8", {"CXC_DATABASE": "sqlite:///{folder}/Ünä.db"}, 0),
        slow("C", {"CXC_CONFIG": "{folder}/Ünä.toml"}, 2),
        slow("C", {"CXC_CONFIG": os.fsdecode(b"\xff.toml")}, 2),
        ("C.UTF-8", {"CXC_WIKI": os.fsdecode(b"archive:\xff")}, 2),
    ],
)
def test_no_locale_makes_a_command_trace(
    tmp_path: Path, locale: str, variables: dict[str, str], status: int
) -> None:
    whole = {**os.environ, "PYTHONUTF8": "0", "LC_ALL": locale, "LANG": locale}
    whole["CXC_DATABASE"] = f"sqlite:///{tmp_path}/x.db"
    whole |= {name: value.replace("{folder}", str(tmp_path)) for name, value in variables.items()}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "status"], cwd=ROOT, env=whole, capture_output=True
    )
    assert done.returncode == status, done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("commands", [("install",), slow(("install", "run"))], ids=len)
def test_pages_are_written_whatever_the_locale(
    environment: dict[str, str], commands: tuple[str, ...]
) -> None:
    """Files of ours are UTF-8, also where Python would read ASCII."""
    whole = {**os.environ, **environment, "PYTHONUTF8": "0", "LC_ALL": "C", "LANG": "C"}
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "bot", command], cwd=ROOT, env=whole, capture_output=True
        )
        assert (done.returncode, done.stderr.count(b"Traceback")) == (0, 0), done.stderr


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), slow(["--nonsense"], 2)])
def test_the_web_tool_starts_no_server_to_answer_for_its_options(
    arguments: list[str], status: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "webtool", *arguments],
        cwd=ROOT,
        env={**os.environ, "CXC_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status
    assert "usage: python -m webtool" in done.stdout + done.stderr
    assert "http://" not in done.stdout


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
    total = combined_counts(
        {
            "harvest": {"profiles": 3, "requests": 4, "seconds": 1.5},
            "listen": {"answers": 2, "unclear": 1},
            "notify": {
                "answers": 0,
                "skipped": {"cap": 2},
                "edits": 1,
                "requests": 6,
                "seconds": 0.25,
            },
            "publish": {"skipped": {"cap": 1, "away": 1}, "edits": 2, "profiles": 4},
        }
    )
    assert total["profiles"] == 4
    assert (total["edits"], total["requests"], total["seconds"]) == (3, 10, 1.75)
    assert (total["answers"], total["unclear"]) == (2, 1)
    assert total["skipped"] == {"cap": 3, "away": 1}
    assert total["sent"] == 0


def test_a_pair_is_explained_or_it_is_said_why_not(environment: dict[str, str]) -> None:
    run(environment, "harvest")
    assert "No match: Both are the same person" in run(environment, "explain", "Ada", "Ada").output
    told = as_json(run(environment, "explain", "user:1", "User:Ada", "--json"))
    assert (told["matches"], told["reason"]) == (False, "self")
    nobody = run(environment, "explain", "Ada", "Nobody")
    assert nobody.exit_code == 1
    assert "there is no profile of Nobody" in nobody.stderr
