"""Consent: may a bot write on this page? What ``{{bots}}`` and ``{{nobots}}`` there say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from exchange.fold import fold
from exchange.template.names import template_title
from exchange.template.scan import Part, Transclusion, scan
from exchange.template.value import HOLE, line, value_of


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nothing on the page speaks against it."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Somebody said no. ``why`` is ``nobots``, ``deny``, ``allow``, ``optout`` or ``unreadable``.

    ``text`` is what stands on the page, at most 200 characters.
    """

    why: str
    text: str = ""


Verdict = Allowed | Denied

_ALL = frozenset({"all", "any", "*", "everyone", "everything", "yes"})
_NOBODY = frozenset({"none", "no one", "nobody", "no"})
_SEPARATOR = re.compile(r"[,;،؛、，；|\n]|(?:^|\s)[*#]+\s")
_ODD = re.compile(r"[*?{}<>\[\]=]")
_NAMESPACE = re.compile(r"^(?:[^\W\d_]+(?: [^\W\d_]+)?):\s*")
_TITLE = re.compile(r"[^|{}\[\]<>]{1,100}")


def verdict(
    text: str,
    *,
    bot: str,
    bots: Collection[str] = ("Bots",),
    nobots: Collection[str] = ("Nobots",),
    kinds: Collection[str] = (),
    template: Collection[str] = ("Template",),
) -> Verdict:
    """Say whether ``bot`` (a user name) may write on a page with this text.

    ``bots`` and ``nobots`` are the templates' titles with all their redirects; case, spaces,
    underscores and hyphens in them do not count. ``kinds`` are the names of what the bot sends,
    which ``optout=`` may list. ``template`` are the names of the template namespace. The most
    restrictive reading counts; what can't be read means no. Never raises.
    """
    spaces = frozenset(name.casefold() for name in ("Template", *template))
    rules = _Rules(
        bot=_name(bot),
        kinds=frozenset(_squeeze(kind) for kind in kinds),
        bots=frozenset(_squeeze(template_title(title, spaces)) for title in ("Bots", *bots)),
        nobots=frozenset(_squeeze(template_title(title, spaces)) for title in ("Nobots", *nobots)),
        spaces=spaces,
    )
    found = scan(text)
    for each in found.transclusions:
        why = rules.judge(each)
        if why:
            return Denied(why, each.raw[:200])
    for start, count in found.openings:
        title = _TITLE.match(text, start + count)
        if title and rules.speaks(title.group()):
            return Denied("unreadable", text[start : start + 200])
    return Allowed()


def _squeeze(text: str) -> str:
    """Fold a template's title so that case, spaces, underscores and hyphens do not count."""
    return fold(text).replace(" ", "")


def _name(text: str) -> str:
    """Fold a bot's name; ``User:`` in any language goes, as do case and underscores."""
    return _NAMESPACE.sub("", fold(text.strip().lstrip("@:")), count=1)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What to look for."""

    bot: str
    kinds: frozenset[str]
    bots: frozenset[str]
    nobots: frozenset[str]
    spaces: frozenset[str]

    def speaks(self, title: str) -> bool:
        """Tell whether a template of this title is one of the two."""
        return _squeeze(template_title(title.strip(), self.spaces)) in self.bots | self.nobots

    def judge(self, each: Transclusion) -> str:
        """Say why this transclusion forbids to write, or give ``""``."""
        written = each.title
        if "{" in written:
            # Whatever is computed here may come out as an opt-out.
            computed = _squeeze(written) if len(written) <= 400 else ""
            return "unreadable" if any(name in computed for name in self.nobots) else ""
        title = _squeeze(template_title(written, self.spaces))
        if title in self.nobots:
            return "nobots"
        if title not in self.bots:
            return ""
        return next((why for part in each.parts if (why := self._part(each, part))), "")

    def _part(self, each: Transclusion, part: Part) -> str:
        key = fold(part.key) if part.equals >= 0 else ""
        aims = value_of(each.scan, part.value, part.end, targets=True).text
        labels = value_of(each.scan, part.value, part.end).text
        if HOLE in aims:
            return "unreadable"
        listed = frozenset(_entries(aims))
        if not listed:
            return "allow" if key in ("allow", "allowscript") else ""
        if any(_ODD.search(entry) and entry != "*" for entry in listed):
            return "unreadable"
        either = listed | frozenset(_entries(labels))
        match key:
            case "allow" | "allowscript":
                ours = {self.bot} if key == "allow" else self.kinds
                return "" if listed & (_ALL | ours) and not either & _NOBODY else "allow"
            case "deny":
                return "deny" if either & (_ALL | {self.bot}) else ""
            case "optout" | "denyscript":
                refused = {entry.replace(" ", "") for entry in either}
                return "optout" if refused & (_ALL | self.kinds) else ""
        return "unreadable"


def _entries(text: str) -> Iterator[str]:
    for entry in _SEPARATOR.split(text):
        name = _name(line(entry))
        if name:
            yield name
