"""What the README and the documents say is there, is there."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import click
import pytest

from bot.__main__ import bot
from exchange.directory import load as load_directory
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page
from exchange.settings import ENVIRONMENT, load
from exchange.store.migrate import head
from tests.support.architecture import PAGE, page_with_table
from webtool import create_app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> str:
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_and_picture_is_there(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (document.parent / target).exists(), target


def test_every_make_target_of_the_readme_exists() -> None:
    # In a fence or between backticks: "three questions make a profile" is no command.
    targets = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))
    assert {"demo", "test", "check", "wiki"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def commands() -> list[str]:
    found: set[str] = set()
    for document in DOCUMENTS:
        found |= set(
            re.findall(r"python -m bot ([a-z]+(?:-[a-z]+)*)", document.read_text(encoding="utf-8"))
        )
    return sorted(found)


def test_every_command_of_the_documents_has_help() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], capture_output=True, text=True, check=True
    ).stdout
    known = set(re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE))
    assert {"install", "harvest", "match", "notify", "publish", "run"} <= set(commands()) | known
    assert set(commands()) <= known
    assert {"install", "harvest", "match", "notify", "publish", "run", "status", "doctor"} <= known


def test_every_bench_of_the_documents_is_there() -> None:
    for document in DOCUMENTS:
        for name in re.findall(r"python -m bench\.([a-z]+)", document.read_text(encoding="utf-8")):
            assert (ROOT / "bench" / f"{name}.py").exists(), name


@pytest.mark.parametrize("document", ["README.md", "docs/operations.md"])
def test_the_settings_of_the_documents_are_those_that_are_read(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    known = {*ENVIRONMENT, "CXC_CONFIG"}
    assert set(re.findall(r"CXC_[A-Z_]+", text)) <= known
    if document == "docs/operations.md":
        assert set(re.findall(r"CXC_[A-Z_]+", text)) == known


def test_the_readme_s_profile_is_read_without_a_problem() -> None:
    reading = read_page(
        blocks(README, "wikitext"),
        names=TemplateNames(),
        directory=load_directory(),
        today=date(2026, 11, 23),
        title="User:Sample Ada",
    )
    (declaration,) = reading.profiles
    assert reading.problems == ()
    assert [offer.capacity for offer in declaration.offers] == ["wikidata", "photo-contest"]
    assert declaration.seats == 3


def test_no_file_names_this_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in listed:
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".yaml", ".txt", ".in", ".json", ".html"):
            text = path.read_text(encoding="utf-8")
            assert "/" + "work/main" not in text, name
            assert "/" + "root/" not in text, name


NO_ADDRESS = "/nothing"
"""Stands in the documents for an address that is not there."""


def code_of(document: Path) -> list[str]:
    """What stands in code: between backticks, in fences, and in indented lines."""
    text = document.read_text(encoding="utf-8")
    fenced = re.findall(r"```.*?```", text, re.DOTALL)
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", text)
    indented = re.findall(r"^    (.*)$", text, re.MULTILINE)
    return [line for each in [*fenced, *inline, *indented] for line in each.splitlines()]


def test_every_command_and_option_of_the_bot_in_the_documents_exists() -> None:
    found = set()
    for document in DOCUMENTS:
        for line in code_of(document):
            for call in re.findall(r"python -m bot ([^#`;|\"]+)", line):
                name, *words = call.rstrip(".,:").split()
                if name.startswith(("-", "COMMAND", "…")):
                    continue
                command = bot.commands.get(name)
                if isinstance(command, click.Group):
                    command = command.commands.get(words.pop(0))
                assert isinstance(command, click.Command), f"{document.name}: {call}"
                options = {each for part in command.params for each in part.opts} | {"--help"}
                for word in words:
                    if word.startswith("--"):
                        assert word.partition("=")[0] in options, f"{document.name}: {call}"
                found.add(name)
    assert found >= {"doctor", "install", "run", "harvest", "recover", "status"}


def test_every_make_target_in_the_documents_exists() -> None:
    for document in DOCUMENTS:
        for line in code_of(document):
            for target in re.findall(r"\bmake ([a-z][a-z-]*)", line):
                assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), (document.name, target)


def test_every_address_of_the_web_tool_in_the_documents_exists(tmp_path: Path) -> None:
    settings = load(
        {
            "CXC_DATABASE": f"sqlite:///{tmp_path}/x.db",
            "CXC_OAUTH_CONSUMER_KEY": "key",
            "CXC_OAUTH_CONSUMER_SECRET": "secret",
            "CXC_OAUTH_WIKI": "http://127.0.0.1/w/index.php",
            "CXC_SECRET": "s" * 32,
        }
    )
    addresses = create_app(settings).url_map.bind("127.0.0.1")
    found = set()
    # The guide to the template names subpages on the wiki, such as /doc, and no addresses of ours.
    for document in [each for each in DOCUMENTS if each.name != "profile.md"]:
        for code in code_of(document):
            if not code.startswith("/data/project/") and re.fullmatch(
                r"/[a-z][\w/.{}<>-]*", code.partition("?")[0]
            ):
                there = any(
                    addresses.test(code.partition("?")[0], method=m) for m in ("GET", "POST")
                )
                assert there or code == NO_ADDRESS, f"{document.name}: {code}"
                found.add(code)
    assert found >= {"/status", "/metrics", "/healthz", "/me"}


def test_the_next_migration_in_the_documents_is_the_next() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.findall(r"--rev-id (\d+)", text) == [f"{int(head()) + 1:04}"]


def test_the_table_of_packages_is_the_one_that_the_imports_make() -> None:
    assert PAGE.read_text("utf-8") == page_with_table(), "run `make docs`"
