"""Message: what a notice says, in its reader's language.

Everything that somebody wrote (names, capacities, reasons with such in them) comes in as plain
text and is escaped here, so no profile can change the structure of a notice. Nobody but the
reader is pinged: a helper's name links to their profile, never straight to a user page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from exchange.languages import fallbacks, modern
from exchange.model import Language, Match
from exchange.notice import mark, wrapper
from exchange.notice.answer import ANSWERS, message_key
from exchange.notice.mark import Mark, Pair
from exchange.notice.section import Section
from exchange.wording import Person, Wording, available, escape, plain

GROUP = "notice"
SPAN = 3
"""How many suggestions a notice holds at most."""


class Role(StrEnum):
    """Who a notice speaks to: somebody who wants to learn, or somebody who was accepted."""

    SEEKER = "seeker"
    HELPER = "helper"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody whom a notice names, in plain text.

    ``page`` is the title of their profile, empty where it may not be linked; ``page_id`` its id.
    ``user`` is the account to write to.
    """

    name: str
    user: str
    page: str = ""
    page_id: int = 0
    gender: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One suggestion in a notice: the other party, what it is about, and why, in plain text."""

    match: Match
    period: str
    other: Party
    capacity: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matter:
    """All that a notice says, before it is put into words."""

    recipient: str
    account: int
    campaign: str
    role: Role
    reader: Party
    items: tuple[Item, ...]

    @property
    def mark(self) -> Mark:
        """The identity of the notice."""
        pairs = tuple(Pair.of(item.match, item.period) for item in self.items)
        return Mark(self.recipient, self.account, self.campaign, pairs)


@dataclass(frozen=True, slots=True)
class Names:
    """What the wiki calls our pages and namespaces: titles that a notice links to."""

    template: str = "Capacity Exchange notice"
    portal: str = "Capacity Exchange"
    user: str = "User"
    user_talk: str = "User talk"
    special: str = "Special"


@dataclass(frozen=True, slots=True)
class Message:
    """A notice in words: its section, the edit summary, and the language it speaks."""

    section: Section
    summary: str
    language: str


def language_for(languages: Sequence[Language], *, page_language: str) -> str:
    """Choose the language of a notice: the reader's best one that we have messages in.

    A language counts with what stands in for it (an Egyptian Arabic reader gets Arabic) before
    the next one does; then comes the page's language, then English.
    """
    have = set(available(GROUP))
    spoken = [entry.code for entry in sorted(languages, key=lambda entry: -entry.level)]
    for code in (*spoken, page_language):
        for each in (modern(code), *(c for c in fallbacks(code) if c != "en")):
            if each in have:
                return each
    return "en"


def write(
    matter: Matter, wording: Wording, *, names: Names, page_wording: Wording, silence_days: int
) -> Message:
    """Put a notice into words.

    ``wording`` speaks the reader's language, ``page_wording`` the wiki's (for the edit summary).
    """
    count = len(matter.items)
    return Message(
        section=Section(
            heading=wording.text(_key(matter.role, "heading"), count),
            wrapper=wrapper.write(
                template=names.template,
                notice=matter.mark.id,
                language=wording.language,
                count=count,
                words=[word(wording, status) for status in ANSWERS],
            ),
            mark=matter.mark,
            body=_body(matter, wording, names, silence_days),
        ),
        summary=" ".join(
            (
                plain(page_wording.text(_key(matter.role, "summary"), count, _title(names.portal))),
                mark.tag(matter.mark.id),
            )
        ),
        language=wording.language,
    )


def word(wording: Wording, status: object) -> str:
    """Give the word that a notice shows for an answer."""
    return wording.text(message_key(status)).split("|")[0]  # type: ignore[arg-type]


def link_target(title: str, page_id: int, names: Names) -> str:
    """Give a title that may be linked in a signed section without pinging anybody.

    A link to a user's page is a ping; one to a subpage, or through a special page, is not.
    """
    space, _, rest = title.partition(":")
    if space.replace("_", " ").casefold() in (names.user.casefold(), "user") and "/" not in rest:
        return f"{names.special}:Redirect/page/{page_id}"
    return f":{_title(title)}"


def titles(matter: Matter, names: Names) -> Iterable[str]:
    """Every title that the notice links to and that must exist, or it would show red."""
    yield names.portal
    yield f"Template:{names.template}"
    for party in (matter.reader, *(item.other for item in matter.items)):
        if party.page:
            yield party.page


def _key(role: Role, name: str) -> str:
    return f"notice-{name}" if role is Role.SEEKER else f"notice-helper-{name}"


def _body(matter: Matter, wording: Wording, names: Names, silence_days: int) -> str:
    reader = matter.reader
    person = Person(_shown(reader.name), reader.gender)
    profile = link_target(reader.page, reader.page_id, names)
    count = len(matter.items)
    lines = [
        f'<div class="mw-content-{wording.direction}" lang="{wording.language}"'
        f' dir="{wording.direction}">',
        wording.text("notice-greeting", person.name, person),
        "",
        wording.text(_key(matter.role, "intro"), profile, count, person),
    ]
    bullet = "*" if count == 1 else "#"
    for item in matter.items:
        lines += _item(item, bullet, matter.role, wording, names, person)
    lines += ["", wording.text("notice-answer", count)]
    lines += [
        f"* <code>{word(wording, status)}</code> – {wording.text(f'{message_key(status)}-meaning')}"
        for status in ANSWERS
    ]
    lines += [
        "",
        "<small>"
        + " ".join(
            (
                wording.text("notice-silence", silence_days, person),
                wording.text("notice-fewer", profile),
                wording.text("notice-why", f":{_title(names.portal)}"),
            )
        )
        + "</small>",
        "</div>",
    ]
    return "\n".join(lines)


def _item(
    item: Item, bullet: str, role: Role, wording: Wording, names: Names, reader: Person
) -> Iterable[str]:
    other = item.other
    name = _shown(other.name)
    person = Person(name, other.gender)
    linked = f"[[{link_target(other.page, other.page_id, names)}|{name}]]" if other.page else name
    yield (
        f"{bullet} "
        + wording.text(
            "notice-item" if role is Role.SEEKER else "notice-helper-item",
            linked,
            _shown(item.capacity),
            person,
        )
    )
    for reason in item.reasons:
        yield f"{bullet}* {_shown(reason)}"
    talk = f"{names.special}:NewSection/{names.user_talk}:{_title(other.user)}"
    yield f"{bullet}* {wording.text(_key(role, 'next'), talk, name, person, reader)}"


def _shown(text: str) -> str:
    """Escape somebody's text; never empty, for marks of emphasis around nothing are others."""
    return escape(text) or "…"


def _title(title: str) -> str:
    """Make a title safe inside a link; a title that exists has none of these signs anyway."""
    return "".join(char for char in plain(title) if char not in "<>[]{}|#\n")
