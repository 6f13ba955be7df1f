"""The archive body's own matters: exports of every kind, and a folder that can be trusted."""

from __future__ import annotations

import bz2
import gzip
import json
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.wiki import ArchiveWiki, Edit
from exchange.errors import EditRefused, WikiError
from exchange.titles import CANONICAL, Titles

EXPORT = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="fr">
<siteinfo><sitename>Essai</sitename><base>https://example.org/wiki/Accueil</base>
<generator>MediaWiki 1.44</generator><namespaces>
<namespace key="0" case="first-letter" /><namespace key="2" case="first-letter">Utilisateur</namespace>
<namespace key="10" case="first-letter">Modèle</namespace></namespaces></siteinfo>
<page><title>Utilisateur:Zoé</title><ns>2</ns><id>7</id><restrictions>edit=sysop:move=sysop</restrictions>
<revision><id>9</id><timestamp>2026-01-01T00:00:00Z</timestamp>
<contributor><username>Zoé</username><id>3</id></contributor><comment>un</comment>
<text>{{profil}}</text></revision>
<revision><id>12</id><parentid>9</parentid><timestamp>2026-02-01T00:00:00Z</timestamp>
<contributor><ip>192.0.2.1</ip></contributor><text>{{ modèle:profil\n|x=1}}</text></revision></page>
<page><title>Utilisateur:Caché</title><ns>2</ns><id>8</id><revision><id>13</id>
<timestamp>2026-02-02T00:00:00Z</timestamp><contributor deleted="deleted" />
<text deleted="deleted" /></revision></page>
<page><title>Sans numéro</title><ns>0</ns><revision><id>14</id><text>x</text></revision></page>
<page><title>Utilisateur:Vieux</title><ns>2</ns><id>10</id><redirect title="Utilisateur:Zoé" />
<revision><id>15</id><timestamp>2026-03-01T00:00:00Z</timestamp>
<contributor><username>Zoé</username><id>3</id></contributor>
<text>#REDIRECTION [[Utilisateur:Zoé]]</text></revision></page>
</mediawiki>"""
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.xml"
    path.write_text(EXPORT)
    return path


def open_(path: Path, out: Path | None = None) -> ArchiveWiki:
    ticks = iter(range(1000))
    return ArchiveWiki(
        path=path, out=out, user="Bot", now=lambda: NOW + timedelta(minutes=next(ticks))
    )


@pytest.mark.parametrize("pack", [lambda raw: raw, gzip.compress, bz2.compress])
def test_an_export_may_be_plain_or_packed_whatever_its_name(tmp_path, pack):
    path = tmp_path / "export"
    path.write_bytes(pack(EXPORT.encode()))
    assert open_(path).site().name == "Essai"


def test_a_wiki_in_another_language_keeps_its_names_and_understands_the_english_ones(export):
    wiki = open_(export)
    site = wiki.site()
    assert (site.language, site.server) == ("fr", "https://example.org")
    assert site.namespaces[2] == ("Utilisateur", "User")
    page = wiki.pages(titles=["user:zoé"])["user:zoé"]
    assert page.title == "Utilisateur:Zoé"
    assert page.protection == {"edit": "sysop"}
    assert page.revision.user == "192.0.2.1"
    found = list(wiki.pages_using(templates=["Template:Profil"], namespaces=[2]))
    assert [page.id for page in found] == [7]
    assert wiki.users(names=["Vieux"])["Vieux"].id == 3


def test_hidden_text_is_none_and_a_page_without_id_is_left_out(export):
    wiki = open_(export)
    assert wiki.pages(titles=["Utilisateur:Caché"])["Utilisateur:Caché"].text is None
    assert not wiki.pages(titles=["Sans numéro"])["Sans numéro"].exists


@pytest.mark.parametrize(
    "content",
    [b"", b"no xml", EXPORT.encode()[:900], gzip.compress(EXPORT.encode())[:400], b"<html/>"],
)
def test_a_broken_export_says_which_file_and_what_to_do(tmp_path, content):
    path = tmp_path / "broken.xml"
    path.write_bytes(content)
    with pytest.raises(WikiError, match=r"broken\.xml.*again"):
        open_(path)


def test_without_a_folder_nothing_can_be_written(export):
    with pytest.raises(EditRefused, match="CXC_WIKI_OUT"):
        open_(export).save(edit=Edit(title="A", text="x", summary="s"))


def test_the_same_edits_give_the_same_folder_byte_for_byte(export, tmp_path):
    def folder(name: str) -> dict[str, bytes]:
        out = tmp_path / name
        wiki = open_(export, out)
        wiki.save(edit=Edit(title="Rapport/Un", text="Un ~~~~", summary="1"))
        wiki.save(edit=Edit(title="User talk:Zoé", text="x", summary="2"))
        files = (path for path in out.rglob("*") if path.is_file())
        return {str(path.relative_to(out)): path.read_bytes() for path in files}

    first = folder("a")
    assert first == folder("b")
    assert sorted(first) == [
        "(Main)/Rapport/Un.wikitext",
        "User talk/Zoé.wikitext",
        "edits.jsonl",
    ]
    rows = [json.loads(line) for line in first["edits.jsonl"].splitlines()]
    assert [row["revid"] for row in rows] == [16, 17]
    assert rows[0]["pageid"] == 11
    assert rows[0]["timestamp"] == "2026-11-23T12:00:00Z"


def test_an_edit_that_was_cut_short_is_dropped_and_the_rest_stays(export, tmp_path):
    out = tmp_path / "out"
    wiki = open_(export, out)
    wiki.save(edit=Edit(title="A", text="one", summary="1"))
    log = out / "edits.jsonl"
    with log.open("a") as file:
        file.write('{"revid": 17, "title": "A", "te')
    (out / "(Main)/A.wikitext").write_text("half")
    again = open_(export, out)
    assert again.pages(titles=["A"])["A"].text == "one"
    assert (out / "(Main)/A.wikitext").read_text() == "one\n"
    assert again.save(edit=Edit(title="A", text="two", summary="2")).revision == 17
    assert len(log.read_text().splitlines()) == 2


def test_a_log_that_is_no_log_says_so(export, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/edits.jsonl").write_text("hello\n")
    with pytest.raises(WikiError, match=r"edits\.jsonl, line 1"):
        open_(export, tmp_path / "out")


def test_file_names_are_safe_and_do_not_run_into_each_other(tmp_path):
    titles = Titles(CANONICAL)
    named = [
        "User:Ada", "User talk:Ada", "User:Ada/..", "User:Ada/../x", "User:Ada/a:b", "User:Ada/a%3Ab",
        'User:Ada/"?*', "User:Ada/" + "ö" * 120, "User:Ada/" + "ö" * 119 + "o", ".hidden", "A//B", "A/B",
    ]  # fmt: skip
    paths = {titles.file_path(title) for title in named}
    assert len(paths) == len(named)
    for path in paths:
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert all(len(part.encode()) < 255 and not part.startswith(".") for part in path.parts)
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")


def test_a_large_export_is_streamed_in_bounded_memory(tmp_path):
    path = tmp_path / "large.xml.gz"
    text = "Some text about things. " * 400
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write('<mediawiki xml:lang="en"><siteinfo><sitename>L</sitename></siteinfo>')
        for number in range(1, 12_001):
            file.write(
                f"<page><title>User:P{number}</title><ns>2</ns><id>{number}</id><revision>"
                f"<id>{number}</id><timestamp>2026-01-01T00:00:00Z</timestamp>"
                f"<text>{text}{number}</text></revision></page>"
            )
        file.write("</mediawiki>")
    # 115 MB of text, in a process that may not take 60 MB more than it starts with.
    script = (
        "import resource, sys; from pathlib import Path; from bot.wiki import ArchiveWiki;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "wiki = ArchiveWiki(path=Path(sys.argv[1]));"
        "found = sum(1 for _ in wiki.pages_using(templates=['Template:X'], namespaces=[2]));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, found)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    more, found = map(int, done.stdout.split())
    assert found == 0
    assert more < 60_000
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0
