"""A small world for delivery: a real wiki with our pages, people, and a store that matched them.

People are made up. Each seeker wants one thing and Ben offers it; profiles stand on subpages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.notify import Counts, notify
from bot.wiki import Live, Manners
from exchange.model import Language, Match, Offer, Part, Profile, Status, Suggestion, Want
from exchange.notice import mark
from exchange.settings import Settings, load
from exchange.store import Store
from exchange.store.notices import Notice, State
from exchange.store.pages import PageRecord
from tests.wiki.mediawiki import MediaWiki

BOT = "Exchange Bot"
HELPER = "Ben"
PERIOD = "2026-W47"
PROFILE = "{{Capacity Exchange profile|wants=grant writing|languages=en-3}}"
OFFERING = "{{Capacity Exchange profile|offers=grant writing|languages=en-3}}"
STOP = f"User:{BOT}/Stop"
OPT_OUT = "Capacity Exchange/Opt-out"
WRAPPER = "Capacity Exchange notice"
GO = "<noinclude>Change this page to stop the bot.</noinclude>run: yes"
QUICK = Manners(pause=0, maxlag=5, tries=2, wait=0, timeout=5)


def prepare(wiki: MediaWiki) -> None:
    """Put the pages on a wiki that every run needs."""
    if BOT not in wiki.accounts:
        wiki.account(BOT, groups=("bot",), bot_password=True)
    wiki.fill(
        {
            STOP: GO,
            OPT_OUT: "Whoever stands here gets no message.\n",
            f"Template:{WRAPPER}": "<span class='notice'></span>",
            "Template:Capacity Exchange profile": "{{{wants|}}}{{{offers|}}}",
            "Capacity Exchange": "The portal.",
        }
    )


def people(wiki: MediaWiki, names: Sequence[str]) -> dict[str, int]:
    """Make accounts without a password, all at once; give their ids."""
    path = wiki.folder / "people.json"
    path.write_text(json.dumps(list(names)))
    code = (  # read from a file: a line of the console ends after 1024 bytes
        f"$names = json_decode(file_get_contents('{path}'));"
        "foreach ($names as $n) { $u = User::createNew($n) ?: User::newFromName($n);"
        ' echo "ID " . $u->getId() . "\\n"; }\n'
    )
    said = wiki.maintenance("eval", input=code)
    ids = [int(line.rpartition("ID ")[2]) for line in said.splitlines() if "ID " in line]
    assert len(ids) == len(names), said
    return dict(zip(names, ids, strict=True))


def settings_for(wiki: MediaWiki | None, database: str, **notify: Any) -> Settings:
    """Settings for a wiki, with some of [notify] changed."""
    environment = {"CXC_DATABASE": database, "CXC_BOT_USER": BOT}
    if wiki is not None:
        environment["CXC_WIKI"] = wiki.api
    loaded = load(environment)
    return loaded.model_copy(update={"notify": loaded.notify.model_copy(update=notify)})


def live(wiki: MediaWiki, *, api: str = "") -> Live:
    """The wiki as the bot sees it, perhaps through a proxy."""
    account = wiki.accounts[BOT]
    return Live(api=api or wiki.api, user=account.login, password=account.secret, manners=QUICK)


@dataclass
class World:
    """One wiki and one store."""

    wiki: MediaWiki
    store: Store
    database: str
    now: datetime
    ids: dict[str, int]
    helper: str = HELPER
    name: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(
        cls, wiki: MediaWiki, folder: Path, names: Iterable[str], helper: str = HELPER
    ) -> World:
        """People with profiles, each of whom was matched with the helper and not told yet."""
        wanted = [helper, *names]
        ids = people(wiki, wanted)
        wiki.fill({profile_page(n): OFFERING if n == helper else PROFILE for n in wanted})
        database = f"sqlite:///{folder / 'exchange.db'}"
        world = cls(wiki, Store.open(database), database, datetime.now(UTC), ids, helper)
        world.match(wanted[1:])
        return world

    def match(self, names: Iterable[str], *, period: str = PERIOD) -> list[Suggestion]:
        """Put people into the store, and a planned suggestion for each."""
        names, helper = [*names], self.helper
        found = live(self.wiki).pages(titles=[profile_page(n) for n in (helper, *names)])
        profiles = {}
        for name in (helper, *names):
            page = found[profile_page(name)]
            profiles[name] = Profile(
                key=self.key(name),
                name=name,
                page=page.title,
                page_id=page.id,
                revision=page.revision.id if page.revision else 0,
                languages=(Language("en", 3),),
                offers=(Offer("finance", "grant writing"),) if name == helper else (),
                wants=() if name == helper else (Want("finance", "grant writing"),),
                contacts=(name,),
            )
        self.store.profiles.save_many(profiles.values())
        self.store.pages.save(
            PageRecord(
                id=each.page_id,
                title=each.page,
                namespace=2,
                revision=each.revision,
                owner=name,
                party=each.key,
                agreed=(self.ids[name],),
            )
            for name, each in profiles.items()
        )
        return self.store.suggestions.plan(
            Suggestion(
                match=Match(
                    seeker=self.key(name),
                    helper=self.key(helper),
                    want="finance",
                    offer="finance",
                    score=3.0,
                    parts=(Part("capacity", 2.0, ("finance",)), Part("language", 1.0, ("en",))),
                ),
                period=period,
                made=self.now,
            )
            for name in names
        )

    def key(self, name: str) -> str:
        """The profile key of somebody."""
        return f"user:{self.ids[name]}"

    def change(self, who: str, **values: Any) -> None:
        """Change somebody's profile in the store."""
        profile = self.store.profiles.get(self.key(who))
        assert profile is not None
        self.store.profiles.save_many([replace(profile, **values)])

    def agree(self, name: str, accounts: tuple[int, ...]) -> None:
        """Say who agreed to somebody's profile."""
        (record,) = self.store.pages.of([self.key(name)])
        self.store.pages.save([replace(record, agreed=accounts)])

    def told(self, name: str, ago: timedelta, *, recipient: str = "", role: str = "") -> None:
        """Let somebody have had a message some time ago."""
        at = self.now - ago
        self.store.notices.restore(
            [
                Notice(
                    id=f"{self.ids[name]:016x}",
                    recipient=recipient or self.key(name),
                    account=self.ids[name],
                    name=name,
                    campaign=f"earlier/{role}",
                    begun=at,
                    state=State.SENT,
                    page=f"User talk:{name}",
                    revision=1,
                    ended=at,
                )
            ]
        )

    def run(self, *, api: str = "", later: timedelta = timedelta(), **options: Any) -> Counts:
        """One run of the bot. ``options`` change [notify], or are notify's own."""
        own = {k: options.pop(k) for k in ("dry_run", "folder", "run") if k in options}
        wiki = own.pop("wiki", None) or options.pop("port", None) or live(self.wiki, api=api)
        return notify(
            settings=settings_for(self.wiki, self.database, **options),
            store=self.store,
            wiki=wiki,
            now=self.now + later,
            **own,
        )

    def outcomes(self) -> dict[str, str]:
        """What became of each seeker in the newest run: {name: reason or kind}."""
        last = self.store.runs.last("notify")
        assert last is not None
        found = self.store.runs.outcomes(last.id)
        names = {self.key(name): name for name in self.ids}
        return {
            names[key.split()[0].partition(">")[0]]: getattr(o, "reason", type(o).__name__.lower())
            for key, o in found.items()
        }

    def copies(self, name: str, *, title: str = "") -> int:
        """How many notices stand on somebody's talk page."""
        return (self.wiki.page(title or f"User talk:{name}") or "").count(
            "{{Capacity Exchange notice|"
        )

    def revisions_by_bot(self, title: str) -> list[dict[str, Any]]:
        """The bot's edits of a page, newest first."""
        return [row for row in self.wiki.history(title) if row["user"] == BOT]

    def status(self, name: str) -> Status:
        """Where somebody's first suggestion stands."""
        return self.store.suggestions.of(self.key(name))[0].status

    def tags(self, title: str) -> list[str]:
        """The notices that a page's history names."""
        return [t for row in self.wiki.history(title) if (t := mark.tagged(row["comment"]))]


def profile_page(name: str) -> str:
    """Where somebody's profile stands."""
    return f"User:{name}/Capacity Exchange"
