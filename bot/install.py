"""Install: our pages on the wiki, made or brought up to date, and left alone where they are."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot import module_pages, template_pages
from bot.cli.output import Progress
from bot.harvest.coordinators import is_open
from bot.page_merge import Merged, merge_json, merge_texts
from bot.translatable import EXTENSION as TRANSLATE
from bot.translatable import as_units, carry_marks, without_marks
from bot.wiki.port import Edit, Wiki
from exchange.directory import Directory
from exchange.directory import load as load_directory
from exchange.errors import DirectoryError, EditRefused, WikiError
from exchange.model import Page, Revision, User
from exchange.settings import Settings
from exchange.settings.schema import PageNames
from exchange.titles import case_variants

TEMPLATES = Path(__file__).parents[1] / "templates"
CATEGORY = "Capacity Exchange profiles"
SCRIBUNTO = "Scribunto"
"""The extension that runs modules; without it our templates would show their source."""
INPUT_BOX = "InputBox"

BESIDE = "; what people changed stays"
"""How the summary of an edit ends that puts our changes into what people wrote."""

HISTORY = 50
"""How many revisions of a page that people changed are looked through for what we wrote."""

_MARK = re.compile("⧼([^⧽]*)⧽")


@dataclass(frozen=True, slots=True)
class OnWikiPage:
    """One page. ``keep``: people edit it, so it is made once and never written over.

    ``protected``: it counts only while an administrator has protected it.
    """

    title: str
    text: str
    keep: bool = False
    model: str = ""
    protected: bool = False
    summary: str = "Capacity Exchange: pages as of the current version"

    @property
    def is_json(self) -> bool:
        """Whether the page holds JSON, which the wiki writes in its own way."""
        return self.model == "json" or self.title.endswith((".tab", ".chart"))


def on_wiki_pages(
    *,
    names: PageNames,
    bot: str,
    web_address: str = "",
    hold_out: float = 0,
    folder: Path = TEMPLATES,
    directory: Directory | None = None,
    extensions: Collection[str] = (),
) -> tuple[OnWikiPage, ...]:
    """Every page of ours, in the order in which to write them, as MediaWiki will store them.

    Where the ``extensions`` of the wiki are known, pages use them: Translate, InputBox.

    ``web_address`` is that of the web tool; without one, notices offer no answers in it.
    ``hold_out`` is the share of suggestions that wait: the portal says so.
    ``directory`` holds the capacities whose names the module knows; without one, the committed ones.
    """
    module = f"Module:{names.module}"
    directory = directory or load_directory()
    pages = [
        OnWikiPage(f"{module}/{page}.json", text, model="json")
        for page, text in module_pages.json_pages(
            names=names,
            directory=directory,
            category=CATEGORY,
            web_address=web_address,
            hold_out=hold_out,
            in_my_language=TRANSLATE in extensions,
        )
    ]
    pages += _listed_pages(names, bot, directory, folder, extensions)
    # Whoever writes {{Capacity Exchange Profile}} gets what they mean.
    for title in map(_template, (names.profile, names.request, names.programme)):
        pages += [OnWikiPage(each, f"#REDIRECT [[{title}]]") for each in case_variants(title)]
    return tuple(pages)


def _listed_pages(
    names: PageNames,
    bot: str,
    directory: Directory,
    folder: Path = TEMPLATES,
    extensions: Collection[str] = (),
) -> list[OnWikiPage]:
    """Return the pages that are files, as ``pages.toml`` lists them."""
    data = {
        f"templatedata:{name}": template_pages.template_data_block(name, directory)
        for name in template_pages.TEMPLATES
    }
    known = (
        data
        | names.model_dump()
        | {
            "stop": names.stop_page(bot),
            "category": CATEGORY,
            "bot_page": f"User:{bot}",
            "bot_talk": f"User talk:{bot}",
            "portal_talk": _portal_talk(names.portal),
            "unreviewed": template_pages.unreviewed_languages(),
        }
    )
    ask = "input box" if INPUT_BOX in extensions else "button"
    known["ask"] = _fill(
        (folder / f"Main/Capacity_Exchange/ask, {ask}.wikitext").read_text("utf-8"), known
    )
    pages = []
    for entry in tomllib.loads((folder / "pages.toml").read_text("utf-8"))["page"]:
        page = OnWikiPage(
            title=_title(entry["title"], known),
            text=_fill((folder / entry["file"]).read_text("utf-8"), known).strip(),
            keep=entry.get("keep", False),
            model=entry.get("model", ""),
            protected=entry.get("protected", False),
        )
        if TRANSLATE in extensions:
            pages += _translatable(page, names) if entry.get("translate") else [_choosing(page)]
        else:
            pages.append(page)
    return pages


def _translatable(page: OnWikiPage, names: PageNames) -> list[OnWikiPage]:
    """Return a page in units, and below a template's documentation the same in all our languages."""
    units = as_units(page.text, module=names.module, portal=names.portal)
    languages = "<noinclude><languages /></noinclude>"
    made = [replace(page, text=f"{languages}\n{units}".replace(f"{languages}\n<", f"{languages}<"))]
    if page.title.endswith("/doc"):
        made.insert(0, replace(page, title=f"{page.title}/plain"))
    return made


def _choosing(page: OnWikiPage) -> OnWikiPage:
    """Let a template show its documentation in units once that is marked, else the plain one.

    Translate shows the tags of a page that nobody has marked where it is transcluded.
    """
    doc = f"{page.title}/doc"
    call = doc.removeprefix("Template:")
    shown = f"{{{{#ifexist:{doc}/en|{{{{{call}}}}}|{{{{{call}/plain}}}}}}}}"
    return replace(page, text=page.text.replace(f"{{{{{call}}}}}", shown))


def _portal_talk(portal: str) -> str:
    """A link that begins a section on the portal's talk page, which need not be there yet."""
    page = f"{{{{TALKPAGENAME:{portal}}}}}"
    address = f"{{{{fullurl:{page}|action=edit&section=new}}}}"
    return f'<span class="plainlinks">[{address} {page}]</span>'


def installed_text(names: PageNames, title: str) -> str:
    """Return what we put on a page of this title, or ``""`` where it is none of ours."""
    pages = _listed_pages(names, bot="", directory=load_directory())
    return next((page.text for page in pages if page.title == title), "")


def _title(pattern: str, known: dict[str, str]) -> str:
    title = _fill(pattern, known)
    return _template(title.removeprefix("Template:")) if pattern.startswith("Template:") else title


def _template(name: str) -> str:
    """A template's title; names that say their namespace themselves keep it."""
    return name if ":" in name else f"Template:{name}"


def _fill(text: str, known: dict[str, str]) -> str:
    return _MARK.sub(lambda found: known[found[1]], text)


@dataclass(frozen=True, slots=True)
class InstallResult:
    """What became of each page: ``pages = created + updated + unchanged + kept + failed``.

    ``kept`` are pages that people edit and that are there, or that somebody deleted, and those of
    ours in which people changed what we would change: ``left`` says for each of these why, and
    what to do to have our text. ``refused`` gives the wiki's reason for each that failed.
    ``unprotected`` are pages that count only while an administrator has protected them.
    """

    pages: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    failed: int = 0
    edits: int = 0
    left: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    unprotected: Mapping[str, str] = field(default_factory=dict)


def install_pages(*, settings: Settings, wiki: Wiki, progress: Progress) -> InstallResult:
    """Write every page whose text is not what it should be; a second time nothing is written.

    All pages are read in one batch. Pages that people edit (opt-out list, stop page, directory,
    coordinators) are made once and never written over. What people changed in the others stays,
    too: the last text that we wrote is in the page's history, and our changes since then are put
    into theirs (``bot.page_merge``). A page that was deleted on the wiki is not made again:
    somebody decided that. Errors: ``WikiError`` where the wiki runs no modules.
    """
    extensions = wiki.site().extensions  # An archive knows of none.
    if extensions and SCRIBUNTO not in extensions:
        raise WikiError(
            f"the wiki has no {SCRIBUNTO}, in which our templates are written: "
            "have https://www.mediawiki.org/wiki/Extension:Scribunto installed first"
        )
    me = wiki.own_account()
    ours = on_wiki_pages(
        names=settings.names,
        directory=_directory(settings.names, wiki),
        bot=me.name or settings.bot.user or "Bot",
        # Without a login there is nobody in the tool to answer.
        web_address=settings.web_address if settings.web.login else "",
        hold_out=settings.notify.hold_out,
        extensions=extensions,
    )
    return write_pages(ours, wiki=wiki, me=me, progress=progress)


def write_pages(
    ours: Sequence[OnWikiPage], *, wiki: Wiki, me: User, progress: Progress
) -> InstallResult:
    """Write these pages with what people changed on them, and say what became of each."""
    there = wiki.pages(titles=[page.title for page in ours])
    counts = dict.fromkeys(("created", "updated", "unchanged", "kept", "failed"), 0)
    left: dict[str, str] = {}
    refused: dict[str, str] = {}
    for page in progress.track(ours, "Making pages"):
        now = there[page.title]
        became, text, why = _decide(page, now, wiki, me)
        if why:
            left[page.title] = why
        if became in {"created", "updated"}:
            try:
                wiki.save(edit=_edit(page, text, now, beside=bool(why)))
            except EditRefused as error:
                became = "kept" if page.keep and error.code == "pagedeleted" else "failed"
                if became == "failed":
                    refused[page.title] = str(error)
        counts[became] += 1
    edits = counts["created"] + counts["updated"]
    return InstallResult(
        pages=len(ours),
        edits=edits,
        left=left,
        refused=refused,
        unprotected={
            page.title: "have an administrator protect it: it counts for nothing before"
            for page in ours
            if page.protected and is_open(there[page.title])
        },
        **counts,
    )


def _decide(page: OnWikiPage, now: Page, wiki: Wiki, me: User) -> tuple[str, str, str]:
    """Return what is to become of a page, its new text, and what of it is left to people."""
    text = now.text or ""
    if not now.exists:
        return "created", page.text, ""
    if page.keep:
        return "kept", text, ""
    if _says(page, text):
        return "unchanged", text, ""
    if now.revision and _is_pure(now.revision, me):
        return "updated", carry_marks(text, page.text), ""
    history = wiki.history(title=page.title, limit=HISTORY)
    texts = wiki.revision_texts(revisions=[each.id for each in history])
    editor = next((each.user for each in history if not _is_ours(each, me)), "")
    merged = _wanted(page, [each for each in history if each.id in texts], texts, me)
    if merged is None:
        return "kept", text, f"by {editor}, not by us; to have our page, move this one away"
    wanted = carry_marks(text, without_marks(merged.text))
    if _says(page, wanted):
        return "updated", wanted, ""
    against = f" against ours: {_some(merged.conflicts)}" if merged.conflicts else ""
    ours = next(each.id for each in history if _is_pure(each, me))
    why = f"changed by {editor}{against}; to have ours, restore revision {ours} and install again"
    return ("kept" if _same(page, wanted, text) else "updated"), wanted, why


def _wanted(
    page: OnWikiPage, history: Sequence[Revision], texts: Mapping[int, str], me: User
) -> Merged | None:
    """Return what a page is to say: ours, with what people changed in what we wrote before.

    ``history`` is newest first. Where we put our changes into theirs, what we wrote holds their
    words, too; so what they changed is looked for further back. None where nothing is ours.
    """
    pure = next((each for each in history if _is_pure(each, me)), None)
    if pure is None:
        return None
    newest, *older = history
    # Whoever puts our last text back wants ours.
    if _same(page, texts[newest.id], texts[pure.id]):
        return Merged(page.text)
    if _is_ours(newest, me):
        return _wanted(page, older, texts, me)
    at = next(number for number, each in enumerate(history) if _is_ours(each, me))
    ours = _wanted(page, history[at:], texts, me)
    if ours is None:
        return None
    merged = _merge(page, texts[history[at].id], texts[newest.id], ours.text)
    return Merged(merged.text, (*ours.conflicts, *merged.conflicts))


def _is_ours(revision: Revision, me: User) -> bool:
    """Whether we wrote a revision."""
    if not me.name:
        return False
    return revision.user_id == me.id if revision.user_id else revision.user == me.name


def _is_pure(revision: Revision, me: User) -> bool:
    """Whether a revision is ours and holds nothing of what people wrote."""
    return _is_ours(revision, me) and not revision.summary.endswith(BESIDE)


def _same(page: OnWikiPage, one: str, other: str) -> bool:
    return _says(replace(page, text=without_marks(other)), one)


def _merge(page: OnWikiPage, base: str, theirs: str, ours: str) -> Merged:
    if page.is_json:
        return merge_json(base, theirs, ours)
    if page.title.startswith("Module:") and not page.title.endswith("/doc"):
        # Lines of two programs may fit each other and their meaning not.
        return Merged(theirs, ("its code",) if base != ours else ())
    return merge_texts(base, theirs, ours)


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _says(page: OnWikiPage, text: str) -> bool:
    """Whether a text is that of a page."""
    if not page.is_json:
        return without_marks(text) == page.text
    try:
        return bool(json.loads(text) == json.loads(page.text))
    except ValueError:
        return False


def _directory(names: PageNames, wiki: Wiki) -> Directory:
    """Return the directory with what coordinators added on the wiki, where that can be read."""
    page = wiki.pages(titles=[names.directory])[names.directory]
    try:
        return load_directory(extra=page.text or "")
    except DirectoryError:
        return load_directory()


def _edit(page: OnWikiPage, text: str, now: Page, *, beside: bool) -> Edit:
    return Edit(
        title=page.title,
        text=text,
        summary=page.summary + BESIDE if beside else page.summary,
        base_revision=now.revision.id if now.revision else None,
        create=not now.exists,
        model=page.model,
    )
