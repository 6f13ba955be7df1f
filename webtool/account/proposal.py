"""Proposal: what a page would say after somebody's edit. No wiki, no Flask: text in, text out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from exchange.directory import Directory
from exchange.model import Kind, Problem, Profile
from exchange.template import Declaration, Names, Reading, edit, formats, merge, read, render
from exchange.template.markup import escape


@dataclass(frozen=True, slots=True)
class Place:
    """Where a profile stands, or would: the page's title, whose it is, and how it is read."""

    title: str
    key: str
    name: str
    names: Names
    directory: Directory
    today: date

    @property
    def group(self) -> bool:
        """Tell whether a group speaks there."""
        return self.key.startswith("page:")

    def reading(self, text: str) -> Reading:
        """Read a text as the bot would, if it stood there."""
        space = self.title.partition(":")[0].casefold() if ":" in self.title else ""
        namespace = 2 if space in self.names.user else 4 if self.group and space else 0
        return read(
            text,
            names=self.names,
            directory=self.directory,
            today=self.today,
            title=self.title,
            namespace=namespace,
        )

    def which(self, text: str) -> int | None:
        """Which of the page's profiles is theirs; None where there is none yet."""
        for at, each in enumerate(self.reading(text).profiles):
            if (each.kind is not Kind.PERSON) == self.group:
                return at
        return None

    def declared(self, text: str) -> Declaration:
        """What the page declares for them so far."""
        at = self.which(text)
        if at is None:
            kind = Kind.USER_GROUP if self.group else Kind.PERSON
            return Declaration(explicit=("kind",) if self.group else (), kind=kind)
        return self.reading(text).profiles[at]

    def propose(self, text: str, wanted: Declaration) -> str:
        """Give the page's text with this declaration; nothing else on the page changes.

        Raises ``ValueError`` where a value would break out of its parameter.
        """
        at = self.which(text)
        if at is None:
            new = render(wanted, names=self.names)
            return f"{new}\n\n{text}" if text.strip() else f"{new}\n"
        before = formats(self.declared(text), names=self.names)
        after = formats(wanted, names=self.names)
        changes = {
            name: after.get(name)
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name)
        }
        return edit(text, changes, names=self.names, which=at)

    def outcome(self, text: str) -> tuple[Profile, tuple[Problem, ...]]:
        """Give the profile that the bot would make of this text, and the problems it would see."""
        reading = self.reading(text)
        profile, found = merge(key=self.key, name=self.name, readings=[reading])
        return profile, (*reading.problems, *found)


def same(one: str, other: str) -> bool:
    """Tell whether two texts are one page to MediaWiki: it composes accents and trims the end."""
    return normalize("NFC", one).rstrip() == normalize("NFC", other).rstrip()


def request_text(what: str, until: date | None, note: str, *, names: Names) -> str:
    """Write ``{{Capacity Exchange request}}`` with what somebody typed in three fields."""
    rows = [f"| want = {escape(what)}"]
    if until:
        rows.append(f"| until = {until.isoformat()}")
    if note:
        rows.append(f"| note = {escape(note)}")
    return "\n".join(["{{" + names.request_title, *rows, "}}"])
