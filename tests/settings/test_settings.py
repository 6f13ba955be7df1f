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
            "import bot.__main__, bot.commands.perform, webtool, exchange.store, os;"
            "assert not os.listdir()",
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
