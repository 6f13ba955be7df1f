"""Consent: may a bot write on this page? What ``{{bots}}`` and ``{{nobots}}`` there say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from exchange.text import fold
from exchange.titles import template_title
from exchange.wikitext.plain_text import PLACEHOLDER, plain_value, single_line
from exchange.wikitext.preprocessor import Parameter, Transclusion, parse_page


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

_ALL = frozenset(
    [
        "*",
        "all",
        "any",
        "every",
        "everyone",
        "everybody",
        "everything",
        "yes",
        "alle",
        "alles",
        "jeder",
        "todos",
        "todas",
        "todo",
        "tous",
        "toutes",
        "tout",
        "tutti",
        "tutte",
        "все",
        "всех",
        "كل",
        "جميع",
        "gbogbo",
        "全部",
        "すべて",
        "全て",
        "semua",
        "hepsi",
        "wszystkie",
    ]
)
_NOBODY = frozenset({"none", "no one", "nobody", "no", "nothing", "keine", "ninguno", "aucun"})
_SMALL = frozenset(
    [
        "bot",
        "bots",
        "robot",
        "robots",
        "the",
        "of",
        "them",
        "from",
        "on",
        "please",
        "other",
        "les",
        "los",
        "las",
        "die",
        "der",
        "os",
    ]
)
_MESSAGES = frozenset(
    [
        "message",
        "messages",
        "notice",
        "notices",
        "notification",
        "notifications",
        "suggestion",
        "suggestions",
        "invitation",
        "invitations",
        "newsletter",
        "newsletters",
        "mail",
        "mails",
        "spam",
        "delivery",
        "talk",
        "matching",
        "match",
        "nachrichten",
        "mensajes",
        "mensagens",
    ]
)
_SENTENCE = frozenset(
    [
        "please",
        "no",
        "not",
        "dont",
        "don't",
        "never",
        "any",
        "all",
        "my",
        "me",
        "i",
        "we",
        "you",
        "except",
        "but",
        "only",
        "this",
        "here",
        "may",
    ]
)
_BOT = re.compile(r"bot|бот|ボット|بوت|机器人|機器人|로봇|봇", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"[,;،؛、，；|\n/&+]|(?:^|\s)[*#]+\s|\s(?:and|und|et|y|e|or|oder|ou|o|и|و|og|och)\s"
)
_AROUND = " \t.!?\"'“”„«»‘’`()‎‏"
_ODD = re.compile(r"[*?{}<>\[\]=]")
_NAMESPACE = re.compile(r"^(?:[^\W\d_]+(?: [^\W\d_]+)?):\s*")
_TITLE = re.compile(r"[^|{}\[\]<>]{1,100}")


def check_bots(
    text: str,
    *,
    bot: str,
    bots: Collection[str] = ("Bots",),
    nobots: Collection[str] = ("Nobots",),
    kinds: Collection[str] = (),
    template: Collection[str] = ("Template",),
) -> Verdict:
    """Whether ``bot`` (a user name) may write on a page with this text.

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
    found = parse_page(text)
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
    name = fold(text.strip().lstrip("@:")).strip(_AROUND)
    # "w:User:X": an interwiki prefix before the namespace.
    return _NAMESPACE.sub("", _NAMESPACE.sub("", name, count=1), count=1).strip(_AROUND)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What to look for."""

    bot: str
    kinds: frozenset[str]
    bots: frozenset[str]
    nobots: frozenset[str]
    spaces: frozenset[str]

    def speaks(self, title: str) -> bool:
        """Whether a template of this title is one of the two."""
        return _squeeze(template_title(title.strip(), self.spaces)) in self.bots | self.nobots

    def judge(self, each: Transclusion) -> str:
        """Return why this transclusion forbids to write, or ``""``."""
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
        return next(
            (
                why
                for parameter in each.parameters
                if (why := self._judge_parameter(each, parameter))
            ),
            "",
        )

    def _judge_parameter(self, each: Transclusion, parameter: Parameter) -> str:
        key = fold(parameter.key) if parameter.equals >= 0 else ""
        aims = plain_value(each.page, parameter.value, parameter.end, targets=True).text
        labels = plain_value(each.page, parameter.value, parameter.end).text
        if PLACEHOLDER in aims:
            return "unreadable"
        whole = _name(single_line(aims))
        listed = frozenset({whole} if whole == self.bot else _entries(aims))
        if not listed:
            return "allow" if key in ("allow", "allowscript") else ""
        if any(_ODD.search(entry) and entry != "*" for entry in listed):
            return "unreadable"
        either = listed | frozenset(_entries(labels))
        match key:
            case "allow" | "allowscript":
                return "" if self._allows(listed, key) and not either & _NOBODY else "allow"
            case "deny" | "optout" | "denyscript":
                said = {self._refusal(entry, key) for entry in either}
                for refusal in ("refused", "unreadable"):
                    if refusal in said:
                        name = "deny" if key == "deny" else "optout"
                        return name if refusal == "refused" else refusal
                return ""
        return "unreadable"

    def _allows(self, listed: Collection[str], key: str) -> bool:
        if any(_means_all(entry) for entry in listed):
            return True
        squeezed = {_squeeze(entry) for entry in listed}
        return bool(squeezed & ({_squeeze(self.bot)} if key == "allow" else self.kinds))

    def _refusal(self, entry: str, key: str) -> str:
        """Return ``"refused"``, ``"unreadable"``, or ``""`` where others are meant."""
        if entry in _NOBODY:
            return ""
        if _means_all(entry):
            return "refused"
        squeezed, bot = _squeeze(entry), _squeeze(self.bot)
        words = frozenset(entry.split())
        if bot in squeezed:
            # "Exchange Bot 2" is another bot; "dear Exchange Bot" is not.
            return "" if squeezed.removeprefix(bot).isdecimal() else "refused"
        if words & _MESSAGES or any(kind in squeezed for kind in self.kinds):
            return "refused"
        if key == "deny" and entry == self.bot.split()[0]:
            return "refused"
        # One word, or a name with "bot" in it, is somebody else; a sentence is not.
        named = len(words) <= 4 and _BOT.search(entry) and not words & _SENTENCE
        if len(words) == 1 or named:
            return ""
        return "unreadable"


def _means_all(entry: str) -> bool:
    words = set(entry.split()) - _SMALL
    return not words or (words <= _ALL)


def _entries(text: str) -> Iterator[str]:
    for entry in _SEPARATOR.split(text):
        name = _name(single_line(entry))
        if name:
            yield name
