"""Make the sample movement: a MediaWiki XML export of made-up people, groups and odd pages.

::

    python -m config.sample.generate                        # config/sample/movement.xml.gz
    python -m config.sample.generate --people 20000 --output /tmp/large.xml.gz --seed 2

The same arguments give the same bytes. Dates are around 2026-11-23 (--now).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape, quoteattr

from config.sample.odd import BY_OTHERS, ELSEWHERE, OWN
from config.sample.people import NOTE, Maker, Party
from config.sample.world import PLACES
from exchange.directory import load
from exchange.model import Kind

OUTPUT = Path(__file__).with_name("movement.xml.gz")
NOW = "2026-11-23"
GROUPS = (
    *[Kind.INFORMAL_GROUP] * 4,
    *[Kind.AFFILIATE_TO_BE] * 5,
    *[Kind.USER_GROUP] * 14,
    *[Kind.CHAPTER] * 8,
    *[Kind.THEMATIC_ORGANISATION] * 3,
    *[Kind.HUB] * 4,
)
"""The groups among each 400 parties."""

_NAMES = (
    *("Media", "Special", "", "Talk", "User", "User talk", "Project", "Project talk"),
    *("File", "File talk", "MediaWiki", "MediaWiki talk", "Template", "Template talk"),
    *("Help", "Help talk", "Category", "Category talk"),
)
NAMESPACES = dict(enumerate(_NAMES, -2))
OPT_OUT = "Category:Wikimedians who opt out of Capacity Exchange messages"
OPT_OUTS = ("{{nobots}}", "{{bots|deny=all}}", "{{Bots|optout=all}}", f"[[{OPT_OUT}]]")
"""What stands on talk pages of people who want no messages."""


@dataclass(frozen=True, slots=True)
class Version:
    """One revision of a page."""

    text: str
    user: str
    user_id: int
    time: datetime
    summary: str = ""


class Movement:
    """All pages, in the order in which they were made."""

    def __init__(self, people: int, seed: int, now: datetime) -> None:
        self.now = now
        self.random = Random(seed)
        self.maker = Maker(self.random, load(), now)
        self.pages: dict[str, tuple[int, list[Version]]] = {}
        self.accounts: dict[str, int] = {}
        self._templates()
        share = people / 400
        kinds = [kind for kind in GROUPS for _ in range(max(round(share), 1))][: people // 4]
        parties = [self._party(Kind.PERSON) for _ in range(people - len(kinds) - len(OWN))]
        self._odd()
        groups = [self._party(kind) for kind in kinds]
        self._habits(parties)
        self._requests(parties, groups)

    def account(self, name: str) -> int:
        """Return the central id of an account, new ones in order."""
        return self.accounts.setdefault(name, 1001 + len(self.accounts))

    def add(
        self, title: str, namespace: int, text: str, user: str, time: datetime, summary: str = ""
    ) -> None:
        """Add a revision of a page."""
        _, versions = self.pages.setdefault(title, (namespace, []))
        versions.append(Version(text, user, self.account(user), time, summary))

    def _templates(self) -> None:
        time = self.now - timedelta(days=1300)
        for title, target in (
            ("Template:CapEx profile", "Template:Capacity Exchange profile"),
            ("Template:CapEx request", "Template:Capacity Exchange request"),
            ("Template:CX item", "Template:Capacity"),
        ):
            self.add(title, 10, f"#REDIRECT [[{target}]]", "Sample Coordinator", time)

    def _party(self, kind: Kind) -> Party:
        party = self.maker.party(0, kind)
        party.account_id = self.account(party.account)
        if self.maker.chance(0.25):
            # The page had a beginning; the profile came later.
            early = party.edited - timedelta(days=self.random.randint(20, 300))
            self.add(party.title, party.namespace, f"{NOTE}\nHello!\n", party.account, early)
        self.add(party.title, party.namespace, party.text, party.account, party.edited)
        if self.maker.chance(0.06):
            # Somebody else tidied the page; it stays its owner's.
            later = min(party.edited + timedelta(days=2), self.now - timedelta(days=1))
            text = party.text + "{{-}}\n"
            self.add(party.title, party.namespace, text, "Sample Gnome", later, "tidy")
        return party

    def _odd(self) -> None:
        for number, (name, text) in enumerate(OWN):
            account = f"Sample Odd {name}"
            time = self.now - timedelta(days=10 + number)
            self.add(f"User:{account}", 2, f"{NOTE}\n{text}\n", account, time)
        time = self.now - timedelta(days=30)
        for account, text in BY_OTHERS:
            self.account(account)
            page = f"{NOTE}\n{text}\n"
            self.add(f"User:{account}", 2, page, "Sample Helpful Stranger", time)
        for title, namespace, text in ELSEWHERE:
            self.add(title, namespace, f"{NOTE}\n{text}\n", "Sample Odd Talker", time)
        script = "/* made up, like all of the sample movement */ // {{Capacity Exchange profile}}"
        self.add("User:Sample Odd Talker/common.js", 2, script, "Sample Odd Talker", time)
        profile = "{{Capacity Exchange profile|offers=Lua}}"
        self.add("User:~2026-11111-1", 2, f"{NOTE}\n{profile}\n", "~2026-11111-1", time)

    def _habits(self, people: list[Party]) -> None:
        """Talk pages, opt-outs, renames and second pages."""
        listed = []
        for number, party in enumerate(people):
            talk = f"User talk:{party.account}"
            time = party.edited + timedelta(hours=1)
            if number % 40 == 7:
                text = f"{NOTE}\n{OPT_OUTS[number // 40 % len(OPT_OUTS)]}\n"
                self.add(talk, 3, text, party.account, time)
            elif number % 80 == 9:
                listed.append(party.account)
            elif number % 50 == 11:
                self._rename(party)
            elif self.maker.chance(0.4):
                text = f"{NOTE}\n== Welcome ==\nWelcome! [[User:Sample Gnome]] 10:00, 1 May 2025 (UTC)\n"
                self.add(talk, 3, text, "Sample Gnome", time)
            if number % 90 == 13 and "/" not in party.title:
                second = "{{Capacity Exchange profile|offers=Wikidata|seats=4}}"
                self.add(f"{party.title}/CapEx", 2, f"{NOTE}\n{second}\n", party.account, time)
        rows = "".join(f"* [[User:{name}]]\n" for name in listed)
        time = self.now - timedelta(days=60)
        self.add("Capacity Exchange/Opt-out", 0, f"{NOTE}\n{rows}", "Sample Coordinator", time)

    def _rename(self, party: Party) -> None:
        old = f"{party.account} (old name)"
        for prefix, namespace in (("User", 2), ("User talk", 3)):
            text = f"#REDIRECT [[{prefix}:{party.account}]]"
            self.add(f"{prefix}:{old}", namespace, text, party.account, party.edited, "renamed")
        text = "{{Capacity Exchange profile|kind=informal group|contact=User:" + old
        text += "|offers=meetup|wants=photo contest|languages=en-4}}"
        title = f"Sample circle of {party.account}"
        self.add(title, 0, f"{NOTE}\n{text}\n", party.account, party.edited)

    def _requests(self, people: list[Party], groups: list[Party]) -> None:
        """One-off requests: on people's own pages and on groups' pages."""
        asking = self.random.sample(people, max(len(people) // 14, 1)) + groups[::4]
        for party in asking:
            ids = self.maker.tastes.wants(1, party.offers)
            values = f"|want={self.maker.written(ids[0], party.languages[0][0])}"
            values += f"|until={self.maker.deadline().isoformat()}"
            if self.maker.chance(0.5):
                values += "|priority=urgent"
            if party.kind is not Kind.PERSON:
                values += f"|contact=User:{party.account}"
            values += "|note=for a sample event"
            name = "CapEx request" if self.maker.chance(0.2) else "Capacity Exchange request"
            text = f"{NOTE}\n{{{{{name}{values}}}}}\n"
            time = min(party.edited + timedelta(days=3), self.now - timedelta(hours=5))
            root = party.title.partition("/")[0]
            self.add(f"{root}/Request", party.namespace, text, party.account, time)

    # --- as XML ----------------------------------------------------------------------------

    def xml(self) -> Iterator[str]:
        """Write the export, piece by piece."""
        yield (
            '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xsi:schemaLocation="http://www.mediawiki.org/xml/export-0.11/ '
            'http://www.mediawiki.org/xml/export-0.11.xsd" version="0.11" xml:lang="en">\n'
            "  <siteinfo>\n    <sitename>Sample movement</sitename>\n    <dbname>samplewiki</dbname>\n"
            "    <base>https://sample.example/wiki/Main_Page</base>\n"
            "    <generator>config.sample.generate</generator>\n    <case>first-letter</case>\n"
            "    <namespaces>\n"
        )
        for key, name in NAMESPACES.items():
            end = f">{name}</namespace>" if name else " />"
            yield f'      <namespace key="{key}" case="first-letter"{end}\n'
        yield "    </namespaces>\n  </siteinfo>\n"
        revision = 0
        for page_id, (title, (namespace, versions)) in enumerate(self.pages.items(), 1):
            yield f"  <page>\n    <title>{escape(title)}</title>\n    <ns>{namespace}</ns>\n"
            yield f"    <id>{page_id}</id>\n"
            target = versions[-1].text.partition("#REDIRECT [[")[2].partition("]]")[0]
            if target:
                yield f"    <redirect title={quoteattr(target)} />\n"
            parent = 0
            for version in sorted(versions, key=lambda version: version.time):
                revision += 1
                yield self._revision(revision, parent, title, version)
                parent = revision
            yield "  </page>\n"
        yield "</mediawiki>\n"

    def _revision(self, id: int, parent: int, title: str, version: Version) -> str:
        content = version.text.encode()
        script = title.endswith(".js")
        model, form = ("javascript", "text/javascript") if script else ("wikitext", "text/x-wiki")
        lines = [
            f"<id>{id}</id>",
            f"<parentid>{parent}</parentid>" if parent else "",
            f"<timestamp>{version.time:%Y-%m-%dT%H:%M:%SZ}</timestamp>",
            f"<contributor><username>{escape(version.user)}</username>"
            f"<id>{version.user_id}</id></contributor>",
            f"<comment>{escape(version.summary)}</comment>" if version.summary else "",
            f"<origin>{id}</origin><model>{model}</model><format>{form}</format>",
            f'<text bytes="{len(content)}" sha1="{sha1(content)}" xml:space="preserve">'
            f"{escape(version.text)}</text>",
            f"<sha1>{sha1(content)}</sha1>",
        ]
        inner = "".join(f"      {line}\n" for line in lines if line)
        return f"    <revision>\n{inner}    </revision>\n"


def sha1(content: bytes) -> str:
    """Return a SHA-1 in base 36, as MediaWiki writes it."""
    number, digits = int(hashlib.sha1(content).hexdigest(), 16), ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits.rjust(31, "0")


def generate(people: int = 400, seed: int = 1, now: str = NOW) -> Iterator[bytes]:
    """Return the export of a movement of so many people and groups, in pieces."""
    clock = datetime.fromisoformat(now).replace(hour=6, tzinfo=UTC)
    for piece in Movement(people, seed, clock).xml():
        yield piece.encode()


def main() -> None:
    """Write the export that the arguments ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=400, help="people and groups (400)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=".xml or .xml.gz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--now", default=NOW, help=f"the day around which dates lie ({NOW})")
    asked = parser.parse_args()
    pieces = generate(max(asked.people, len(OWN) + 20), asked.seed, asked.now)
    with asked.output.open("wb") as file:
        if asked.output.suffix == ".gz":
            with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                packed.writelines(pieces)
        else:
            file.writelines(pieces)
    print(
        f"{asked.output}: {asked.output.stat().st_size:,} bytes, places in {len(PLACES)} countries"
    )


if __name__ == "__main__":
    main()
