"""The live body's own matters: accounts, what the wiki refuses, and a wiki that is away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.wiki import Edit, LiveWiki, RequestPolicy
from exchange.errors import EditRefused, WikiUnavailable
from tests.support.wiki.ours import live

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

QUICK = RequestPolicy(pause=0, tries=2, wait=0.1)


@pytest.fixture(scope="module")
def wiki(mediawikis):
    made = mediawikis()
    made.account("Exchange Bot", groups=("bot",), bot_password=True)
    return made


def test_a_wrong_password_is_refused_and_nobody_is_asked_on_the_terminal(wiki):
    bot = LiveWiki(api=wiki.api, user="Exchange Bot@test", password="wrong", policy=QUICK)
    with pytest.raises(EditRefused):
        bot.own_account()


def test_a_wiki_can_be_read_without_an_account_in_small_batches(wiki):
    wiki.fill({f"User:N{number}": "text" for number in range(60)})
    reader = LiveWiki(api=wiki.api, policy=QUICK)
    assert not reader.own_account().exists
    reader.pages(titles=["User:N1"])  # pywikibot asks a few things once
    before = reader.requests
    assert len(reader.pages(titles=[f"User:N{number}" for number in range(60)])) == 60
    assert reader.requests - before == 2


def test_a_bot_with_high_limits_reads_five_hundred_pages_at_a_time(wiki):
    wiki.edit("Admin", "Template:Many", "x")
    wiki.fill({f"User:M{number}": "{{Many}}" for number in range(120)})
    bot = live(wiki)
    bot.site()
    bot.redirects_to(titles=["Template:Many"])
    before = bot.requests
    assert len(list(bot.pages_using(templates=["Template:Many"], namespaces=[2]))) == 120
    assert bot.requests - before == 1


@pytest.mark.parametrize(
    ("settings", "code"),
    [("$wgReadOnly = 'mending';", "readonly"), ("", "blocked")],
)
def test_what_the_wiki_refuses_comes_with_its_own_code(wiki, settings, code):
    bot = live(wiki)
    bot.own_account()
    if code == "blocked":
        wiki.call("Admin", action="block", user="Exchange Bot")
        assert bot.own_account().blocked == "sitewide"
    wiki.settings(settings, name="now")
    try:
        before = len(wiki.history("User talk:Ada"))
        with pytest.raises(EditRefused) as refused:
            bot.save(edit=Edit(title="User talk:Ada", text="x", summary="s"))
        assert refused.value.code == code
        assert len(wiki.history("User talk:Ada")) == before
    finally:
        wiki.settings("", name="now")
        if code == "blocked":
            wiki.call("Admin", action="unblock", user="Exchange Bot")
    assert bot.save(edit=Edit(title=f"User talk:{code}", text="x", summary="s")).revision


def test_a_page_that_was_deleted_says_so_and_is_not_made_again(wiki):
    wiki.edit("Ada", "User talk:Gone", "x")
    wiki.call("Admin", action="delete", title="User talk:Gone")
    bot = live(wiki)
    page = bot.pages(titles=["User talk:Gone"], deletions=True)["User talk:Gone"]
    assert page.deleted
    assert not page.exists
    with pytest.raises(EditRefused, match="pagedeleted"):
        bot.save(edit=Edit(title="User talk:Gone", text="y", summary="s", create=True))
    assert wiki.page("User talk:Gone") is None


def test_blocks_groups_and_protection_are_told(wiki):
    wiki.account("Bo", groups=("bot",))
    wiki.account("Blok")
    wiki.call("Admin", action="block", user="Blok")
    wiki.account("Part")
    wiki.edit("Admin", "Closed", "x")
    wiki.call(
        "Admin",
        action="block",
        user="Part",
        partial="1",
        pagerestrictions="Closed",
        allowusertalk="1",
    )
    wiki.call("Admin", action="protect", title="Closed", protections="edit=sysop")
    wiki.call("Admin", action="protect", title="Salted", protections="create=sysop")
    bot = live(wiki)
    users = bot.users(names=["Bo", "Blok", "Part"], locks=True)
    assert "bot" in users["Bo"].groups
    assert [users[name].blocked for name in ("Bo", "Blok", "Part")] == ["", "sitewide", "partial"]
    pages = bot.pages(titles=["Closed", "Salted"])
    assert pages["Closed"].protection == {"edit": "sysop"}
    assert pages["Salted"].protection == {"create": "sysop"}


def test_a_redirect_that_somebody_wrote_renames_nobody(wiki):
    wiki.account("Victim")
    wiki.edit("Ada", "User:Never was", "#REDIRECT [[User:Victim]]")
    assert not live(wiki).users(names=["Never was"])["Never was"].exists


def test_a_message_on_our_talk_page_is_noticed(wiki):
    bot = live(wiki)
    assert bot.has_new_messages() is False
    wiki.edit("Ada", "User talk:Exchange Bot", "Stop, please.")
    assert bot.has_new_messages() is True


def test_a_lost_session_is_logged_in_again_before_anything_is_written(wiki):
    bot = live(wiki)
    bot.own_account()
    wiki.maintenance("invalidateUserSessions", "--user", "Exchange Bot")
    saved = bot.save(edit=Edit(title="After", text="x", summary="s"))
    assert saved.revision
    assert wiki.history("After")[0]["user"] == "Exchange Bot"


def test_a_wiki_that_is_away_is_away_for_reads_and_writes(mediawikis):
    wiki = mediawikis()
    wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
    bot = live(wiki)
    bot.own_account()
    wiki.pause()
    with pytest.raises(WikiUnavailable):
        bot.own_account()
    with pytest.raises(WikiUnavailable):
        bot.save(edit=Edit(title="A", text="x", summary="s"))
    wiki.resume()
    assert bot.save(edit=Edit(title="A", text="x", summary="s")).revision


def test_pywikibot_needs_no_home_no_files_and_no_terminal(wiki, tmp_path):
    account = wiki.accounts["Exchange Bot"]
    script = (
        "import sys; from bot.wiki import LiveWiki, RequestPolicy;"
        "w = LiveWiki(api=sys.argv[1], user=sys.argv[2], password=sys.argv[3], policy=RequestPolicy(pause=0));"
        "print(w.own_account().name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, wiki.api, account.login, account.secret],
        cwd=tmp_path,
        env={"HOME": "/nonexistent", "PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("Exchange Bot\n", "", 0)
    assert list(tmp_path.iterdir()) == []
