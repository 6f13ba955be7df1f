"""Our pages on a test wiki, as `python -m bot install` puts them there."""

from __future__ import annotations

from bot.install import Installed, install
from bot.progress import Silent
from bot.wiki import Live, Manners
from exchange.settings import Settings, load
from exchange.wording.messages import available
from tests.wiki.mediawiki import MediaWiki


def live(wiki: MediaWiki, user: str = "Exchange Bot") -> Live:
    """A way to the wiki for a bot that need not wait."""
    account = wiki.accounts[user]
    return Live(
        api=wiki.api,
        user=account.login,
        password=account.secret,
        manners=Manners(pause=0, tries=2, wait=0.1),
    )


def settings(wiki: MediaWiki, user: str = "Exchange Bot", **more: str) -> Settings:
    """The settings that a bot on this wiki would have."""
    account = wiki.accounts[user]
    return load(
        {
            "CXC_WIKI": wiki.api,
            "CXC_BOT_USER": account.login,
            "CXC_BOT_PASSWORD": account.secret,
            **more,
        }
    )


def install_ours(wiki: MediaWiki, user: str = "Exchange Bot") -> Installed:
    """Install our pages, on a wiki that says the reader's language as Meta and Commons do."""
    wiki.edit("Admin", "MediaWiki:Lang", wiki.language)
    for code in available("onwiki"):
        wiki.edit("Admin", f"MediaWiki:Lang/{code}", code)
    counts = install(settings=settings(wiki, user), wiki=live(wiki, user), progress=Silent())
    wiki.jobs()
    return counts
