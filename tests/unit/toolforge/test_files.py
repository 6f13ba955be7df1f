"""The files that Toolforge reads, each through what really reads it, or by its published rules."""

from __future__ import annotations

import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from click.testing import CliRunner
from jobs_cli.cli import _job_to_arg_parser_args, arg_parser, get_api_payload

from bot.__main__ import bot
from bot.cli.app import open_app
from bot.cli.output import Silent
from exchange.settings import ENVIRONMENT, load

ROOT = Path(__file__).parents[3]
PYTHON = Path(sys.executable)


def procfile() -> dict[str, list[str]]:
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    pairs = [line.split(":", 1) for line in lines if line.strip()]
    return {name: shlex.split(command) for name, command in pairs}


def jobs() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / "jobs.yaml").read_text("utf-8"))
    return found


def payload(job: dict[str, Any]) -> dict[str, Any]:
    """What Toolforge's own client would send for a job."""
    return get_api_payload(arg_parser(["run", *_job_to_arg_parser_args(dict(job))]))


def test_the_build_finds_one_lock_format_and_the_python_version() -> None:
    assert (ROOT / "requirements.txt").is_file()
    for other in ("runtime.txt", "poetry.lock", "uv.lock", "Pipfile", "Pipfile.lock"):
        assert not (ROOT / other).exists(), f"{other} makes the build fail or guess"
    assert re.fullmatch(r"3\.\d+\n", (ROOT / ".python-version").read_text())


def test_every_requirement_is_pinned() -> None:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    # Comments and the lines of hashes are indented or begin with a sign of their own.
    wanted = [line for line in lines if re.match(r"[^\s#]", line)]
    assert wanted
    assert [
        line for line in wanted if not re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+", line)
    ] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-spark"])
def test_every_requirement_is_installed_by_its_hashes(name: str) -> None:
    lines = (ROOT / f"{name}.txt").read_text("utf-8").replace("\\\n", " ").splitlines()
    wanted = [line for line in lines if re.match(r"[^\s#]", line)]
    assert wanted
    assert [line for line in wanted if "--hash=sha256:" not in line] == []
    makefile = (ROOT / "Makefile").read_text("utf-8")
    installs = [line for line in makefile.splitlines() if f"-r {name}.txt" in line]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == []


def test_the_web_process_is_what_the_web_service_starts() -> None:
    assert procfile()["web"][0] == "gunicorn"


@pytest.mark.parametrize("name", [name for name in procfile() if name != "web"])
def test_each_entry_of_the_procfile_is_a_command_that_there_is(name: str) -> None:
    program, arguments = procfile()[name][:3], procfile()[name][3:]
    assert program == ["python", "-m", "bot"]
    told = CliRunner().invoke(bot, [*arguments, "--help"])
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith(f"Usage: bot {arguments[0]}")


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job["name"])
def test_toolforges_own_parser_takes_each_job(job: dict[str, Any]) -> None:
    sent = payload(job)
    assert sent["cmd"] in procfile(), "a job's command is an entry of the Procfile"
    assert sent["mount"] == "none", "no writable home is needed"
    assert sent["emails"] == "onfailure"
    if sent["job_type"] == "scheduled":
        assert sent["schedule"] in ("@hourly", "@daily"), "spread by Toolforge over the hour"
        assert 0 <= sent["retry"] <= 5
        assert sent["timeout"] > 0
    else:
        assert sent["job_type"] == "continuous"


def test_job_names_are_ones_that_toolforge_takes() -> None:
    names = [job["name"] for job in jobs()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]([-a-z0-9]{0,50}[a-z0-9])?", name) for name in names)


def test_the_service_template_has_only_keys_that_toolforge_knows() -> None:
    template = yaml.safe_load((ROOT / "service.template").read_text("utf-8"))
    keys = "type cpu mem replicas mount health-check-path buildservice-image extra_args"
    assert set(template) <= set(keys.split())
    assert template["type"] == "buildservice"
    assert template["mount"] == "none"
    assert template["health-check-path"] == "/healthz"


def test_every_variable_has_a_name_that_toolforge_takes() -> None:
    assert [name for name in ENVIRONMENT if not re.fullmatch(r"[A-Z_][A-Z_0-9]{3,}", name)] == []


def test_the_database_account_comes_from_toolforges_own_variables_as_strings() -> None:
    settings = load({"TOOL_TOOLSDB_USER": "s01234", "TOOL_TOOLSDB_PASSWORD": "0123e5"})
    assert settings.database_url == (
        "mysql+pymysql://s01234:0123e5@tools.db.svc.wikimedia.cloud/s01234__exchange"
    )
    assert "0123e5" not in repr(settings)


def test_requests_of_the_bot_carry_the_tools_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.utils, "default_user_agent", requests.utils.default_user_agent)
    open_app(progress=Silent(), environment={"CXC_TOOL": "capacity-exchange"})
    assert "capacity-exchange.toolforge.org" in requests.utils.default_user_agent()


@pytest.mark.server
def test_gunicorn_serves_without_a_home_and_logs_neither_addresses_nor_queries(
    tmp_path: Path,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gunicorn, *arguments = procfile()["web"]
    log = tmp_path / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [PYTHON.parent / gunicorn, *arguments],
            cwd=ROOT,
            stdout=out,
            stderr=out,
            env={
                "PATH": str(PYTHON.parent),
                "HOME": "/nonexistent",
                "PORT": str(port),
                "WEB_CONCURRENCY": "1",
                "CXC_DATABASE": f"sqlite:///{tmp_path}/exchange.db",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "exchange.db").exists():
            assert server.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, (
                "a worker makes its pages' things before it is asked"
            )
            time.sleep(0.1)
        answer = _get(f"http://127.0.0.1:{port}/healthz?secret=hunter2", server)
        assert answer.status_code == 200
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
    told = log.read_text("utf-8")
    assert 'event=request method=GET path="/healthz" status=200' in told
    requests_told = [line for line in told.splitlines() if "event=request" in line]
    for private in ("hunter2", "203.0.113.9", "127.0.0.1", "Very Private Browser", "User:Ada"):
        assert not [line for line in requests_told if private in line]
    assert "hunter2" not in told
    assert "203.0.113.9" not in told


def _get(url: str, server: subprocess.Popen[bytes]) -> requests.Response:
    headers = {
        "X-Forwarded-For": "203.0.113.9",
        "User-Agent": "Very Private Browser",
        "Referer": "http://example.org/User:Ada",
    }
    deadline = time.monotonic() + 60
    while True:
        try:
            return requests.get(url, headers=headers, timeout=30)
        except requests.ConnectionError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
