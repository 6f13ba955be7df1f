"""Write to somebody: the page where they see it, and a first message with what is in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from exchange.directory import Directory
from exchange.i18n.escape import escape_wikitext, one_line
from exchange.model import USABLE, Offer, Profile, Suggestion, SuggestionStatus, Want
from exchange.model.keys import ProfileKey
from exchange.store.notices import NoticeState
from webtool.context import context, reader
from webtool.render import language_label, msg, wiki_link

MOST_NAMED = 3
"""Capacities that a first message names of each side: it is the beginning of a talk, no report."""
_MARKUP = re.compile(r"[\[\]{}<>|]|''|~~|__")


@dataclass(frozen=True, slots=True)
class CommonGround:
    """What two people have in common, as ids and codes: what the one could learn from the other."""

    learn: tuple[Want | Offer, ...] = ()
    share: tuple[Want | Offer, ...] = ()
    languages: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.learn or self.share)


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to, and the address on the wiki where a message to them begins."""

    name: str
    address: str


def common_ground(mine: Profile, theirs: Profile, directory: Directory) -> CommonGround:
    """Return what ``mine`` could learn from ``theirs`` and share with them, and their languages.

    A capacity meets another one that is the same, broader or narrower; it is named as the one of
    them did who wants it.
    """

    def met(wants: Iterable[Want], offers: Iterable[Offer]) -> tuple[Want, ...]:
        held = [one.capacity for one in offers]
        return tuple(
            want for want in wants if any(_related(want.capacity, one, directory) for one in held)
        )

    spoken = {one.code for one in mine.languages if one.level >= USABLE}
    return CommonGround(
        learn=met(mine.wants, theirs.offers),
        share=met(theirs.wants, mine.offers),
        languages=tuple(
            one.code for one in theirs.languages if one.level >= USABLE and one.code in spoken
        ),
    )


def _related(one: str, other: str, directory: Directory) -> bool:
    return one == other or one in directory.broader(other) or other in directory.broader(one)


def contact_of(
    profile: Profile, mine: Profile | None = None, *, about: Suggestion | None = None
) -> Contact | None:
    """Return whom to write to about a profile, or None where there is no wiki to write on.

    ``mine`` is the reader's own profile, where it is known. A group is written to through its first
    contact. The page is the one on which the bot reached them last, else their talk page. ``about``
    is a match that the message begins, or gives thanks for once it helped.
    """
    name = next(iter(profile.contacts), "") if profile.is_group else profile.name
    if not name or not context().wiki:
        return None
    common = common_ground(mine, profile, context().directory) if mine else CommonGround()
    if about is not None:
        common = _only(about, common, helping=about.match.seeker == profile.key)
    thanks = about is not None and about.status is SuggestionStatus.EXCHANGED
    names = context().settings.names
    address = wiki_link(
        ("" if profile.is_group else _page_reached(profile)) or f"User talk:{name}",
        action="edit",
        section="new",
        preload=f"Template:{names.profile}/message",
        preloadtitle=msg("web-thanks-title") if thanks else _title(common),
        **{
            "preloadparams[]": thanks_message(name, common)
            if thanks
            else first_message(name, profile, common, agreed=about is not None)
        },
    )
    return Contact(name, address)


def _only(about: Suggestion, common: CommonGround, *, helping: bool) -> CommonGround:
    """Return what is in common with nothing else to exchange than what a match is about."""
    wanted = (Want(about.match.want),)
    return CommonGround(
        () if helping else wanted, wanted if helping else (), languages=common.languages
    )


def _page_reached(profile: Profile) -> str:
    """Return the page of the newest notice to somebody; a talk page may lead elsewhere."""
    sent = context().store.notices.to(ProfileKey.parse(profile.key).id)
    pages = (one.page for one in reversed(sent) if one.state is NoticeState.SENT and one.page)
    return next(pages, "")


def _title(common: CommonGround) -> str:
    named = common.learn or common.share
    return f"{msg('web-name')}: {_named(named[:1])}" if named else msg("web-name")


def thanks_message(name: str, common: CommonGround) -> str:
    """Return a line of thanks for what was exchanged, in the reader's language as wikitext."""
    return msg("web-thanks", plain_words(name), _named(common.learn or common.share), _portal())


def _portal() -> str:
    return f"[[:{context().settings.names.portal}|{msg('web-name')}]]"


def first_message(
    name: str, profile: Profile, common: CommonGround, *, agreed: bool = False
) -> str:
    """Return the message in the reader's language as wikitext, without a signature.

    ``agreed``: they said yes to a match, so it also asks for a day.
    """
    said = [msg("web-write-hello", plain_words(name), _portal())]
    for way, items in (("learn", common.learn), ("share", common.share)):
        skills, things = _by_kind(items)
        if skills:
            said.append(msg(f"web-write-{way}", _named(skills)))
        if things:
            said.append(msg(f"web-write-{way}-thing", _named(things)))
    if not common and profile.offers:
        said.append(msg("web-write-read", _named(profile.offers)))
    if common and common.languages:
        spoken = [str(language_label(code).striptags()) for code in common.languages]
        said.append(msg("web-write-languages", reader().wording.list(spoken)))
    if agreed:
        said.append(msg("web-write-when"))
    return " ".join(said)


def _by_kind(items: Iterable[Want | Offer]) -> tuple[list[Want | Offer], list[Want | Offer]]:
    """Return what is learnt and what is given or lent, apart."""
    kinds: tuple[list[Want | Offer], list[Want | Offer]] = [], []
    for one in items:
        kinds[context().directory.is_thing(one.capacity)].append(one)
    return kinds


def _named(items: Iterable[Want | Offer]) -> str:
    """Return the names of the first few, joined; what is in no list as it was written."""
    directory, language = context().directory, reader().language
    names = [
        directory.name(one.capacity, language)
        if one.capacity in directory
        else plain_words(one.text or directory.name(one.capacity))
        for one in items
    ]
    return reader().wording.list(names[:MOST_NAMED])


def plain_words(text: str) -> str:
    """Return words that change nothing on the page; readable in an editor where they are harmless."""
    return escape_wikitext(text, 100) if _MARKUP.search(text) else one_line(text, 100)
