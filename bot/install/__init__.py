"""Installing our templates and pages on a wiki."""

from bot.install.install import Installed, install
from bot.install.onwiki import OnWiki, on_wiki_pages

__all__ = ["Installed", "OnWiki", "install", "on_wiki_pages"]
