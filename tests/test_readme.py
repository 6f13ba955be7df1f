"""What the README and the documents say is there, is there."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from exchange.directory import load as load_directory
from exchange.settings import ENVIRONMENT
from exchange.template import Names, read

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
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
    targets = set(re.findall(r"make ([a-z]+)", README))
    assert {"demo", "test", "check", "wiki"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def commands() -> list[str]:
    found: set[str] = set()
    for document in DOCUMENTS:
        found |= set(re.findall(r"python -m bot ([a-z]+)", document.read_text(encoding="utf-8")))
    return sorted(found)


def test_every_command_of_the_documents_has_help() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], capture_output=True, text=True, check=True
    ).stdout
    known = set(re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE))
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
    reading = read(
        blocks(README, "wikitext"),
        names=Names(),
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
