"""Our pages on a test wiki, as `python -m bot install` puts them there."""

from __future__ import annotations

from bot.cli.output import Silent
from bot.install import InstallResult, install_pages, on_wiki_pages
from bot.wiki import LiveWiki, RequestPolicy
from exchange.i18n.messages import available_languages
from exchange.settings import Settings, load
from tests.support.wiki.mediawiki import MediaWiki


def live(wiki: MediaWiki, user: str = "Exchange Bot") -> LiveWiki:
    """A way to the wiki for a bot that need not wait."""
    account = wiki.accounts[user]
    return LiveWiki(
        api=wiki.api,
        user=account.login,
        password=account.secret,
        policy=RequestPolicy(pause=0, tries=2, wait=0.1),
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


def put_module_data(wiki: MediaWiki) -> None:
    """Write the JSON pages of our module at once."""
    pages = on_wiki_pages(names=load({}).names, bot="")
    data = {p.title: p.text for p in pages if p.model == "json" and not p.keep}
    wiki.fill(data, user="Exchange Bot", refresh=False)


def install_ours(wiki: MediaWiki, user: str = "Exchange Bot") -> InstallResult:
    """Install our pages, on a wiki that says the reader's language as Meta and Commons do."""
    wiki.edit("Admin", "MediaWiki:Lang", wiki.language)
    for code in available_languages("onwiki"):
        wiki.edit("Admin", f"MediaWiki:Lang/{code}", code)
    # The module's JSON: a hundred pages that take the API a minute, and an import a few seconds.
    put_module_data(wiki)
    counts = install_pages(settings=settings(wiki, user), wiki=live(wiki, user), progress=Silent())
    wiki.jobs()
    return counts
