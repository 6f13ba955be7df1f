"""``make wiki``: a real local MediaWiki with our pages and the sample movement, until Ctrl-C."""

from __future__ import annotations

import argparse
import gzip
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from exchange.store import Store
from tests.support.wiki.mediawiki import LIKE_META, PASSWORD, Account, MediaWiki
from tests.support.wiki.ours import install_ours
from tests.support.wiki.releases import NEWEST, SUITES

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "config/sample/movement.xml.gz"
SAMPLE_NOW = "2026-11-23T08:00:00Z"
"""When the sample movement lives."""
COORDINATOR = "Sample Coordinator"
BOT = "Exchange Bot"


@dataclass(frozen=True)
class BotRun:
    """The bot of a wiki: ``variables`` are what it is told, ``database`` where it keeps things."""

    variables: dict[str, str]
    database: str

    @classmethod
    def prepare(cls, wiki: MediaWiki, account: Account) -> BotRun:
        """Return a bot that writes as fast as the wiki takes it; nobody else uses this one."""
        config = wiki.folder / "settings.toml"
        config.write_text("[bot]\nedits_per_minute = 600\n")
        database = f"sqlite:///{wiki.folder}/exchange.db"
        variables = {
            "CXC_WIKI": wiki.api,
            "CXC_BOT_USER": account.login,
            "CXC_BOT_PASSWORD": account.secret,
            "CXC_DATABASE": database,
            "CXC_CONFIG": str(config),
            "CXC_NOW": SAMPLE_NOW,
        }
        return cls(variables, database)

    def start(self, *command: str) -> None:
        """Run one command of the bot, seen by whoever looks on."""
        self._run("bot", *command)

    def seed_weeks(self) -> None:
        """Keep the figures of some weeks of the past, so that there are trends to see."""
        self._run("config.sample.weeks")

    def _run(self, module: str, *command: str) -> None:
        print(f"\n$ python -m {' '.join((module, *command))}", flush=True)
        subprocess.run(
            [sys.executable, "-m", module, *command],
            cwd=ROOT,
            env={**os.environ, **self.variables},
            check=False,
        )

    def told_pair(self) -> tuple[str, str] | None:
        """Return the names of two people: a seeker who was told of a helper, and the helper."""
        store = Store.open(self.database)
        try:
            for each in store.suggestions.open():
                seeker = store.profiles.get(each.match.seeker)
                helper = store.profiles.get(each.match.helper)
                if seeker and helper and not (seeker.is_group or helper.is_group):
                    return seeker.name, helper.name
            return None
        finally:
            store.close()


def main() -> None:
    """Bring the wiki up, say how to get in, and stay."""
    parser = argparse.ArgumentParser(prog="make wiki", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="where to listen (8080)")
    parser.add_argument(
        "--bare", action="store_true", help="neither our pages nor the sample movement"
    )
    parser.add_argument(
        "--release", choices=SUITES, default=NEWEST, help=f"MediaWiki's release ({NEWEST})"
    )
    options = parser.parse_args()
    # SIGINT too: what a shell starts in the background begins by ignoring it.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, signal.default_int_handler)
    wiki = MediaWiki(
        port=options.port,
        release=options.release,
        extensions=LIKE_META if options.release == NEWEST else (),
        settings="$wgJobRunRate = 1;",
    )
    try:
        with wiki:
            bot = BotRun.prepare(wiki, wiki.account(BOT, groups=("bot",), bot_password=True))
            told = "Admin  an administrator" if options.bare else _fill(wiki, bot)
            print(_how_to_get_in(wiki, bot, told, bare=options.bare), flush=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        print("gone")


def _fill(wiki: MediaWiki, bot: BotRun) -> str:
    """Put the sample movement on the wiki and let the bot do its work; say who is who."""
    names = sorted(
        {
            unescape(name)
            for name in re.findall(r"<username>([^<]+)</username>", _text_of(SAMPLE))
            if unescape(name) not in wiki.accounts
        }
    )
    print(f"making {len(names)} accounts ...", flush=True)
    wiki.accounts_at_once(names)
    wiki.edit(BOT, f"User talk:{BOT}", "Whoever writes here makes the bot pause.")
    # First, so that the pages that use them are rendered once.
    print("installing our pages ...", flush=True)
    install_ours(wiki, BOT)
    print("importing the sample movement (a minute or two) ...", flush=True)
    wiki.import_dump(SAMPLE)
    bot.start("harvest")
    bot.seed_weeks()
    bot.start("run")
    print("\nlinks and categories ...", flush=True)
    wiki.jobs()
    seeker, helper = bot.told_pair() or ("", "")
    people = {
        "Admin": "an administrator",
        seeker: f"a seeker, who got a message: {wiki.url(f'User talk:{seeker}')}",
        helper: "a helper whom it names",
        COORDINATOR: f"a coordinator: {wiki.url('Capacity Exchange/Reports')}",
    }
    width = max(map(len, people))
    return f"\n{' ' * 13}".join(f"{name:<{width}}  {is_}" for name, is_ in people.items())


def _text_of(path: Path) -> str:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.read()


def _how_to_get_in(wiki: MediaWiki, bot: BotRun, told: str, *, bare: bool) -> str:
    exports = "\n".join(
        f"             export {name}='{value}'" for name, value in bot.variables.items()
    )
    portal = "Main Page" if bare else "Capacity Exchange"
    command = "install" if bare else "run"
    return f"""
A MediaWiki of your own{"" if bare else ", with made-up people"}:  {wiki.url(portal)}

  accounts   {told}
  password   {PASSWORD}

  the bot
{exports}
             .venv/bin/python -m bot {command}

Ctrl-C ends it and leaves nothing behind."""


if __name__ == "__main__":
    main()
