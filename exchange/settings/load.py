"""Reading the settings: files, then the environment over them, then every problem at once."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import URL

from exchange.errors import SettingsError
from exchange.settings.schema import Settings

CONFIG = Path(__file__).resolve().parents[2] / "config"
TOOLSDB = "tools.db.svc.wikimedia.cloud"

ENVIRONMENT = {
    "CXC_WIKI": "wiki.address",
    "CXC_WIKI_OUT": "wiki.out",
    "CXC_CONTACT": "wiki.contact",
    "CXC_DATABASE": "database",
    "CXC_NOW": "now",
    "CXC_BOT_USER": "bot.user",
    "CXC_BOT_PASSWORD": "bot.password",
    "CXC_BOT_OAUTH": "bot.oauth",
    "CXC_OAUTH_CONSUMER_KEY": "web.consumer_key",
    "CXC_OAUTH_CONSUMER_SECRET": "web.consumer_secret",
    "CXC_OAUTH_WIKI": "web.wiki",
    "CXC_SECRET": "web.secret",
    "CXC_ERASURE_KEYS": "erasure.keys",
    "CXC_ERASURE_LOG": "erasure.log",
    "CXC_BACKUPS": "backups",
    "CXC_WEB_ADDRESS": "web.address",
    "CXC_HOST": "web.host",
    "CXC_PORT": "web.port",
    "CXC_TOOL": "tool",
}
"""Variable -> the setting that it gives."""

_CONFIG_VARIABLE = "CXC_CONFIG"
_FILES = {_CONFIG_VARIABLE, "CXC_WIKI", "CXC_WIKI_OUT", "CXC_DATABASE", "CXC_BACKUPS"}
_GIVEN = {path: name for name, path in ENVIRONMENT.items()}


def load(environment: Mapping[str, str], *, config: Path = CONFIG) -> Settings:
    """Read the settings; ``SettingsError`` lists everything that is wrong, each with how to fix it."""
    problems: list[str] = []
    values = _file(config / "settings.toml", problems)
    environment = _decoded(environment, problems)
    if own := environment.get(_CONFIG_VARIABLE):
        _overlay(values, _file(Path(own), problems), problems)
    if "CXC_DATABASE" not in environment and (toolsdb := _toolsdb(environment, problems)):
        values["database"] = toolsdb
    for name, value in sorted(environment.items()):
        if name in ENVIRONMENT:
            if value.strip():
                _set(values, ENVIRONMENT[name], value.strip())
        elif name.startswith("CXC_") and name != _CONFIG_VARIABLE:
            problems.append(f"{name}: there is no such setting{_perhaps(name)}")
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError([*problems, *map(_told, error.errors())]) from None
    if problems:
        raise SettingsError(problems)
    return settings


def _decoded(environment: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    """Return the variables in UTF-8, whatever the locale says; what cannot be text is a problem."""
    decoded = {}
    for name, value in environment.items():
        if name.startswith(("CXC_", "TOOL_TOOLSDB_")):
            try:
                text = value.encode("utf-8", "surrogateescape").decode("utf-8")
            except UnicodeError:
                problems.append(f"{name}: is not valid UTF-8")
                continue
            if "\0" in text:
                problems.append(f"{name}: holds a NUL character; take it out")
                continue
            # File names stay as the operating system wants them.
            decoded[name] = os.fsdecode(text.encode("utf-8")) if name in _FILES else text
    return decoded


def _file(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        problems.append(f"{path}: cannot be read ({error.strerror})")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: is not valid TOML: {error}")
    return {}


def _toolsdb(environment: Mapping[str, str], problems: list[str]) -> str | None:
    """The database on Toolforge, whose account comes in the environment."""
    user, password = (environment.get(f"TOOL_TOOLSDB_{name}") for name in ("USER", "PASSWORD"))
    if not user and not password:
        return None
    if not user or not password:
        problems.append("TOOL_TOOLSDB_USER and TOOL_TOOLSDB_PASSWORD go together; one is missing")
        return None
    url = URL.create(
        "mysql+pymysql",
        username=user,
        password=password,
        host=TOOLSDB,
        database=f"{user}__exchange",
    )
    return url.render_as_string(hide_password=False)


def _overlay(
    values: dict[str, Any], above: Mapping[str, Any], problems: list[str], within: str = ""
) -> None:
    for name, value in above.items():
        below = values.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            _overlay(below, value, problems, f"{within}{name}.")
        elif isinstance(below, dict):
            problems.append(
                f"{within}{name}: is a section, not {value!r}; write [{within}{name}] and its "
                "settings below"
            )
        else:
            values[name] = value


def _set(values: dict[str, Any], path: str, value: str) -> None:
    *sections, name = path.split(".")
    for section in sections:
        values = values.setdefault(section, {})
    values[name] = value


def _perhaps(name: str) -> str:
    near = difflib.get_close_matches(name, [*ENVIRONMENT, _CONFIG_VARIABLE], n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(ENVIRONMENT)}"


def _told(error: Any) -> str:
    """One line for one of pydantic's errors, in the words of whoever wrote the value."""
    path = ".".join(str(part) for part in error["loc"])
    # A part of a value (the second of four tokens) is told under the name of the whole.
    where = next((_GIVEN[known] for known in _GIVEN if path == known), None) or path
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such setting; take it out"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"
