"""Requests per profile on a real MediaWiki: a first harvest, a second one, one after ten edits.

The baseline, in the same run, is what reading page by page would ask: one request for each page.

    python -m bench.harvest [--profiles 1000]
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bot.cli.output import Silent
from bot.harvest import harvest_pages
from bot.wiki import RequestPolicy, Wiki, open_wiki
from exchange.store import Store
from tests.support.wiki.mediawiki import MediaWiki
from tests.support.wiki.ours import install_ours, settings

CAPACITIES = ("Wikidata", "photography", "grant writing", "Lua", "video editing", "fundraising")
LANGUAGES = ("en", "fr", "yo", "ar", "es", "de", "pt")


def page(number: int) -> str:
    """A user page with a profile; the same number gives the same page."""
    offer = CAPACITIES[number % len(CAPACITIES)]
    want = CAPACITIES[(number * 5 + 1) % len(CAPACITIES)]
    return (
        "Hello! I edit at night.\n"
        f"{{{{Capacity Exchange profile\n|offers=\n* {offer} (mentoring)\n|wants=\n* {want}\n"
        f"|languages={LANGUAGES[number % len(LANGUAGES)]}-N, en-3\n|seats=2\n}}}}\n"
        + "== Notes ==\n"
        + "Something about the articles that I wrote last year. " * 40
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--quick", action="store_true", help="60 profiles")
    options = parser.parse_args()
    count = 60 if options.quick else options.profiles
    with MediaWiki() as wiki, TemporaryDirectory() as folder:
        wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
        install_ours(wiki)
        owners = [f"Person {number}" for number in range(count)]
        wiki.accounts_at_once(owners)
        wiki.fill({f"User:{name}": (page(n), name) for n, name in enumerate(owners)})
        chosen = settings(wiki, CXC_DATABASE=f"sqlite:///{Path(folder) / 'bench.db'}")
        store = Store.open(chosen.database_url)
        table = Table(title=f"Requests for {count} profiles, MediaWiki on this machine")
        for name in ("harvest", "profiles", "read", "requests", "per profile", "page by page", "s"):
            table.add_column(name, justify="left" if name == "harvest" else "right")
        for name in ("first", "second, nothing changed", "third, ten pages edited"):
            if name.startswith("third"):
                for number in range(10):
                    title = f"User:Person {number}"
                    wiki.edit(f"Person {number}", title, page(number + 1))
            account = wiki.accounts["Exchange Bot"]
            bot: Wiki = open_wiki(
                address=wiki.api,
                now=lambda: datetime.now(UTC),
                user=account.login,
                password=account.secret,
                policy=RequestPolicy(pause=0),
            )
            began = time.monotonic()
            counts = harvest_pages(
                settings=chosen, store=store, wiki=bot, now=datetime.now(UTC), progress=Silent()
            )
            seconds = time.monotonic() - began
            table.add_row(
                name,
                str(counts.profiles),
                str(counts.read),
                str(bot.requests),
                f"{bot.requests / max(counts.profiles, 1):.4f}",
                f"{count / bot.requests:.0f} × as many",
                f"{seconds:.1f}",
            )
        store.close()
        Console().print(table)


if __name__ == "__main__":
    main()
