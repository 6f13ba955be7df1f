"""What our pages cost a MediaWiki to show: time, Lua's time and memory, from the parser's report.

``python -m bench.render [--rounds 9] [--release 1.43]`` brings up a real MediaWiki with our pages and the
reports of a small movement, and parses a profile, a request, the portal and the page of a region. Each is
compared with its baseline in the same run: the words that it shows, as plain text. Bars: under 10 MB of
Lua and no expensive call for a profile (a test holds this).
"""

from __future__ import annotations

import argparse
import html
import re
import statistics
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from bot.publish import publish_reports
from exchange.i18n.escape import escape_wikitext
from exchange.store import Store
from tests.integration.wiki.test_install import FULL
from tests.support.wiki.mediawiki import MediaWiki
from tests.support.wiki.ours import install_ours, live, settings
from tests.support.wiki.releases import NEWEST, SUITES
from tests.unit.publish.world import NOW, filled

BOT = "Exchange Bot"
REGION = "Capacity Exchange/Reports/places/SSA"
CPU, LUA, MEMORY = "cputime", "scribunto-timeusage", "scribunto-virtmemusage"
LANGUAGES = ("en", "ar")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--release", choices=SUITES, default=NEWEST)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        MediaWiki(folder=Path(folder) / "wiki", release=options.release) as wiki,
    ):
        pages = prepared(wiki, Path(folder))
        print(
            f"MediaWiki {options.release}, medians of {options.rounds}; times in ms, Lua's memory in MB"
        )
        print(
            f"{'page':<18}{'CPU':>8}{'plain':>8}{'ratio':>7}{'Lua':>7}{'memory':>8}{'expensive':>11}"
        )
        for name, text in pages.items():
            for language in LANGUAGES:
                print(line(wiki, f"{name}, {language}", text, language, options.rounds), flush=True)


def prepared(wiki: MediaWiki, folder: Path) -> dict[str, str]:
    """Put everything on the wiki; return the texts to parse by name."""
    wiki.account(BOT, groups=("bot",), bot_password=True)
    install_ours(wiki)
    with closing(Store.open(f"sqlite:///{folder}/exchange.db")) as store:
        publish_reports(settings=settings(wiki), store=filled(store), wiki=live(wiki), now=NOW)
    profile, request = FULL.split("{{Capacity Exchange request", 1)
    return {
        "profile": profile,
        "request": "{{Capacity Exchange request" + request,
        "portal": wiki.page("Capacity Exchange") or "",
        "region": wiki.page(REGION) or "",
    }


def line(wiki: MediaWiki, name: str, text: str, language: str, rounds: int) -> str:
    """Parse a text and its words alone, in turn; return the figures as a line."""
    shown = words(wiki.parse(text, title="User:Ada/Bench", language=language))
    ours, plain = [], []
    for _ in range(rounds):
        ours.append(report(wiki, text, language))
        plain.append(report(wiki, shown, language))
    cpu, base = (1000 * statistics.median(each[CPU] for each in one) for one in (ours, plain))
    lua = 1000 * statistics.median(each.get(LUA, 0) for each in ours)
    memory = max(each.get(MEMORY, 0) for each in ours) / 2**20
    expensive = max(each["expensivefunctioncount"] for each in ours)
    return (
        f"{name:<18}{cpu:>8.0f}{base:>8.0f}{cpu / max(base, 1):>7.1f}{lua:>7.0f}{memory:>8.1f}"
        f"{expensive:>11.0f}"
    )


def words(markup: str) -> str:
    """Return what a reader reads, as wikitext without any markup, a paragraph a line."""
    text = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"</(?:p|div|li|tr|h\d)>", "\n\n", markup)))
    return escape_wikitext(re.sub(r"[ \t]+", " ", text)).strip()


def report(wiki: MediaWiki, text: str, language: str) -> Mapping[str, float]:
    """Return the figures of the parser's report on a text by their short names."""
    return {
        re.sub(r"^(scribunto-)?limitreport-", r"\1", name): float(value)
        for name, value in wiki.parser_report(text, language=language).items()
        if re.fullmatch(r"[\d.]+", str(value))
    }


if __name__ == "__main__":
    main()
