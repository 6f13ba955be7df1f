"""Coordinators are whom a protected page on a real wiki names; an open page names nobody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.harvest.coordinators import find_coordinators, read_coordinator_page
from bot.harvest.harvest import harvest_pages
from exchange.profiles.names import TemplateNames
from exchange.store import Store
from tests.support.wiki.ours import live, settings

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

TITLE = "Capacity Exchange/Coordinators.json"


@pytest.fixture(scope="module")
def wiki(mediawikis):
    made = mediawikis()
    made.account("Exchange Bot", groups=("bot",), bot_password=True)
    made.account("Sample Cleo")
    return made


def look(wiki):
    port = live(wiki)
    page = port.pages(titles=[TITLE])[TITLE]
    names = {user.id: name for name, user in port.users(names=["Sample Cleo", "Admin"]).items()}
    found = find_coordinators(page, wiki=port, names=TemplateNames())
    return None if found is None else {names[id] for id in found.accounts}, page


def test_only_a_protected_list_of_accounts_that_exist_counts(wiki):
    assert look(wiki)[0] == set()
    wiki.edit("Admin", TITLE, '["sample Cleo", "Nobody of this name", "[[User:Sample Cleo|her]]",]')
    assert look(wiki)[0] == set(), "anybody could put their name there"
    for level, counts in (("autoconfirmed", False), ("sysop", True)):
        wiki.call("Admin", action="protect", title=TITLE, protections=f"edit={level}")
        found, page = look(wiki)
        assert found == ({"Sample Cleo"} if counts else set())
        assert bool(read_coordinator_page(page).problem) is not counts


@pytest.mark.parametrize("text", ['{"Ada": 1}', '["Ada", 5]', "Ada, Ben", '["Ada"'])
def test_a_page_that_is_no_list_of_names_names_nobody_new_and_says_why(wiki, text):
    wiki.edit("Admin", TITLE, text)
    wiki.call("Admin", action="protect", title=TITLE, protections="edit=sysop")
    found, page = look(wiki)
    assert found is None
    assert TITLE in read_coordinator_page(page).problem


def test_names_that_no_account_has_are_told_and_the_others_count(wiki, tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")

    def harvested(text):
        wiki.edit("Admin", TITLE, text)
        wiki.call("Admin", action="protect", title=TITLE, protections="edit=sysop")
        harvest_pages(settings=settings(wiki), store=store, wiki=live(wiki), now=datetime.now(UTC))
        return len(store.coordinators.all()), store.coordinators.unknown()

    assert harvested('["Sample Cleo", "[[User:Sample Clea]]", "Nobody"]') == (
        1,
        ("[[User:Sample Clea]]", "Nobody"),
    )
    assert harvested('["Sample Cleo", "Nobody"') == (1, ("[[User:Sample Clea]]", "Nobody"))
    assert harvested('["Sample Cleo"]') == (1, ())
    store.close()


def test_the_last_good_ones_stay_until_the_page_can_be_read_or_is_open(wiki, tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")

    def harvested(text, level="sysop"):
        wiki.edit("Admin", TITLE, text)
        wiki.call("Admin", action="protect", title=TITLE, protections=f"edit={level}")
        harvest_pages(settings=settings(wiki), store=store, wiki=live(wiki), now=datetime.now(UTC))
        return len(store.coordinators.all())

    assert harvested('["Sample Cleo"]') == 1
    assert harvested('["Sample Cleo"') == 1, "a slip of the pen takes nobody's work away"
    assert harvested('["Sample Cleo", "Admin"]') == 2
    assert harvested("Cleo", level="all") == 0, "what anybody can edit names nobody"
    assert harvested("[]") == 0
    store.close()
