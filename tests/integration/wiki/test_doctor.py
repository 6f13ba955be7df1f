"""The doctor on a real wiki: what stands in the way of a run, each with its fix."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from bot.cli.output import Silent
from bot.doctor import BAD, GOOD, WARNING, Finding
from bot.install import install_pages
from bot.wiki import Edit
from exchange.errors import WikiError
from exchange.notices.section import format_summary_tag
from exchange.store import Store
from exchange.store.erasure import erase_person
from exchange.store.erasure_marks import ErasureMarks
from tests.support.wiki import mediawiki
from tests.support.wiki.ours import install_ours, live, settings

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]


@pytest.fixture(scope="module")
def wiki(mediawikis):
    made = mediawikis()
    made.account("Exchange Bot", groups=("bot",), bot_password=True)
    install_ours(made)
    return made


@pytest.fixture
def found(wiki, tmp_path):
    """What the doctor finds now, by subject."""
    environment = {
        "CXC_WIKI": wiki.api,
        "CXC_BOT_USER": wiki.accounts["Exchange Bot"].login,
        "CXC_BOT_PASSWORD": wiki.accounts["Exchange Bot"].secret,
        "CXC_DATABASE": f"sqlite:///{tmp_path}/exchange.db",
    }

    def look(**more):
        # A process of its own, as an operator has: sessions of other tests would log it in.
        done = subprocess.run(
            [sys.executable, "-m", "bot", "doctor", "--json"],
            env={**os.environ, **environment, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        findings = [Finding(**each) for each in json.loads(done.stdout)["findings"]]
        assert done.returncode == int(any(each.verdict == BAD for each in findings))
        return {each.subject: each for each in findings}

    return look


def test_nothing_stands_in_the_way_once_everything_is_installed(found):
    assert [each for each in found().values() if each.verdict == BAD] == []


def test_a_wiki_without_lua_is_told_and_nothing_is_installed_there(mediawikis, found, monkeypatch):
    assert found()["scribunto"].verdict == GOOD
    without = tuple(name for name in mediawiki.EXTENSIONS if name != "Scribunto")
    monkeypatch.setattr(mediawiki, "EXTENSIONS", without)
    bare = mediawikis()
    bare.account("Exchange Bot", groups=("bot",), bot_password=True)
    account = bare.accounts["Exchange Bot"]
    told = found(CXC_WIKI=bare.api, CXC_BOT_USER=account.login, CXC_BOT_PASSWORD=account.secret)[
        "scribunto"
    ]
    assert told.verdict == BAD
    assert "Extension:Scribunto" in told.fix
    with pytest.raises(WikiError, match="Scribunto"):
        install_pages(settings=settings(bare), wiki=live(bare), progress=Silent())
    assert bare.page("Template:Capacity Exchange profile") is None


def test_an_account_without_the_grants_to_edit(wiki, found):
    secret = secrets.token_hex(16)
    wiki.maintenance(
        "createBotPassword", "--appid", "reader", "--grants", "basic", "Exchange Bot", secret
    )
    told = found(CXC_BOT_USER="Exchange Bot@reader", CXC_BOT_PASSWORD=secret)["account"]
    assert told.verdict == BAD
    assert "edit, createpage, createtalk" in told.text
    assert "Edit existing pages" in told.fix
    assert "Create, edit, and move pages" in told.fix


def test_a_wrong_password_is_the_accounts_fault_and_not_the_wikis(found):
    told = found(CXC_BOT_PASSWORD="wrong")
    assert told["account"].verdict == BAD
    assert "CXC_BOT_PASSWORD" in told["account"].fix
    assert "wiki" not in told


def test_a_message_on_the_talk_page_pauses_the_bot(wiki, found):
    wiki.edit("Admin", "User talk:Exchange Bot", "Please stop and talk to us.")
    wiki.jobs()
    told = found()["talk page"]
    assert told.verdict == BAD
    assert "User talk:Exchange Bot" in told.fix


def test_a_directory_page_that_contradicts_itself(wiki, found):
    same = {"names": {"en": "kite flying"}}
    title = "Capacity Exchange/Directory.json"
    before = wiki.page(title)
    wiki.edit("Admin", title, json.dumps({"capacities": {"one": same, "two": same}}))
    try:
        told = found()["directory page"]
    finally:
        wiki.edit("Admin", title, before or "{}")
    assert told.verdict == WARNING
    assert title in told.fix
    assert "directory page" not in found()


def test_a_lost_database_is_told_before_people_are_told_twice(wiki, found):
    assert "notices" not in found()
    live(wiki).save(
        edit=Edit(
            title="User talk:Ada",
            text=f"== Hello == {datetime.now(UTC)}",
            summary=f"Suggestions {format_summary_tag('0123456789abcdef')}",
        )
    )
    told = found()["notices"]
    assert told.verdict == BAD
    assert "bot recover" in told.fix


def test_coordinators_are_named_on_a_page_that_not_everybody_can_edit(wiki, found):
    title = "Capacity Exchange/Coordinators.json"
    before = wiki.page(title)

    def told(text: str, level: str = "") -> Finding:
        wiki.edit("Admin", title, text)
        wiki.call("Admin", action="protect", title=title, protections=f"edit={level or 'all'}")
        return found()["coordinators"]

    try:
        for level in ("", "autoconfirmed"):
            open_ = told('["Admin"]', level)
            assert open_.verdict == WARNING, level
            assert f"{title} is not protected" in open_.text
            assert title in open_.fix
        assert told('["Admin"]', "sysop").verdict == GOOD
        slip = told('["Admin", "Adnim"]', "sysop")
        assert slip.verdict == WARNING
        assert slip.text == f"1 are named on {title}; no account is called Adnim"
        assert title in slip.fix
        for text, said in (("{}", "list of user names"), ("[5]", "entry 1"), ("[]", "nobody")):
            wrong = told(text, "sysop")
            assert wrong.verdict == WARNING, text
            assert said in wrong.text
    finally:
        told(before or "[]", "all")


def test_it_says_which_countries_are_protected_and_where_none_is(found, tmp_path):
    told = found()["privacy"]
    assert told.verdict == GOOD
    assert "37 countries are never shown, list of 2024-05-18" in told.text
    own = tmp_path / "own.toml"
    for countries, verdict, said in (
        ("[]", WARNING, "people can be found by every country"),
        ('["XX"]', BAD, "there is no such country: XX"),
    ):
        own.write_text(f"[privacy]\nprotected_countries = {countries}\n", encoding="utf-8")
        told = found(CXC_CONFIG=str(own))["privacy"]
        assert (told.verdict, told.text) == (verdict, said)
        assert "protected_countries" in told.fix


def test_a_backup_is_to_be_of_today(found, tmp_path):
    assert found()["backups"].verdict == WARNING
    assert "CXC_BACKUPS" in found()["backups"].fix
    folder = tmp_path / "backups"
    assert "cannot be read" in found(CXC_BACKUPS=str(folder))["backups"].text
    folder.mkdir()
    assert "there is none" in found(CXC_BACKUPS=str(folder))["backups"].text
    copy = folder / "exchange-2026-11-23.sql.gz"
    copy.write_bytes(b"")
    assert found(CXC_BACKUPS=str(folder))["backups"].verdict == GOOD
    for hours, verdict in ((25, GOOD), (27, WARNING)):
        moment = datetime.now(UTC).timestamp() - hours * 3600
        os.utime(copy, (moment, moment))
        told = found(CXC_BACKUPS=str(folder))["backups"]
        assert told.verdict == verdict
    assert "27 hours old" in told.text
    assert "every day" in told.fix


def test_a_file_is_to_remember_who_was_forgotten(wiki, found, tmp_path):
    assert "CXC_ERASURE_LOG" in found()["erasure log"].fix
    path = tmp_path / "erasures"
    keys = {"CXC_ERASURE_KEYS": "k" * 32, "CXC_ERASURE_LOG": str(path)}
    assert found(**keys)["erasure log"].verdict == GOOD
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    marks = ErasureMarks(store.database, secrets=[b"k" * 32], log=path)
    erase_person(store, 5, marks=marks, at=datetime.now(UTC))
    store.close()
    assert "1 forgotten" in found(**keys)["erasure log"].text
    path.rename(tmp_path / "away")
    told = found(**keys)["erasure log"]
    assert told.verdict == WARNING
    assert "is missing" in told.text
    path.write_text("no mark at all\nnor this\n")
    told = found(**keys)["erasure log"]
    assert told.verdict == BAD
    assert "line 1" in told.text
