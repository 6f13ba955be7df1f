"""The job: everything that ``python -m bot notify`` does, in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot import directory
from bot.harvest.reader import reader_for
from bot.notify.candidate import Candidate, gather, names, pending
from bot.notify.compose import Composer
from bot.notify.counts import Counts
from bot.notify.facts import collect
from bot.notify.governor import Governor
from bot.notify.guard import Clear, Guard, Pace
from bot.notify.ledger import Ledger
from bot.notify.listening import CaughtUp, Clock, catch_up, clock_from, own_account
from bot.notify.recipient import Rules
from bot.notify.rehearsal import write_rehearsal
from bot.notify.send import Draft, Sender, draft
from bot.notify.turn import turn
from bot.progress import Progress, Silent
from bot.wiki.port import Wiki
from exchange.model import Held, Outcome, Reason, User
from exchange.notice.message import Names as PageNames
from exchange.settings import Settings
from exchange.store import Store
from exchange.template.names import normalise

COMMAND = "notify"


def notify(
    *,
    settings: Settings,
    store: Store,
    wiki: Wiki,
    now: datetime,
    progress: Progress | None = None,
    dry_run: bool = False,
    run: int | None = None,
    folder: Path | None = None,
) -> Counts:
    """Tell people of suggestions: each once, or not at all and with a reason on record.

    What became of every candidate is recorded under ``run`` (a run of its own where None). A dry
    run writes nothing anywhere but to ``folder``: every page as it would stand, and an index of
    outcomes. Errors: ``WikiAway`` where the wiki does not answer before anything was written,
    ``StoreAway``; the next run goes on where this one ended.
    """
    clock = clock_from(settings, now)
    own = None if run is not None or dry_run else store.runs.begin(COMMAND, at=now)
    with turn(store) as renew:
        caught = CaughtUp()
        if not dry_run and renew is not None:
            caught = catch_up(settings=settings, store=store, wiki=wiki, clock=clock)
        outcomes = _Run(
            settings=settings,
            store=store,
            wiki=wiki,
            clock=clock,
            progress=progress or Silent(),
            run=run if run is not None else own,
        ).write(renew, rehearse=(folder or Path("var/dry-run")) if dry_run else None)
    counts = Counts.of(
        outcomes,
        answers=caught.heard.answers,
        unclear=caught.heard.unclear,
        foreign=caught.heard.foreign,
        met=caught.settled.met,
        expired=caught.settled.expired,
        recovered=caught.recovered.standing,
        interrupted=caught.recovered.absent,
    )
    if own is not None:
        report = {"planned": counts.planned, "sent": counts.sent, "unknown": counts.unknown}
        store.runs.end(own, at=clock(), status=int(counts.failed > 0), counts=report)
    return counts


@dataclass
class _Run:
    """One run over all candidates."""

    settings: Settings
    store: Store
    wiki: Wiki
    clock: Clock
    progress: Progress
    run: int | None

    def write(
        self, renew: Callable[[], bool] | None, *, rehearse: Path | None
    ) -> dict[str, Outcome]:
        """Bring every candidate to its outcome."""
        now = self.clock()
        waiting = pending(self.store)
        if not waiting:
            if rehearse is not None:
                write_rehearsal(rehearse, {}, {})
            return {}
        profiles = self.store.profiles.get_many(
            {key for key, _ in waiting}
            | {key for found in waiting.values() for each in found for key in each.match.pair}
        )
        people = sorted({name for profile in profiles.values() for name in names(profile)})
        users = self.wiki.users(names=people)
        candidates = gather(waiting, profiles=profiles, users=users, now=now)
        outcomes: dict[str, Outcome] = {}
        if renew is None:
            held = Held(Reason.INTERRUPTED, "another run is at it")
            return self._record({each.id: held for each in candidates})
        me = own_account(self.settings, self.wiki)
        guard = self._guard(me, users)
        composer = Composer(
            site=self.wiki.site(),
            names=self._names(),
            directory=guard.directory,
            profiles=profiles,
            users=users,
            silence_days=self.settings.notify.expire_days,
        )
        optout = self.settings.names.opt_out_list
        facts = collect(self.wiki, candidates, users=users, besides=[optout])
        ledger = Ledger.of(self.store, candidates, now=now)
        clear: list[tuple[Candidate, Clear]] = []
        for each in candidates:
            said = guard.screen(each, facts, ledger, now=now)
            if isinstance(said, Clear):
                clear.append((each, said))
            else:
                outcomes[each.id] = said
        composer = self._linked(composer, [each for each, _ in clear])
        governor = self._governor(me, renew, now)
        if rehearse is not None:
            self._rehearse(rehearse, clear, composer, governor, outcomes)
            return outcomes
        self._record(outcomes)
        sender = Sender(
            wiki=self.wiki,
            store=self.store,
            guard=guard,
            governor=governor,
            composer=composer,
            clock=self.clock,
            run=self.run,
        )
        for each, _ in self.progress.track(clear, "Writing notices"):
            outcome = governor.halted or self._unlinkable(composer) or sender.send(each)
            outcomes |= self._record({each.id: outcome})
        return outcomes

    # -- what a run rests on --------------------------------------------------------------------

    def _names(self) -> PageNames:
        called = self.settings.names
        spaces = self.wiki.site().namespaces
        return PageNames(
            template=called.notice,
            portal=called.portal,
            user=(*spaces.get(2, ()), "User")[0],
            user_talk=(*spaces.get(3, ()), "User talk")[0],
        )

    def _guard(self, me: User, users: dict[str, User]) -> Guard:
        settings = self.settings
        known = directory.known(self.store)
        reader = reader_for(
            settings=settings, wiki=self.wiki, directory=known, today=self.clock().date()
        )
        called = self.wiki.redirects_to(
            titles=["Template:Bots", "Template:Nobots", settings.names.opt_out_category]
        )
        return Guard(
            wiki=self.wiki,
            store=self.store,
            rules=Rules(
                me=me,
                site=self.wiki.site(),
                category=frozenset(
                    normalise(title) for title in _pointing(called, settings.names.opt_out_category)
                ),
                bots=_pointing(called, "Template:Bots"),
                nobots=_pointing(called, "Template:Nobots"),
                people=frozenset(user.id for user in users.values() if user.exists),
            ),
            names=reader.names,
            directory=known,
            opt_out_list=settings.names.opt_out_list,
            pace=Pace(settings.notify.days_between),
            trial=frozenset(map(normalise, settings.notify.trial)),
        )

    def _governor(self, me: User, renew: Callable[[], bool], now: datetime) -> Governor:
        return Governor(
            self.wiki,
            stop_page=self.settings.names.stop_page(me.name),
            daily_cap=self.settings.notify.daily_cap,
            breaker=self.settings.notify.breaker,
            sent_today=len(self.store.notices.sent(since=now - timedelta(days=1))),
            renew=renew,
        )

    def _linked(self, composer: Composer, candidates: Sequence[Candidate]) -> Composer:
        """Learn in one go which of the pages that notices link to do not exist."""
        wanted = {title for each in candidates for title in composer.links(each)}
        if not wanted:
            return composer
        pages = self.wiki.pages(titles=sorted(wanted), content=False)
        missing = frozenset(title for title, page in pages.items() if not page.exists)
        return Composer(
            site=composer.site,
            names=composer.names,
            directory=composer.directory,
            profiles=composer.profiles,
            users=composer.users,
            silence_days=composer.silence_days,
            missing=missing,
        )

    def _unlinkable(self, composer: Composer) -> Held | None:
        """Hold everything while the template or the portal is missing: it would show red."""
        needed = {f"Template:{composer.names.template}", composer.names.portal}
        absent = sorted(needed & composer.missing)
        if not absent:
            return None
        return Held(Reason.RED_IN_RESULT, f"{absent[0]} is missing: run python -m bot install")

    def _rehearse(
        self,
        folder: Path,
        clear: Iterable[tuple[Candidate, Clear]],
        composer: Composer,
        governor: Governor,
        outcomes: dict[str, Outcome],
    ) -> None:
        drafts: dict[str, Draft] = {}
        stopped = governor.may_write() or self._unlinkable(composer)
        for each, where in self.progress.track(list(clear), "Rehearsing notices"):
            drafts[each.id] = draft(composer.compose(each), where.page, self.store)
            outcomes[each.id] = stopped or Held(Reason.DRY_RUN)
        write_rehearsal(folder, drafts, outcomes)

    def _record(self, outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
        if self.run is not None and outcomes:
            self.store.runs.record_many(self.run, outcomes)
        return outcomes


def _pointing(called: dict[str, str], title: str) -> list[str]:
    """Every title that is ``title`` or redirects to it."""
    return [title, *(name for name, target in called.items() if target == title and name != title)]
