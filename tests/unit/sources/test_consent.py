"""No source ever makes a profile, a match, a message, a page or a file: the whole job, over anything said."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.cli.output import Silent
from bot.harvest import harvest_pages
from bot.install import install_pages
from bot.match import match_profiles
from bot.notify import notify_people
from bot.publish import publish_reports
from bot.wiki import ArchiveWiki
from exchange.directory import load as load_directory
from exchange.privacy import SMALLEST_CELL
from exchange.settings import load
from exchange.store import Store
from tests.support.elsewhere import (
    AFFILIATES,
    CAPACITIES,
    MENTORS,
    PEOPLE,
    affiliates_module,
    capacities_page,
    mentors_page,
    people_page,
)
from tests.support.examples import examples
from webtool import create_app

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SAMPLE = Path(__file__).parents[3] / "config/sample/movement.xml.gz"
NAME = "Quiet Person"
TAKING_PART = {
    "Ada": "{{Capacity Exchange profile|wants=Lua; budgeting|languages=en}}",
    "Bo": "{{Capacity Exchange profile|offers=budgeting|languages=en}}",
}
SHOWN = (
    "/", "/search", "/search.csv", "/search?q=Quiet", "/search.csv?q=Quiet", "/api/v1/profiles",
    "/reports", "/reports/latent", "/reports/latent.json", "/reports/latent.latent.csv",
    "/capacities/lua", "/feeds/offers.atom", "/datapackage.json", "/requests", "/status",
)  # fmt: skip

WORDS = some.sampled_from(["[134]", "[134, 12]", "[69]", "[900]", "[]", "nothing"])
MENTOR = some.fixed_dictionaries(
    {"message": some.sampled_from([None, "Ask me"]), "weight": some.sampled_from([0, 1, 2, 4])}
)
CATEGORY = some.sampled_from(
    ["", "[[Category:User lua-3]]", "[[Category:User en-N]]{{#babel:en|yo-2}}", "{{User lua-3}}"]
)


def export(pages: dict[str, str], folder: Path) -> Path:
    """Write a wiki whose user pages are by their owners."""
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as sample:
        site = sample.read().partition("</siteinfo>")[0]
    written = (
        f"<page><title>{escape(title)}</title><ns>{2 if title.startswith('User:') else 0}</ns>"
        f"<id>{id}</id><revision><id>{id}</id><timestamp>2026-11-20T06:00:00Z</timestamp>"
        f"<contributor><username>{title.removeprefix('User:')}</username><id>{id}</id>"
        "</contributor><model>wikitext</model><format>text/x-wiki</format>"
        f"<text>{escape(text)}</text></revision></page>"
        for id, (title, text) in enumerate(pages.items(), 1)
    )
    file = folder / "wiki.xml"
    file.write_text(f"{site}</siteinfo>{''.join(written)}</mediawiki>", encoding="utf-8")
    return file


@settings(max_examples=examples(6))
@given(
    said=some.lists(some.tuples(WORDS, MENTOR, CATEGORY), min_size=1, max_size=8),
    is_contact=some.booleans(),
)
def test_no_source_makes_a_message_or_a_listed_profile(
    said: list[tuple[str, dict[str, object], str]], is_contact: bool
) -> None:
    names = [f"{NAME} {at}" for at in range(len(said))]
    pages = {f"User:{name}": text for name, text in TAKING_PART.items()}
    pages |= {f"User:{n}": f"Hello {c}" for n, (_, _, c) in zip(names, said, strict=True)}
    pages |= {
        CAPACITIES: capacities_page(),
        PEOPLE: people_page({n: words for n, (words, _, _) in zip(names, said, strict=True)}),
        MENTORS: mentors_page(
            *({"username": n} | mentor for n, (_, mentor, _) in zip(names, said, strict=True))
        ),
        AFFILIATES: affiliates_module(names[0] if is_contact else "Nobody"),
    }
    with TemporaryDirectory() as made:
        folder = Path(made)
        file = export(pages, folder)
        found = load({"CXC_WIKI": f"archive:{file}", "CXC_NOW": NOW.isoformat()})
        wiki = ArchiveWiki(path=file, out=folder / "out", user="Exchange Bot", now=lambda: NOW)
        store = Store.open(f"sqlite:///{folder}/exchange.db")
        install_pages(settings=found, wiki=wiki, progress=Silent())
        harvest_pages(settings=found, store=store, wiki=wiki, now=NOW)
        match_profiles(store=store, now=NOW, directory=load_directory())
        told = notify_people(settings=found, store=store, wiki=wiki, now=NOW)
        publish_reports(settings=found, store=store, wiki=wiki, now=NOW, platform=wiki)

        assert {one.name for one in store.profiles.all()} == {*TAKING_PART}
        assert told.sent == 1  # Ada hears of Bo, and nobody else of anything.
        written = [one for one in (folder / "out").rglob("*") if one.is_file()]
        assert [one.name for one in written if NAME.encode() in one.read_bytes()] == []
        shares = sum("134" in words for words, _, _ in said)
        client = create_app(found, store, now=lambda: NOW).test_client()
        for address in SHOWN:
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert f"{NAME} " not in answer.text, address
        rows = client.get("/reports/latent.json").json
        assert (f": {shares}" in str(rows) and "lua" in str(rows)) == (shares >= SMALLEST_CELL)
        store.close()
        kept = b"".join(one.read_bytes() for one in folder.glob("exchange.db*"))
        assert NAME.encode() not in kept
