"""May this person be written to, and on which page? Facts in, a reason or a page out."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from bot.wiki.port import Site
from exchange.model import WIKITEXT, Held, Page, Reason, Skipped, User, account_problem
from exchange.notices.stop_pages import Mention, find_mention
from exchange.titles import normalise_title, owner_of
from exchange.wikitext import bots_template
from exchange.wikitext.preprocessor import parse_page

USER, USER_TALK = 2, 3
IN_USE = timedelta(days=1)
"""How long after the last edit ``{{in use}}`` keeps us off a page."""

MASS_MESSAGE_CATEGORY = "Category:Opted-out of message delivery"
"""Where people opt out of MassMessage; whoever wants no such messages wants none of ours."""

_ARCHIVE = re.compile(
    r"\d|archi[vw]|arquiv|arsip|arşiv|архив|архів|أرشيف|بایگانی|ארכיון|过档|存档|存檔|過去ログ|"
    r"\b(?:old|alt|ancien|viej|velh)",
    re.IGNORECASE,
)
"""What the names of archived talk pages hold: a number, or the word."""

_LQT = re.compile(r"\{\{\s*#useliquidthreads\s*:\s*1", re.IGNORECASE)
_LEVELS = {
    "autoconfirmed": {"autoconfirmed", "confirmed", "bot", "sysop"},
    "editsemiprotected": {"autoconfirmed", "confirmed", "bot", "sysop"},
    "extendedconfirmed": {"extendedconfirmed", "bot", "sysop"},
    "templateeditor": {"templateeditor", "sysop"},
    "editautopatrolprotected": {"autopatrolled", "bot", "sysop"},
}
"""Protection level -> the groups that may edit. Whatever is not listed is not for a bot."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every recipient of a run.

    ``me`` is the bot; ``bots`` and ``nobots`` the titles of these templates with redirects;
    ``category`` the titles of the opt-out category; ``kinds`` what ``optout=`` may call us.
    ``people`` are the central ids of those who have a profile. ``installed`` is the text of the
    opt-out list as we put it on the wiki. ``in_use`` are the titles of the template that asks
    others not to edit for a while.
    """

    me: User
    site: Site
    category: frozenset[str]
    bots: Collection[str] = ("Bots",)
    nobots: Collection[str] = ("Nobots",)
    kinds: Collection[str] = ("capacity exchange", "capacityexchange")
    people: frozenset[int] = frozenset()
    installed: str = ""
    in_use: Collection[str] = ("In use",)

    @property
    def templates(self) -> tuple[str, ...]:
        """The titles of the templates that a page may say no with, for ``Wiki.pages``."""
        return tuple(
            title if ":" in title else f"Template:{title}" for title in (*self.nobots, *self.bots)
        )


def check_user(user: User, *, account: int, me: User) -> Skipped | None:
    """Return why an account may not be written to, or None. ``account`` is whom we mean."""
    if user.temporary or user.name.startswith("~2") or _is_ip(user.name):
        return Skipped(Reason.USER_TEMPORARY, user.name)
    if user.exists and user.id == me.id:
        return Skipped(Reason.USER_SELF)
    if user.exists and account and user.id != account:
        # Somebody else has the old name now: they never asked us for anything.
        return Skipped(Reason.USER_MISSING, f"{user.name} is another account now")
    problem = account_problem(user)
    return Skipped(problem, user.name) if problem is not None else None


def check_consent(pages: Collection[Page], *, rules: Rules) -> Skipped | None:
    """Return why a page of somebody's speaks against writing to them, or None."""
    for page in pages:
        if (rules.category | {MASS_MESSAGE_CATEGORY}) & {
            normalise_title(name) for name in page.categories
        }:
            return Skipped(Reason.OPTED_OUT_CATEGORY, page.title)
        if not page.exists or page.model != WIKITEXT:
            continue
        if page.text is None:
            return Skipped(Reason.UNREADABLE_CONSENT, f"{page.title} cannot be read")
        said = bots_template.check_bots(
            page.text,
            bot=rules.me.name,
            bots=rules.bots,
            nobots=rules.nobots,
            kinds=rules.kinds,
            template=rules.site.namespaces.get(10, ()),
        )
        if isinstance(said, bots_template.Denied):
            unread = said.why == "unreadable"
            reason = Reason.UNREADABLE_CONSENT if unread else Reason.OPTED_OUT_TEMPLATE
            return Skipped(reason, f"{page.title}: {said.text}"[:255])
        through = _said_through_others(page, rules)
        if through:
            return Skipped(Reason.OPTED_OUT_TEMPLATE, f"{page.title}: {through}"[:255])
    return None


def _said_through_others(page: Page, rules: Rules) -> str:
    """Return the template that speaks for a page though its own text does not show it.

    What a header page says in it nobody can tell from here, so it means no.
    """
    if not page.templates:
        return ""
    shown = {
        normalise_title(each.title).partition(":")[2] or normalise_title(each.title)
        for each in parse_page(page.text or "").transclusions
    }
    for title in sorted(page.templates):
        if normalise_title(title).partition(":")[2] not in shown:
            aliases = rules.nobots if _is_one_of(title, rules.nobots) else rules.bots
            if not any(normalise_title(each).rpartition(":")[2] in shown for each in aliases):
                return f"{title}, through another page"
    return ""


def _is_one_of(title: str, others: Collection[str]) -> bool:
    name = normalise_title(title).rpartition(":")[2]
    return name in {normalise_title(each).rpartition(":")[2] for each in others}


def check_opt_out_list(
    text: str, *, user: User, names: Collection[str], rules: Rules
) -> Skipped | Held | None:
    """Return why the opt-out list keeps us from writing to somebody, or None."""
    spaces = rules.site.namespaces
    mention = find_mention(
        text,
        {user.name, *names} - {""},
        installed=rules.installed,
        namespaces=("User", "User talk", *spaces.get(USER, ()), *spaces.get(USER_TALK, ())),
    )
    match mention:
        case Mention.LISTED:
            return Skipped(Reason.OPTED_OUT_LIST)
        case Mention.POSSIBLE:
            return Held(Reason.POSSIBLE_OPT_OUT, user.name)
    return None


def check_in_use(page: Page, *, rules: Rules, now: datetime) -> Held | None:
    """Return that somebody is working on a page, for a day after its last edit; or None."""
    if page.revision is None or page.revision.timestamp < now - IN_USE:
        return None
    titles = {normalise_title(title).rpartition(":")[2] for title in ("In use", *rules.in_use)}
    for each in parse_page(page.text or "").transclusions:
        if normalise_title(each.title).rpartition(":")[2] in titles:
            return Held(Reason.PAGE_IN_USE, page.title)
    return None


def check_page(page: Page, *, rules: Rules) -> Skipped | None:
    """Return why a page may not be written, or None. Redirects are ``follow_redirect``'s business."""
    if not page.exists:
        if page.protection.get("create"):
            return Skipped(Reason.PAGE_SALTED, page.title)
        if page.deleted:
            return Skipped(Reason.PAGE_DELETED, page.title)
    if page.model != WIKITEXT:
        return Skipped(Reason.PAGE_MODEL, f"{page.title} is {page.model}")
    for level in page.protection.get("edit", "").replace("|", " ").split():
        if not _LEVELS.get(level, set()) & rules.me.groups:
            return Skipped(Reason.PAGE_PROTECTED, f"{page.title}: {level}")
    if page.exists and page.text is None:
        return Skipped(Reason.UNREADABLE_CONSENT, f"{page.title} cannot be read")
    if _LQT.search(page.text or ""):
        return Skipped(Reason.PAGE_LQT, page.title)
    return None


def check_size(text: str, *, site: Site) -> Skipped | None:
    """Return why a text is too large for a page of this wiki, or None."""
    size = len(text.encode())
    if size > site.page_limit:
        return Skipped(Reason.PAGE_TOO_LARGE, f"{size} of {site.page_limit} bytes")
    return None


def talk_page_owner(title: str, site: Site, namespace: int = USER_TALK) -> str:
    """Return the user to whom a user talk page (or a page below it) belongs, or ``""``."""
    english = "user talk" if namespace == USER_TALK else "user"
    known = {english, *(name.casefold() for name in site.namespaces.get(namespace, ()))}
    return owner_of(title, known)


def follow_redirect(
    page: Page, *, user: User, target: Page | None, target_user: User | None, rules: Rules
) -> Page | Skipped:
    """Follow a redirect by one hop, if it stays with the same person; give where to write.

    ``target`` is the page that ``page`` redirects to, ``target_user`` the account whose talk page
    that is; None where they do not exist.
    """
    if not page.redirect:
        return page
    site = rules.site
    title = page.redirect.partition("#")[0]
    whose = talk_page_owner(title, site)
    if not whose:
        space, colon, _ = title.partition(":")
        names = {name.casefold() for spaces in site.namespaces.values() for name in spaces if name}
        foreign = bool(colon) and space.strip().casefold() not in names
        reason = Reason.REDIRECT_OTHER_WIKI if foreign else Reason.REDIRECT_ELSEWHERE
        return Skipped(reason, title)
    if is_archive(title):
        # A page that was moved to an archive leaves a redirect to it; nobody reads there.
        return Skipped(Reason.REDIRECT_ELSEWHERE, f"{title} is an archive")
    if target is not None and target.redirect:
        back = normalise_title(target.redirect) in (
            normalise_title(page.title),
            normalise_title(target.title),
        )
        reason = Reason.REDIRECT_CIRCLE if back else Reason.REDIRECT_ELSEWHERE
        return Skipped(reason, title)
    same = whose == normalise_title(user.name) or (
        target_user is not None and target_user.id == user.id
    )
    if not same and target_user is not None and target_user.id in rules.people:
        # Two accounts, each with a profile, and one mailbox: whoever reads it is told once.
        return Skipped(Reason.SAME_PERSON, title)
    if not same or target is None:
        return Skipped(Reason.REDIRECT_ELSEWHERE, title)
    return target


def is_archive(title: str) -> bool:
    """Whether a title is that of an archived talk page, where nobody reads."""
    return _ARCHIVE.search(title.partition("/")[2]) is not None


def redirect_target(page: Page, site: Site) -> tuple[str, str]:
    """Return the title that a talk page redirects to and the user it belongs to, or empty texts."""
    title = page.redirect.partition("#")[0].strip()
    whose = talk_page_owner(title, site) if title else ""
    return (title, whose) if whose else ("", "")


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
