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

from bot.install import on_wiki_pages
from bot.notify import NotifyResult, notify_people
from bot.recover import confirm_history
from bot.wiki import LiveWiki, RequestPolicy
from exchange.model import (
    Frequency,
    Language,
    Match,
    Offer,
    Profile,
    ScorePart,
    Suggestion,
    SuggestionStatus,
    Want,
)
from exchange.notices import section
from exchange.settings import Settings, load
from exchange.store import Store
from exchange.store.notices import Notice, NoticeState
from exchange.store.pages import PageRecord
from tests.support.wiki.mediawiki import MediaWiki

BOT = "Exchange Bot"
HELPER = "Ben"
PERIOD = "2026-W47"
PROFILE = "{{Capacity Exchange profile|wants=grant writing|languages=en-3}}"
OFFERING = "{{Capacity Exchange profile|offers=grant writing|languages=en-3}}"
STOP = f"User:{BOT}/Stop"
OPT_OUT = "Capacity Exchange/Opt-out"
WRAPPER = "Capacity Exchange notice"
GO = "<noinclude>Change this page to stop the bot.</noinclude>run: yes"
QUICK = RequestPolicy(pause=0, maxlag=5, tries=2, wait=0, timeout=5)


def prepare(wiki: MediaWiki) -> None:
    """Put the pages on a wiki that every run needs."""
    if BOT not in wiki.accounts:
        wiki.account(BOT, groups=("bot",), bot_password=True)
    names = load({"CXC_WIKI": wiki.api}).names
    ours = on_wiki_pages(names=names, bot=BOT, web_address="https://exchange.example.org")
    module, answers = "Module:", f"Template:{WRAPPER}/"
    wiki.fill({p.title: p.text for p in ours if p.title.startswith(module)}, refresh=False)
    wiki.fill(
        {
            **{p.title: p.text for p in ours if p.title.startswith(answers)},
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
    """Settings for a wiki, with some of [notify] changed; ``CXC_…`` are variables."""
    given = {name: notify.pop(name) for name in [*notify] if name.startswith("CXC_")}
    environment = {"CXC_DATABASE": database, "CXC_BOT_USER": BOT, **given}
    if wiki is not None:
        environment["CXC_WIKI"] = wiki.api
    loaded = load(environment)
    return loaded.model_copy(update={"notify": loaded.notify.model_copy(update=notify)})


def live(wiki: MediaWiki, *, api: str = "") -> LiveWiki:
    """The wiki as the bot sees it, perhaps through a proxy."""
    account = wiki.accounts[BOT]
    return LiveWiki(api=api or wiki.api, user=account.login, password=account.secret, policy=QUICK)


def confirm_own_history(store: Store) -> None:
    """Confirm the history of a store that knows only its own notices, on a wiki that tests share.

    The wiki counts in whole seconds, so another test's notice may be of this very second: what
    is looked at begins with the next one.
    """
    now = datetime.now(UTC)
    confirm_history(store=store, now=now.replace(microsecond=0) + timedelta(seconds=1))


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
        confirm_own_history(world.store)
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
                    parts=(
                        ScorePart("capacity", 2.0, ("finance",)),
                        ScorePart("language", 1.0, ("en",)),
                    ),
                ),
                period=period,
                created_at=self.now,
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

    def refuse(self, name: str, how: str) -> None:
        """Let somebody want no message in one of the ways that hold for every kind of message."""
        match how:
            case "no":
                self.change(name, notify=Frequency.NEVER)
            case "stop":
                self.store.preferences.set(self.key(name), "stop", "x", at=self.now, via="web")
            case "nobots":
                self.wiki.edit(name, f"User talk:{name}", "{{nobots}}")
            case "cap":
                self.told(name, timedelta(days=3))
            case _:
                raise ValueError(how)

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
                    state=NoticeState.SENT,
                    page=f"User talk:{name}",
                    revision=1,
                    ended=at,
                )
            ]
        )

    def run(self, *, api: str = "", later: timedelta = timedelta(), **options: Any) -> NotifyResult:
        """One run of the bot. ``options`` change [notify], or are notify's own."""
        own = {k: options.pop(k) for k in ("wiki", "run", "confirmed") if k in options}
        if own.pop("confirmed", True):
            confirm_own_history(self.store)
        wiki = own.pop("wiki", None) or options.pop("port", None) or live(self.wiki, api=api)
        return notify_people(
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

    def notices_by_bot(self, title: str) -> list[dict[str, Any]]:
        """The bot's edits of a page that brought a notice: its confirmations are minor edits."""
        return [row for row in self.revisions_by_bot(title) if not row["minor"]]

    def status(self, name: str) -> SuggestionStatus:
        """Where somebody's first suggestion stands."""
        return self.store.suggestions.involving(self.key(name))[0].status

    def tags(self, title: str) -> list[str]:
        """The notices that a page's history names."""
        return [
            t
            for row in self.wiki.history(title)
            if (t := section.parse_summary_tag(row["comment"]))
        ]


def profile_page(name: str) -> str:
    """Where somebody's profile stands."""
    return f"User:{name}/Capacity Exchange"
