"""Publish: write the report pages whose facts have changed, and nothing else.

Each page carries the digest of what it says, and the store remembers what we wrote: an unchanged
report makes no request. Reads are for several pages at once, before and after they are written. We write between two comments; what people write around them stays. Who
takes the comments out has taken the page over, and it is left alone from then on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.away_pages import away_pages, read_unheard
from bot.cli.output import Progress, Silent
from bot.edits import (
    ANOTHER_RUN,
    CircuitBreaker,
    NextStep,
    RunLock,
    classify_refusal,
    first_details,
    run_lock,
)
from bot.harvest.harvest import stored_directory as stored_directory
from bot.latent_help import count_latent_help
from bot.template_pages import way_titles
from bot.wiki.port import Edit, Wiki
from exchange.errors import EditRefused, ResponseLost, WikiUnavailable
from exchange.model import Held, Outcome, Page, Reason, Sent, Skipped, Unknown
from exchange.model.keys import format_publication
from exchange.privacy import CountryProtection
from exchange.reports import ReportData, build_tables, list_reports, read_report_data
from exchange.reports.gaps import figures
from exchange.reports.labels import Labels
from exchange.reports.model import Licence
from exchange.reports.place_counts import monday_of, week_counts
from exchange.reports.progress import measures as measures_of
from exchange.reports.wiki_pages import (
    PageText,
    ReportPages,
    ReportWriter,
    digest_of,
    digest_texts,
    replace_report,
)
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.runs import PublishedPage

DATA = 486
"""The namespace of JsonConfig's pages, where Extension:Chart looks for .tab and .chart."""

BATCH = 10
"""How many pages are written between two looks at the wiki: at the stop page, at the pages to write,
and at what now stands on them. Somebody who stops the bot stops it within so many reports."""

MACHINE = (".json", ".tab", ".chart")


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What a run of publish did: every report page is in exactly one of the four.

    ``kept`` counts those not written, by reason (``details`` gives an example of each); ``failed`` those that need a person or may or
    may not stand.
    """

    reports: int = 0
    published: int = 0
    unchanged: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    failed: int = 0


def publish_reports(
    *,
    settings: Settings,
    store: Store,
    wiki: Wiki,
    now: datetime,
    progress: Progress | None = None,
    run: int | None = None,
    platform: Wiki | None = None,
) -> PublishResult:
    """Write every report page that says something new.

    ``platform`` is the wiki with the tables of the Capacity Exchange platform, where there is one.

    What became of each changed page is recorded under ``run``. Errors: ``StoreUnavailable``; ``WikiUnavailable`` where the wiki
    cannot be read at all.
    """
    progress = progress or Silent()
    known = stored_directory(store)
    count_latent_help(
        settings=settings, store=store, wiki=wiki, platform=platform, directory=known, now=now
    )
    facts = read_report_data(
        store,
        directory=known,
        today=now.date(),
        protection=CountryProtection(settings.privacy.protected_countries),
    )
    facts.directory_page = settings.names.directory
    measures, arrivals = facts.note_today(measures_of(facts))
    with store.transaction():
        store.metrics.record(now.date(), {name: value for _, name, value, _ in measures})
        store.rounds.record_first_seen(arrivals, day=now.date())
        store.place_weeks.record(monday_of(now.date()), week_counts(facts))
    site = wiki.site()
    labels = Labels.of(settings.publish.language, known)
    place = ReportPages(
        root=settings.names.reports,
        bar=settings.names.bar,
        data=(*site.namespaces.get(DATA, ()), "")[0],
        ways=way_titles(settings.names),
    )
    writer = ReportWriter(labels, place, today=now.date(), site_language=site.language)
    texts = list(progress.track(report_pages(facts, writer), "Making reports"))
    texts.append(figures_page(facts, f"Module:{settings.names.module}/figures.json"))
    with run_lock(store, name="publish") as lock:
        desk = _ReportPublisher(settings, store, wiki, now, labels, lock)
        silent = read_unheard(store, now.date())
        texts += away_pages(silent, module=settings.names.module, known=desk.known)
        retired = desk.retired({place.root, *(each.title for each in texts)}, place)
        texts.append(writer.index(list_reports(), retired))
        last_words = [writer.retired(title) for title in retired if not title.endswith(MACHINE)]
        outcomes = desk.write([*texts, *last_words], progress)
    if run:
        store.runs.record_many(run, {format_publication(t): o for t, o in outcomes.items()})
    written = sum(isinstance(each, Sent) for each in outcomes.values())
    left = [each for each in outcomes.values() if isinstance(each, Skipped | Held)]
    kept = Counter(each.reason.value for each in left)
    reports = len(outcomes.keys() | {each.title for each in texts})
    return PublishResult(
        reports=reports,
        published=written,
        unchanged=reports - len(outcomes),
        kept=dict(sorted(kept.items())),
        details=first_details(left),
        failed=sum(isinstance(each, Held | Unknown) for each in outcomes.values()),
    )


def report_pages(facts: ReportData, writer: ReportWriter) -> Iterator[PageText]:
    """Every page of every report but the list of them, the numbers for programs first."""
    filled = [(report, build_tables(report, facts)) for report in list_reports()]
    yield writer.numbers(filled)
    for report, tables in filled:
        leaves = report.subpages(facts) if report.subpages else ()
        yield from writer.pages(report, tables, leaves)


def figures_page(facts: ReportData, title: str) -> PageText:
    """Return the JSON page from which the wiki's module says how many offer and want a capacity."""
    content = {"licence": Licence.COUNTS, "capacities": figures(facts)}
    digest = digest_texts([json.dumps(content)])
    return PageText(title, json.dumps({"digest": digest, **content}, indent="\t"), digest, "json")


class _ReportPublisher:
    """Writes the pages that changed, one after the other."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        wiki: Wiki,
        now: datetime,
        labels: Labels,
        lock: RunLock | None,
    ) -> None:
        self.store, self.wiki, self.now = store, wiki, now
        self.settings, self.labels, self.lock = settings, labels, lock
        self.known = store.published_pages.all()
        self.me = ""

    def write(self, texts: list[PageText], progress: Progress) -> dict[str, Outcome]:
        """Bring every page that changed to its outcome; the others make no request."""
        wanted = [each for each in texts if self._new(each)]
        if not wanted:
            return {}
        if self.lock is None:
            held = Held(Reason.INTERRUPTED, ANOTHER_RUN)
            return {each.title: held for each in wanted}
        self.me = self.wiki.own_account().name
        circuit_breaker = CircuitBreaker(
            self.wiki,
            stop_page=self.settings.names.stop_page(self.me),
            daily_cap=len(wanted),
            max_failures=self.settings.notify.breaker,
            renew=self.lock.renew,
        )
        outcomes: dict[str, Outcome] = {}
        written: list[tuple[PageText, int]] = []
        found: Mapping[str, Page] = {}
        for at, each in enumerate(progress.track(wanted, "Writing reports")):
            if at % BATCH == 0:
                outcomes |= self._confirm(written, circuit_breaker)
                written = []
                found = self._look(wanted[at : at + BATCH], circuit_breaker)
            done = self._page(each, found.get(each.title), circuit_breaker)
            if isinstance(done, int):
                written.append((each, done))
            elif done is not None:
                outcomes[each.title] = done
        return outcomes | self._confirm(written, circuit_breaker)

    def _look(self, batch: list[PageText], circuit_breaker: CircuitBreaker) -> Mapping[str, Page]:
        """Read the next pages in one request, the stop page with them; none where it says stop."""
        if circuit_breaker.halted is not None:
            return {}
        stop = circuit_breaker.stop_page
        try:
            found = self.wiki.pages(titles=[stop, *(each.title for each in batch)])
        except WikiUnavailable as error:
            circuit_breaker.halt(Held(Reason.WIKI_AWAY, str(error)))
            return {}
        return {} if circuit_breaker.check_write(found[stop]) else found

    def _new(self, each: PageText) -> bool:
        known = self.known.get(each.title)
        return known is None or known.digest != each.digest

    def retired(self, needed: Collection[str], place: ReportPages) -> list[str]:
        """Return the titles that we wrote once, that no report needs any more, and that still stand.

        What somebody deleted is forgotten; what people have taken over is theirs. One request for
        all, and none where there are none.
        """
        ours = (f"{place.root}/", f"{place.data}:{place.root}/")
        known = [title for title in self.known if title.startswith(ours) and title not in needed]
        pages = self.wiki.pages(titles=known) if known else {}
        gone = [title for title in known if not pages[title].exists]
        self.store.published_pages.forget(gone)
        return sorted(
            title
            for title in set(known).difference(gone)
            if title.endswith(MACHINE) or digest_of(pages[title].text or "")
        )

    def _page(
        self, each: PageText, page: Page | None, circuit_breaker: CircuitBreaker
    ) -> Outcome | int | None:
        """Write one page: the revision to be confirmed, or its outcome; None where it says so already.

        ``page`` is as it was just read, None where the run has been stopped.
        """
        if circuit_breaker.halted is not None or page is None:
            return circuit_breaker.halted
        if _shows(each, page.text):
            self._keep(each, page.revision.id if page.revision else 0)
            return None
        for _ in range(2):
            text = self._text(each, page)
            if text is None:
                return Skipped(Reason.NOT_OURS)
            stopped = circuit_breaker.check_counts()
            if stopped is not None:
                return stopped
            edit = Edit(
                title=each.title,
                text=text,
                summary=self.labels.text("edit-summary"),
                base_revision=page.revision.id if page.revision else None,
                create=not page.exists,
                model=each.model if not page.exists and each.model == "json" else "",
            )
            try:
                return self.wiki.save(edit=edit).revision
            except EditRefused as refused:
                said = classify_refusal(refused)
                if said.then is NextStep.HALT:
                    circuit_breaker.halt(Held(said.outcome.reason, said.outcome.detail))
                if said.then is not NextStep.RETRY:
                    circuit_breaker.failed()
                    return said.outcome
                if refused.code == "pagedeleted":
                    return Skipped(Reason.PAGE_DELETED)
                page = self.wiki.pages(titles=[each.title])[each.title]
            except (ResponseLost, WikiUnavailable) as error:
                circuit_breaker.failed()
                return self._check_saved(each, str(error))
        return Held(Reason.EDIT_CONFLICT)

    def _text(self, each: PageText, page: Page) -> str | None:
        """The page's new text; None where the page is not ours (any more)."""
        if not page.exists:
            return each.text
        ours = page.revision is not None and page.revision.user == self.me
        if each.title.endswith(MACHINE):
            return each.text if ours or each.title in self.known else None
        return replace_report(page.text or "", each.text)

    def _confirm(
        self, written: list[tuple[PageText, int]], circuit_breaker: CircuitBreaker
    ) -> dict[str, Outcome]:
        """Read back what was saved, all in one request: only what stands counts."""
        revisions = [revision for _, revision in written if revision]
        try:
            texts = self.wiki.revision_texts(revisions=revisions) if revisions else {}
        except WikiUnavailable:
            texts = {}  # asked again below, page by page
        outcomes: dict[str, Outcome] = {}
        for each, revision in written:
            if revision and _shows(each, texts.get(revision)):
                circuit_breaker.sent()
                self._keep(each, revision)
                outcomes[each.title] = Sent(revision, each.title)
            else:
                circuit_breaker.failed()
                outcomes[each.title] = self._check_saved(
                    each, "the page does not say what was saved"
                )
        return outcomes

    def _check_saved(self, each: PageText, detail: str) -> Outcome:
        """After a write without an answer: does it stand?"""
        try:
            page = self.wiki.pages(titles=[each.title])[each.title]
        except WikiUnavailable:
            return Unknown(detail)
        if page.revision is not None and _shows(each, page.text):
            self._keep(each, page.revision.id)
            return Sent(page.revision.id, each.title)
        return Held(Reason.WIKI_AWAY, detail)

    def _keep(self, each: PageText, revision: int) -> None:
        self.store.published_pages.save(PublishedPage(each.title, each.digest, revision, self.now))


def _shows(each: PageText, text: str | None) -> bool:
    """Whether a page's text says what a page is to say, whatever stands around it."""
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
