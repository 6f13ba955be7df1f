"""The journal: one line an event, and no secret in any line."""

from __future__ import annotations

import io
import logging
import shlex
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange import logfmt
from exchange.settings import load
from tests.support.examples import slow

SECRETS = {
    "CXC_DATABASE": "mysql+pymysql://bot:database-password@127.0.0.1:9/exchange",
    "CXC_BOT_USER": "Sample Bot",
    "CXC_BOT_PASSWORD": "bot-password-secret",
    "CXC_BOT_OAUTH": "consumer consumer-secret access-token access-secret",
    "CXC_OAUTH_CONSUMER_KEY": "key",
    "CXC_OAUTH_CONSUMER_SECRET": "web-consumer-secret",
    "CXC_OAUTH_WIKI": "https://wiki.example.org/w/index.php",
    "CXC_SECRET": "session-secret-" + "0" * 32,
}
HIDDEN = [
    "database-password",
    "bot-password-secret",
    "consumer-secret",
    "access-token",
    "access-secret",
    "web-consumer-secret",
    "session-secret-",
]


def line(message: str, **facts: object) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logfmt.LogfmtFormatter(load(SECRETS).secrets))
    log = logging.Logger("exchange.test")
    log.addHandler(handler)
    log.info(message, extra=facts)
    return stream.getvalue()


def test_an_event_is_one_line_of_names_and_values() -> None:
    words = dict(
        part.split("=", 1) for part in shlex.split(line("followed", pages=3, why="two words"))
    )
    assert words["event"] == "followed"
    assert (words["pages"], words["why"], words["level"]) == ("3", "two words", "info")
    assert words["time"].endswith("Z")


@given(st.text(), st.text())
def test_whatever_is_told_stays_on_one_line(message: str, fact: str) -> None:
    assert len(line(message, fact=fact).splitlines()) == 1


@pytest.mark.parametrize("secret", HIDDEN)
def test_a_secret_is_blotted_out_wherever_it_stands(secret: str) -> None:
    values = {value for value in load(SECRETS).secrets if secret in value}
    assert values, "the settings do not count it as a secret"
    for value in values:
        assert value not in line(f"trouble with {value}", why=f"({value})")


COMMANDS = {
    # What fails first: everything, or only the wiki.
    "run --json": True,
    "harvest": False,
    "status": True,
    "doctor": True,
    "harvest --dry-run": True,
}


@pytest.mark.parametrize("count", [2, slow(len(COMMANDS))])
def test_no_command_writes_a_secret_even_when_everything_fails(tmp_path: Path, count: int) -> None:
    (tmp_path / "settings.toml").write_text("[wiki]\ntries = 2\n")  # the defaults wait 75 seconds
    environment = {
        **SECRETS,
        "PATH": "/usr/bin:/bin",
        "CXC_WIKI": "http://127.0.0.1:9/api.php",
        "CXC_CONFIG": str(tmp_path / "settings.toml"),
    }
    only_the_wiki_fails = environment | {"CXC_DATABASE": f"sqlite:///{tmp_path}/exchange.db"}
    # All at once, since each of them mostly waits.
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bot", *command.split()],
            env=environment if everything else only_the_wiki_fails,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command, everything in islice(COMMANDS.items(), count)
    ]
    for process in running:
        said, _ = process.communicate(timeout=120)
        assert process.returncode != 0, process.args
        assert said
        assert not [secret for secret in HIDDEN if secret in said], process.args
