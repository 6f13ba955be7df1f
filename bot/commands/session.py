"""Session: everything that a command works with, opened once. The bot's composition root."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import toolforge

from bot.progress import Progress
from bot.wiki import Manners, Wiki, open_wiki
from exchange import __version__
from exchange.errors import SettingsError
from exchange.settings import Settings, load
from exchange.store import Store


@dataclass
class Session:
    """The settings, and the store and wiki that they name, opened when they are first used."""

    settings: Settings
    progress: Progress
    dry_run: bool = False

    @classmethod
    def of(
        cls,
        *,
        progress: Progress,
        dry_run: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Session:
        """Read the settings from the environment. Raises ``SettingsError``."""
        settings = load(os.environ if environment is None else environment)
        if settings.tool:
            # On Toolforge whatever else asks somebody over HTTP gives the tool's own name, too.
            toolforge.set_user_agent(settings.tool)
        return cls(settings, progress, dry_run)

    @property
    def clock(self) -> Callable[[], datetime]:
        """The time now in UTC, or always the one that the settings fix."""
        return self.settings.clock

    @cached_property
    def store(self) -> Store:
        """The database, with its newest tables."""
        return Store.open(self.settings.database_url)

    @cached_property
    def wiki(self) -> Wiki:
        """The wiki. Raises ``SettingsError`` where none is named."""
        settings = self.settings.wiki
        bot = self.settings.bot
        if not settings.address:
            raise SettingsError(
                ["CXC_WIKI: no wiki is named; use https://…/w/api.php, or archive:FILE.xml.gz"]
            )
        oauth = bot.oauth
        return open_wiki(
            address=settings.address,
            now=self.clock,
            out=settings.out,
            user=bot.user,
            password=bot.password.get_secret_value() if bot.password else "",
            oauth=(
                oauth.consumer_key,
                oauth.consumer_secret.get_secret_value(),
                oauth.access_token,
                oauth.access_secret.get_secret_value(),
            )
            if oauth
            else None,
            manners=Manners(
                pause=60 / bot.edits_per_minute,
                maxlag=settings.maxlag,
                tries=settings.tries,
                timeout=settings.timeout,
                agent=agent(self.settings),
            ),
        )

    @property
    def opened_wiki(self) -> Wiki | None:
        """The wiki if it was opened: for counting, which must not open it."""
        return self.__dict__.get("wiki")

    def close(self) -> None:
        """Close what was opened."""
        if "store" in self.__dict__:
            self.store.close()


def agent(settings: Settings) -> str:
    """The name under which we ask a wiki, with a way to reach whoever runs us.

    The Wikimedia User-Agent policy asks for both; on Toolforge the tool's own address is added.
    """
    contact = settings.wiki.contact
    if settings.tool:
        contact = f"{contact}; tools.{settings.tool}@toolforge.org"
    return f"CapacityExchange/{__version__} ({contact})"
