from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from exchange.errors import SettingsError
from exchange.settings import CONFIG, load

TOKENS = "key topsecret1 access topsecret2"


def test_the_committed_defaults_are_complete() -> None:
    settings = load({})
    assert settings.database_url == "sqlite:///var/exchange.db"
    assert settings.names.profile == "Capacity Exchange profile"
    assert settings.notify.days_between == 14
    assert settings.now is None


def test_the_environment_says_the_rest(tmp_path: Path) -> None:
    export = tmp_path / "wiki.xml.gz"
    export.touch()
    settings = load(
        {
            "CXC_WIKI": f"archive:{export}",
            "CXC_WIKI_OUT": "var/out",
            "CXC_DATABASE": "sqlite:///x.db",
            "CXC_BOT_USER": "Bot@purpose",
            "CXC_BOT_OAUTH": TOKENS,
            "CXC_PORT": "9000",
            "PATH": "not ours",
        }
    )
    assert settings.wiki.archive == export
    assert settings.wiki.out == Path("var/out")
    assert settings.bot.oauth is not None
    assert settings.bot.oauth.access_secret.get_secret_value() == "topsecret2"
    assert settings.bot.can_write
    assert settings.web.port == 9000


def test_a_value_of_nothing_but_spaces_is_as_good_as_none() -> None:
    assert load({"CXC_WIKI": "  ", "CXC_NOW": ""}) == load({})


def test_everything_that_is_wrong_is_told_at_once_with_its_mend() -> None:
    with pytest.raises(SettingsError) as caught:
        load(
            {
                "CXC_WIKI": "meta.wikimedia.org",
                "CXC_NOW": "yesterday",
                "CXC_BOT_OAUTH": "one two",
                "CXC_PORT": "many",
                "CXC_SECRET": "short",
                "CXC_DATABSE": "sqlite://",
                "TOOL_TOOLSDB_USER": "s1",
            }
        )
    told = "\n".join(caught.value.problems)
    for part in (
        "CXC_DATABSE: there is no such setting; did you mean CXC_DATABASE?",
        "CXC_WIKI: 'meta.wikimedia.org' is no address; use https://…/w/api.php",
        "CXC_NOW: 'yesterday' is no moment; write it as 2026-11-23T08:00:00Z",
        "CXC_BOT_OAUTH: four values are needed",
        "CXC_PORT: ",
        "CXC_SECRET: at least 32 characters are needed; make some with: openssl rand -hex 32",
        "TOOL_TOOLSDB_USER and TOOL_TOOLSDB_PASSWORD go together",
    ):
        assert part in told
    assert len(caught.value.problems) == 7


def test_an_export_that_is_not_there_is_told() -> None:
    with pytest.raises(SettingsError, match=r"there is no file nowhere\.xml"):
        load({"CXC_WIKI": "archive:nowhere.xml"})


def test_a_file_of_ones_own_is_laid_over_the_defaults(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[notify]\ndays_between = 30\n[names]\nportal = "Échange"\n', "utf-8")
    settings = load({"CXC_CONFIG": str(own)})
    assert settings.notify.days_between == 30
    assert settings.notify.breaker == load({}).notify.breaker
    assert settings.names.portal == "Échange"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[notify]\ndays_between = 0", "notify.days_between: .*greater than or equal to 1"),
        ("[notify]\nday_between = 3", "notify.day_between: there is no such setting; take it out"),
        ("[harvest]\nnamespaces = [3]", "harvest.namespaces: even numbers are needed"),
        ("[match]\nperiod = 'year'", "match: there is no such setting"),
        ("[notify", "is not valid TOML"),
        ('[names]\nportal = "\0"', "is not valid TOML: Illegal character"),
    ],
)
def test_a_wrong_value_in_a_file_is_told_by_its_place(tmp_path: Path, text: str, told: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=told):
        load({"CXC_CONFIG": str(own)})


def test_a_file_that_is_missing_is_told() -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml: cannot be read"):
        load({"CXC_CONFIG": "/nowhere.toml"})


def test_secrets_are_never_printed() -> None:
    settings = load(
        {
            "CXC_BOT_USER": "Bot",
            "CXC_BOT_PASSWORD": "topsecret0",
            "CXC_BOT_OAUTH": TOKENS,
            "CXC_OAUTH_CONSUMER_KEY": "key",
            "CXC_OAUTH_CONSUMER_SECRET": "topsecret3",
            "CXC_OAUTH_WIKI": "https://meta.example.org/w/index.php",
            "CXC_SECRET": "topsecret4" * 4,
            "CXC_DATABASE": "mysql+pymysql://u:topsecret5@h/d",
        }
    )
    assert "topsecret" not in f"{settings!r}{settings}{settings.model_dump()}"


@pytest.mark.parametrize(
    "wrong", [{"CXC_SECRET": "topsecret"}, {"CXC_BOT_OAUTH": "topsecret topsecret"}]
)
def test_a_wrong_secret_is_not_repeated_in_the_error(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(wrong)
    assert "topsecret" not in str(caught.value)


def test_the_clock_is_the_machines_or_the_one_that_was_fixed() -> None:
    before = datetime.now(UTC)
    assert before <= load({}).clock() <= datetime.now(UTC)
    fixed = load({"CXC_NOW": "2026-11-23T09:00:00+01:00"}).clock
    assert fixed() == fixed() == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert fixed().tzinfo is UTC
    assert load({"CXC_NOW": "2026-11-23"}).clock() == datetime(2026, 11, 23, tzinfo=UTC)
    east = timezone(timedelta(hours=1))
    assert fixed() == datetime(2026, 11, 23, 9, tzinfo=east)


def test_settings_cannot_be_changed() -> None:
    settings = load({})
    with pytest.raises(ValueError, match="frozen"):
        settings.notify.daily_cap = 9  # type: ignore[misc]


def test_importing_the_programs_reads_no_environment_and_makes_no_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import bot.__main__, bot.cli.app, webtool, exchange.store, os;assert not os.listdir()",
        ],
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(CONFIG.parent),
            "CXC_WIKI": "nonsense",
            "CXC_DATABASE": "nonsense",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": os.defpath,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CXC_DATABASE", "nonsense", "use sqlite:///FILE"),
        ("CXC_DATABASE", "mysql+pymysql://u:hunter2@h:port/x", "use sqlite:///FILE"),
        ("CXC_DATABASE", "mysql+nodriver://u:hunter2@h/x", "use sqlite:///FILE"),
        ("CXC_DATABASE", "postgresql+psycopg2://u:hunter2@h/x", "use sqlite:///FILE"),
        ("CXC_CONFIG", "some\0file.toml", "holds a NUL character"),
        ("CXC_CONFIG", "some\udcfffile.toml", "is not valid UTF-8"),
        ("CXC_BOT_USER", "A\0B", "holds a NUL character"),
        ("CXC_NOW", "0001-01-01T00:00:00Z", "between the years 2001 and 9000"),
        ("CXC_NOW", "0001-01-01T00:00:00+05:00", "between the years 2001 and 9000"),
        ("CXC_NOW", "9999-12-31T23:59:59-05:00", "between the years 2001 and 9000"),
        ("CXC_WIKI", "https://", "is no address"),
        ("CXC_WIKI", "https://meta.wikimedia.org/", "is no address"),
        ("CXC_WIKI", "https://meta.wikimedia.org/wiki/Main_Page", "is no address"),
        ("CXC_WIKI", "https://host:port/w/api.php", "is no address"),
        ("CXC_WIKI", "https://[::1/w/api.php", "is no address"),
    ],
)
def test_each_wrong_value_is_told_with_the_others(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({name: value, "CXC_PORT": "many"})
    first, second = sorted(caught.value.problems, key=lambda each: "CXC_PORT" in each)
    assert first.startswith(f"{name}: ")
    assert told in first
    assert "hunter2" not in first
    assert second.startswith("CXC_PORT: ")


def test_a_value_in_the_place_of_a_section_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("wiki = 3\n", "utf-8")
    with pytest.raises(SettingsError) as caught:
        load({"CXC_CONFIG": str(own), "CXC_WIKI": "https://x.org/w/api.php", "CXC_PORT": "many"})
    assert [each.partition(": ")[0] for each in caught.value.problems] == ["wiki", "CXC_PORT"]
    assert "write [wiki]" in caught.value.problems[0]


def test_an_account_is_read_in_utf8_where_the_locale_knows_only_ascii() -> None:
    as_ascii = "Ünä".encode().decode("ascii", "surrogateescape")
    assert load({"CXC_BOT_USER": as_ascii}).bot.user == "Ünä"


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ({}, False),
        ({"CXC_WEB_ADDRESS": "http://example.org"}, False),
        ({"CXC_WEB_ADDRESS": "example.org"}, False),
        ({"CXC_WEB_ADDRESS": "https://example.org/"}, True),
        ({"CXC_WEB_ADDRESS": "http://127.0.0.1:8000"}, True),
        ({"CXC_TOOL": "exchange"}, True),
    ],
)
def test_login_is_safe_only_at_a_known_address(address: dict[str, str], safe: bool) -> None:
    login = {
        "CXC_OAUTH_CONSUMER_KEY": "key",
        "CXC_OAUTH_CONSUMER_SECRET": "secret",
        "CXC_OAUTH_WIKI": "https://meta.example.org/w/index.php",
        "CXC_SECRET": "s" * 32,
    }
    assert (load(login | address).login_problem == "") is safe
    assert load(address).login_problem == ""
