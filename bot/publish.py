"""Publish: write the report pages whose facts have changed, and nothing else.

Each page carries the digest of what it says, and the store remembers what we wrote: an unchanged
report makes no request. We write between two comments; what people write around them stays. Who
takes the comments out has taken the page over, and it is left alone from then on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot import directory
from bot.notify.governor import Governor
from bot.notify.refusal import Then, meaning
from bot.notify.turn import turn
from bot.progress import Progress, Silent
from bot.wiki.port import Edit, Site, Wiki
from bot.wiki.titles import Titles
from exchange.errors import NoAnswer, Refused, WikiAway
from exchange.model import Held, Outcome, Page, Reason, Sent, Skipped, Unknown
from exchange.reports import PUBLISHED, Facts, build, overview, read_facts, reports
from exchange.reports.labels import Labels
from exchange.reports.page import PageText, Place, digest_of, merge
from exchange.reports.writer import Writer
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.publications import Publication

DATA = 486
"""The namespace of JsonConfig's pages, where Extension:Chart looks for .tab and .chart."""

BATCH = 50
FOLDER = Path("var/dry-run/reports")
MACHINE = (".json", ".tab", ".chart")


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run of publish did: every report page is in exactly one of the four.

    ``kept`` counts those not written, by reason; ``failed`` those that need a person or may or
    may not stand.
    """

    reports: int = 0
    published: int = 0
    unchanged: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)
    failed: int = 0


def publish(
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
    """Write every report page that says something new.

    What became of each changed page is recorded under ``run``. A dry run writes every page to
    ``folder`` and nothing anywhere else. Errors: ``StoreAway``; ``WikiAway`` where the wiki
    cannot be read at all.
    """
    progress = progress or Silent()
    known = directory.known(store)
    broader = {capacity.id: capacity.broader for capacity in known}
    facts = read_facts(store, broader=broader, today=now.date())
    measures, arrivals = facts.note_today(overview.measures(facts))
    if not dry_run:
        store.measures.record(now.date(), {name: value for _, name, value, _ in measures})
        store.rounds.arrive(arrivals, day=now.date())
    site = wiki.site()
    labels = Labels.of(settings.publish.language, known)
    place = Place(
        root=settings.names.reports,
        bar=settings.names.bar,
        data=(*site.namespaces.get(DATA, ()), "")[0],
    )
    writer = Writer(labels, place, today=now.date(), site_language=site.language)
    texts = list(progress.track(pages(facts, writer), "Making reports"))
    if dry_run:
        rehearse(folder or FOLDER, texts, site)
        return Counts(reports=len(texts), kept={Reason.DRY_RUN.value: len(texts)})
    with turn(store, name="publish") as renew:
        desk = _Desk(settings, store, wiki, now, labels, renew)
        outcomes = desk.write(texts, progress)
    if run:
        store.runs.record_many(run, {f"{PUBLISHED}{t}"[:120]: o for t, o in outcomes.items()})
    written = sum(isinstance(each, Sent) for each in outcomes.values())
    kept = Counter(
        each.reason.value for each in outcomes.values() if isinstance(each, Skipped | Held)
    )
    return Counts(
        reports=len(texts),
        published=written,
        unchanged=len(texts) - len(outcomes),
        kept=dict(sorted(kept.items())),
        failed=sum(isinstance(each, Held | Unknown) for each in outcomes.values()),
    )


def pages(facts: Facts, writer: Writer) -> Iterator[PageText]:
    """Every page of every report, the list of all reports last."""
    for report in reports():
        leaves = report.leaves(facts) if report.leaves else ()
        yield from writer.pages(report, build(report, facts), leaves)
    yield writer.index(reports())


def rehearse(folder: Path, texts: Iterable[PageText], site: Site) -> None:
    """Write pages as files, named as the archive names them."""
    titles = Titles(site.namespaces)
    for each in texts:
        file = folder / titles.file(each.title)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(each.text + "\n", encoding="utf-8")


class _Desk:
    """Writes the pages that changed, one after the other."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        wiki: Wiki,
        now: datetime,
        labels: Labels,
        renew: Callable[[], bool] | None,
    ) -> None:
        self.store, self.wiki, self.now = store, wiki, now
        self.settings, self.labels, self.renew = settings, labels, renew
        self.known = store.publications.all()
        self.me = ""

    def write(self, texts: list[PageText], progress: Progress) -> dict[str, Outcome]:
        """Bring every page that changed to its outcome; the others make no request."""
        wanted = [each for each in (*texts, *self._retired(texts)) if self._new(each)]
        if not wanted:
            return {}
        if self.renew is None:
            held = Held(Reason.INTERRUPTED, "another run is at it")
            return {each.title: held for each in wanted}
        self.me = self.wiki.me().name
        governor = Governor(
            self.wiki,
            stop_page=self.settings.names.stop_page(self.me),
            daily_cap=len(wanted),
            breaker=self.settings.notify.breaker,
            renew=self.renew,
        )
        found: dict[str, Page] = {}
        for at in range(0, len(wanted), BATCH):
            titles = [each.title for each in wanted[at : at + BATCH]]
            found |= self.wiki.pages(titles=titles)
        outcomes: dict[str, Outcome] = {}
        for each in progress.track(wanted, "Writing reports"):
            outcome = self._page(each, found[each.title], governor)
            if outcome is not None:
                outcomes[each.title] = outcome
        return outcomes

    def _new(self, each: PageText) -> bool:
        known = self.known.get(each.title)
        return known is None or known.digest != each.digest

    def _retired(self, texts: list[PageText]) -> list[PageText]:
        """Pages that we wrote once and that no report has any more: they say so, once."""
        now, root = {each.title for each in texts}, f"{self.settings.names.reports}/"
        writer = Writer(
            self.labels, Place(root[:-1]), today=self.now.date(), site_language=self.labels.language
        )
        return [
            writer.retired(title)
            for title in sorted(self.known)
            if title.startswith(root) and title not in now and not title.endswith(MACHINE)
        ]

    def _page(self, each: PageText, page: Page, governor: Governor) -> Outcome | None:
        """Write one page; None where it already says so."""
        if _says(each, page.text):
            self._keep(each, page.revision.id if page.revision else 0)
            return None
        for _ in range(2):
            text = self._text(each, page)
            if text is None:
                return Skipped(Reason.NOT_OURS)
            stopped = governor.may_write()
            if stopped is not None:
                return stopped
            edit = Edit(
                title=each.title,
                text=text,
                summary=self.labels.text("edit-summary"),
                base=page.revision.id if page.revision else None,
                create=not page.exists,
                model=each.model if not page.exists and each.model == "json" else "",
            )
            try:
                saved = self.wiki.save(edit=edit)
            except Refused as refused:
                said = meaning(refused)
                if said.then is Then.HALT:
                    governor.halt(Held(said.outcome.reason, said.outcome.detail))
                if said.then is not Then.AGAIN:
                    governor.failed()
                    return said.outcome
                if refused.code == "pagedeleted":
                    return Skipped(Reason.PAGE_DELETED)
                page = self.wiki.pages(titles=[each.title])[each.title]
            except (NoAnswer, WikiAway) as error:
                governor.failed()
                return self._look(each, str(error))
            else:
                return self._confirm(each, saved.revision, governor)
        return Held(Reason.EDIT_CONFLICT)

    def _text(self, each: PageText, page: Page) -> str | None:
        """The page's new text; None where the page is not ours (any more)."""
        if not page.exists:
            return each.text
        ours = page.revision is not None and page.revision.user == self.me
        if each.title.endswith(MACHINE):
            return each.text if ours or each.title in self.known else None
        return merge(page.text or "", each.text)

    def _confirm(self, each: PageText, revision: int, governor: Governor) -> Outcome:
        """Read back what was saved: only what stands counts."""
        if revision:
            text = self.wiki.text_of(revisions=[revision]).get(revision)
            if _says(each, text):
                governor.sent()
                self._keep(each, revision)
                return Sent(revision, each.title)
        governor.failed()
        return self._look(each, "the page does not say what was saved")

    def _look(self, each: PageText, detail: str) -> Outcome:
        """After a write without an answer: does it stand?"""
        try:
            page = self.wiki.pages(titles=[each.title])[each.title]
        except WikiAway:
            return Unknown(detail)
        if page.revision is not None and _says(each, page.text):
            self._keep(each, page.revision.id)
            return Sent(page.revision.id, each.title)
        return Held(Reason.WIKI_AWAY, detail)

    def _keep(self, each: PageText, revision: int) -> None:
        self.store.publications.save(Publication(each.title, each.digest, revision, self.now))


def _says(each: PageText, text: str | None) -> bool:
    """Tell whether a page's text says what a page is to say, whatever stands around it."""
    if text is None:
        return False
    if not each.title.endswith(MACHINE):
        return digest_of(text) == each.digest
    try:
        # The wiki writes JSON in its own way.
        there, here = json.loads(text), json.loads(each.text)
    except ValueError:
        return False
    if isinstance(here, dict) and isinstance(there, dict) and "digest" in here:
        return bool(there.get("digest") == here["digest"])
    return bool(there == here)
