"""Recipient: may this account be written to, and where? Facts in, a reason or an address out."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address

from bot.wiki.port import Site
from exchange import consent
from exchange.model import WIKITEXT, Page, Reason, Skipped, User
from exchange.template.names import normalise

USER, USER_TALK = 2, 3

_VANISHED = re.compile(
    r"(?:vanished user|renamed user|vanisheduser|renameduser|deleted user)\b", re.IGNORECASE
)
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
    ``people`` are the central ids of those who have a profile.
    """

    me: User
    site: Site
    category: frozenset[str]
    bots: Collection[str] = ("Bots",)
    nobots: Collection[str] = ("Nobots",)
    kinds: Collection[str] = ("capacity exchange", "capacityexchange")
    people: frozenset[int] = frozenset()


def check_user(user: User, *, account: int, me: User) -> Skipped | None:
    """Say why an account may not be written to, or None. ``account`` is whom we mean."""
    if user.temporary or user.name.startswith("~2") or _is_ip(user.name):
        return Skipped(Reason.USER_TEMPORARY, user.name)
    if not user.exists:
        return Skipped(Reason.USER_MISSING, user.name)
    if user.hidden:
        return Skipped(Reason.USER_HIDDEN)
    if _VANISHED.match(user.name):
        return Skipped(Reason.USER_VANISHED, user.name)
    if user.id == me.id:
        return Skipped(Reason.USER_SELF)
    if account and user.id != account:
        # Somebody else has the old name now: they never asked us for anything.
        return Skipped(Reason.USER_MISSING, f"{user.name} is another account now")
    if user.locked:
        return Skipped(Reason.USER_LOCKED)
    if user.blocked == "sitewide":
        return Skipped(Reason.USER_BLOCKED)
    if "bot" in user.groups:
        return Skipped(Reason.USER_BOT)
    if not user.local:
        return Skipped(Reason.USER_MISSING, f"{user.name} has no account on this wiki")
    return None


def check_consent(pages: Collection[Page], *, rules: Rules) -> Skipped | None:
    """Say whether a page of somebody's speaks against our writing to them, or None."""
    for page in pages:
        if rules.category & {normalise(name) for name in page.categories}:
            return Skipped(Reason.OPTED_OUT_CATEGORY, page.title)
        if not page.exists or page.model != WIKITEXT:
            continue
        if page.text is None:
            return Skipped(Reason.UNREADABLE_CONSENT, f"{page.title} cannot be read")
        said = consent.verdict(
            page.text,
            bot=rules.me.name,
            bots=rules.bots,
            nobots=rules.nobots,
            kinds=rules.kinds,
            template=rules.site.namespaces.get(10, ()),
        )
        if isinstance(said, consent.Denied):
            unread = said.why == "unreadable"
            reason = Reason.UNREADABLE_CONSENT if unread else Reason.OPTED_OUT_TEMPLATE
            return Skipped(reason, f"{page.title}: {said.text}"[:255])
    return None


def check_page(page: Page, *, rules: Rules) -> Skipped | None:
    """Say why a page may not be written, or None. Redirects are ``follow``'s business."""
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


def check_room(text: str, *, site: Site) -> Skipped | None:
    """Say that a text is too large for a page of this wiki, or None."""
    size = len(text.encode())
    if size > site.page_limit:
        return Skipped(Reason.PAGE_TOO_LARGE, f"{size} of {site.page_limit} bytes")
    return None


def owner(title: str, site: Site, namespace: int = USER_TALK) -> str:
    """Give the user to whom a user talk page (or a page below it) belongs, or ``""``."""
    space, colon, rest = normalise(title).partition(":")
    english = "user talk" if namespace == USER_TALK else "user"
    known = {english, *(name.casefold() for name in site.namespaces.get(namespace, ()))}
    if not colon or space.casefold() not in known:
        return ""
    return normalise(rest.partition("/")[0])


def follow(
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
    whose = owner(title, site)
    if not whose:
        space, colon, _ = title.partition(":")
        names = {name.casefold() for spaces in site.namespaces.values() for name in spaces if name}
        foreign = bool(colon) and space.strip().casefold() not in names
        reason = Reason.REDIRECT_OTHER_WIKI if foreign else Reason.REDIRECT_ELSEWHERE
        return Skipped(reason, title)
    if target is not None and target.redirect:
        back = normalise(target.redirect) in (normalise(page.title), normalise(target.title))
        reason = Reason.REDIRECT_CIRCLE if back else Reason.REDIRECT_ELSEWHERE
        return Skipped(reason, title)
    same = whose == normalise(user.name) or (target_user is not None and target_user.id == user.id)
    if not same and target_user is not None and target_user.id in rules.people:
        # Two accounts, each with a profile, and one mailbox: whoever reads it is told once.
        return Skipped(Reason.SAME_PERSON, title)
    if not same or target is None:
        return Skipped(Reason.REDIRECT_ELSEWHERE, title)
    return target


def redirects_to(page: Page, site: Site) -> tuple[str, str]:
    """Give the title that a talk page redirects to and the user it belongs to, or empty texts."""
    title = page.redirect.partition("#")[0].strip()
    whose = owner(title, site) if title else ""
    return (title, whose) if whose else ("", "")


def listed(text: str, site: Site) -> frozenset[str]:
    """Read the opt-out list: every user that it names, in MediaWiki's own writing.

    A name counts in a link to a user page or talk page, in a template (``{{user|Ada}}``), or as a
    line of a list; whoever could be meant is meant.
    """
    found: set[str] = set()
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    for link in re.findall(r"\[\[\s*:?([^\[\]|\n]+)", text):
        found.add(owner(link, site) or owner(link, site, USER))
    for call in re.findall(r"\{\{[^{}|\n]*\|([^{}\n]*)\}\}", text):
        for value in call.split("|"):
            found.add(_bare(value.rpartition("=")[2], site))
    for line in text.splitlines():
        if line[:1] in "*#:;":
            found.add(_bare(line.lstrip("*#:; "), site))
    return frozenset(found - {""})


def _bare(text: str, site: Site) -> str:
    written = text.strip(" \t'[]{}")
    return owner(written, site) or owner(written, site, USER) or normalise(written)


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
