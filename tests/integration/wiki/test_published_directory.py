"""The published directory, read from a real MediaWiki by the command itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli.commands import print_update
from exchange.directory import check, load
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.directory.published import folder, table

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]


def test_the_command_writes_what_the_wiki_publishes(
    mediawiki: MediaWiki, fresh, tmp_path: Path, capsys, monkeypatch
) -> None:
    monkeypatch.setenv("CXC_DATABASE", "sqlite://")
    folder(tmp_path)
    page = fresh("Data:CapacityExchange/capacities.tab")
    mediawiki.edit("Admin", page, table())
    options = {"address": mediawiki.api, "page": page, "as_json": True, "folder": tmp_path}
    before = load(tmp_path).digest
    assert print_update(**options, dry_run=True) == 0
    promised = json.loads(capsys.readouterr().out)
    assert load(tmp_path).digest == before
    assert print_update(**options, dry_run=False) == 0
    assert json.loads(capsys.readouterr().out) == promised
    assert promised["files"] == [
        "capacities.json",
        "descriptions/en.json",
        "names/de.json",
        "names/fr.json",
    ]
    assert check(tmp_path) == ()
    assert load(tmp_path).capacities["tea"].names["fr"] == "thé"
    assert print_update(**options, dry_run=False) == 0
    assert json.loads(capsys.readouterr().out)["added"] == []


def test_a_page_that_there_is_not_is_told(
    mediawiki: MediaWiki, tmp_path: Path, capsys, monkeypatch
) -> None:
    monkeypatch.setenv("CXC_DATABASE", "sqlite://")
    folder(tmp_path)
    options = {"address": mediawiki.api, "page": "Data:None.tab", "folder": tmp_path}
    assert print_update(**options, as_json=False, dry_run=False) == 1
    assert "there is no such page" in capsys.readouterr().err
