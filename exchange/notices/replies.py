"""Replies: who wrote which words into a notice, told from the revisions of its page.

We know to the letter what we wrote. Whatever else stands in the section was written by somebody:
a reply by DiscussionTools, by hand, indented or not, on the line of our signature or inside of
the text, a word after ``status=``, or a section of its own that a link preloaded. Each revision's
changes are its author's own words; a signing bot's remark beside somebody's word changes neither
the word nor whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import NamedTuple

from exchange.notices.section import (
    ANSWER_MARK,
    find_answers,
    find_section,
    words_before_answer,
)
from exchange.notices.template import find_templates
from exchange.text import unescape_entities
from exchange.wikitext.preprocessor import parse_page

MAX_SECTION = 60_000
"""How many characters of a section are compared; a longer one is no conversation with a bot."""

_TOKEN = re.compile(r"\n|[^\S\n]+|<!--.*?-->|[\w']+|.", re.DOTALL)


class Version(NamedTuple):
    """One revision of a page. ``user_id`` is 0 where it is not known; ``text`` the whole page."""

    revision: int
    user: str
    user_id: int
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Words that somebody added in one revision.

    ``number`` is None for a reply, 0 for what stands after ``status=``, else the suggestion's
    number. ``version`` is the revision that they came in; None where it is older than the
    revisions that were read, so that nobody knows whose they are. ``removed`` says that they, or
    some of them, no longer stand there, though neither their author nor the notice's reader took
    them out.
    """

    text: str
    number: int | None
    version: Version | None
    removed: bool = False


@dataclass
class _Blame:
    """A text whose every token knows the version that it came in; None is ours."""

    text: str
    tokens: list[str]
    origins: list[Version | int]
    earlier: dict[str, list[Version | int]] = field(default_factory=dict)

    def update(self, text: str, origin: Version | int) -> list[tuple[Version | int, str]]:
        """Take the next text; return what it no longer has, as (origin, words)."""
        if text == self.text:
            return []
        self.earlier.setdefault(self.text, self.origins)
        tokens = _TOKEN.findall(text)
        gone: list[tuple[Version | int, str]] = []
        restored = self.earlier.get(text)
        origins: list[Version | int] = list(restored) if restored is not None else []
        matcher = SequenceMatcher(None, self.tokens, tokens, autojunk=False)
        for kind, a, b, c, d in matcher.get_opcodes():
            if restored is None:
                origins += self.origins[a:b] if kind == "equal" else [origin] * (d - c)
            if kind != "equal":
                gone += _runs(self.tokens[a:b], self.origins[a:b])
        self.text, self.tokens, self.origins = text, tokens, origins
        return gone


OURS = 0
UNKNOWN = 1
"""Origins that are no revision of somebody's: what we wrote, and what nobody knows."""


def _runs(
    tokens: Sequence[str], origins: Sequence[Version | int]
) -> list[tuple[Version | int, str]]:
    found: list[tuple[Version | int, list[str]]] = []
    for token, origin in zip(tokens, origins, strict=True):
        if found and found[-1][0] == origin:
            found[-1][1].append(token)
        else:
            found.append((origin, [token]))
    return [(origin, "".join(words)) for origin, words in found]


def read_statements(
    versions: Iterable[Version],
    *,
    notice: str,
    written: str,
    owner: Callable[[Version], bool],
    ours: Callable[[Version], bool],
    is_notice_template: Callable[[str], bool],
    complete: bool = True,
) -> list[Statement]:
    """Return everything that people wrote into a notice, oldest first.

    ``versions`` are the page's revisions since ours, oldest first; ``written`` is the text of the
    revision in which we wrote the notice. ``owner`` and ``ours`` tell the reader's revisions and
    the bot's. Not ``complete``: there are revisions between ours and the first of ``versions``.
    """
    blames: dict[int | None, _Blame] = {}
    ghosts: list[tuple[int | None, Statement]] = []
    for number, text in _slots(written, notice, is_notice_template).items():
        tokens = _TOKEN.findall(text)
        blames[number] = _Blame(text, tokens, [OURS] * len(tokens))
    pages = [written]
    first = True
    for version in versions:
        slots = _slots(version.text, notice, is_notice_template)
        # Where our section is gone it was archived, or taken off the page as a whole: nobody took
        # a word back.
        keys = {*slots, *(key for key in blames if slots and not _is_answer(key))}
        answers = _answer_slots(version.text, notice, blames, pages, is_notice_template)
        slots |= answers
        pages.append(version.text)
        if not slots:
            continue
        origin: Version | int = OURS if ours(version) else version
        if first and not complete:
            origin = UNKNOWN
        first = False
        for number in sorted({*keys, *answers}, key=_by_place):
            blame = blames.setdefault(number, _Blame("", [], []))
            text = slots.get(number, "")
            if text in blame.earlier:
                # Somebody put back what somebody else had taken out.
                back = {each for each in blame.earlier[text] if isinstance(each, Version)}
                ghosts = [(n, g) for n, g in ghosts if n != number or g.version not in back]
            for by, words in blame.update(text, origin):
                if isinstance(by, Version) and _is_foreign(version, by, owner) and words.strip():
                    gone = Statement(words.strip(), _number(number), by, removed=True)
                    ghosts.append((number, gone))
    return sorted(_as_said([*_standing(blames)], ghosts), key=_by_age)


ANSWER = -1
"""The first key of a section in which somebody answered by a link; the next ones count down."""


def _is_answer(key: int | None) -> bool:
    return key is not None and key <= ANSWER


def _by_place(key: int | None) -> tuple[bool, int]:
    return key is not None, key or 0


def _number(key: int | None) -> int | None:
    """Return the number under which a part of a page is read: a section of its own is a reply."""
    return None if _is_answer(key) else key


def _answer_slots(
    text: str,
    notice: str,
    blames: dict[int | None, _Blame],
    pages: Sequence[str],
    is_notice_template: Callable[[str], bool],
) -> dict[int | None, str]:
    """Return the sections of answers on a page, under the keys that they had on earlier ``pages``.

    One that is gone was archived, and says what it said; it is empty only where the page is again
    as it was before, for then somebody took it back.
    """
    found: list[str] = []
    if ANSWER_MARK in text:
        own = find_section(text, notice, is_notice_template=is_notice_template)
        spans = find_answers(text, notice, besides=own)
        found = [text[e.start : e.end].strip() for e in spans if e.end - e.start <= MAX_SECTION]
    known = {key: blame for key, blame in blames.items() if key is not None and _is_answer(key)}
    slots: dict[int | None, str] = {}
    for part in [*found]:
        same = (key for key, e in known.items() if part == e.text or part in e.earlier)
        key = next(same, None)
        if key is not None:
            slots[key] = part
            found.remove(part)
            del known[key]
    last = pages[-1]
    standing = [key for key, blame in known.items() if blame.text and blame.text in last]
    for part in found:
        if standing:
            slots[standing.pop(0)] = part
            continue
        key = ANSWER - sum(_is_answer(each) for each in blames)
        # A section without a heading of its own ends another one, which said nothing to us.
        before = words_before_answer(part)
        before = before if before.strip() and before.strip() in last else ""
        tokens = _TOKEN.findall(before)
        blames[key] = _Blame(before, tokens, [OURS] * len(tokens))
        slots[key] = part
    if any(text.strip() == page.strip() for page in pages):
        slots |= dict.fromkeys(standing, "")
    return slots


def _is_foreign(remover: Version, author: Version, owner: Callable[[Version], bool]) -> bool:
    """Whether words were taken out by somebody else than their author and the notice's reader."""
    same = remover.user_id == author.user_id if author.user_id else remover.user == author.user
    return not (same or owner(remover))


def _as_said(
    standing: Iterable[tuple[int | None, Statement]], ghosts: Iterable[tuple[int | None, Statement]]
) -> Iterable[Statement]:
    """Return what each revision said, with the words that others took out of it in their place.

    Whoever takes "not" out of "not accepted" has made nobody say yes.
    """
    lost: dict[tuple[int | None, Version | None], list[Statement]] = {}
    for key, each in ghosts:
        lost.setdefault((key, each.version), []).append(each)
    for key, each in standing:
        gone = lost.pop((key, each.version), []) if each.version is not None else []
        if not gone:
            yield each
            continue
        text = each.version.text if each.version is not None else ""
        pieces = sorted((one.text for one in (each, *gone)), key=lambda piece: text.find(piece))
        yield replace(each, text="\n".join(pieces), removed=True)
    for rest in lost.values():
        yield from rest


def _by_age(each: Statement) -> int:
    return each.version.revision if each.version is not None else 0


def _slots(
    text: str, notice: str, is_notice_template: Callable[[str], bool]
) -> dict[int | None, str]:
    """Return the parts of a notice on a page in which people write: None -> the section."""
    section = find_section(text, notice, is_notice_template=is_notice_template)
    if section is None or section.end - section.start > MAX_SECTION:
        return {}
    inner = text[section.start : section.end]
    slots: dict[int | None, str] = {}
    for wrapper in find_templates(inner, is_notice_template=is_notice_template):
        if wrapper.id == notice:
            slots[0] = wrapper.all
            for number, answer in wrapper.each.items():
                slots[number] = answer
            inner = inner[: wrapper.start] + inner[wrapper.end :]
            break
    slots[None] = inner
    return slots


def _standing(
    blames: Mapping[int | None, _Blame],
) -> Iterable[tuple[int | None, Statement]]:
    for number, blame in blames.items():
        said: dict[Version | int, list[str]] = {}
        ends: dict[Version | int, int] = {}
        for at, (token, origin) in enumerate(zip(blame.tokens, blame.origins, strict=True)):
            if origin == OURS:
                continue
            words = said.setdefault(origin, [])
            between = blame.tokens[ends.get(origin, at) : at]
            if between:
                # Somebody else's words stand between: two remarks, not one.
                words.append(" " if all(each.isspace() for each in between) else "\n")
            words.append(token)
            ends[origin] = at + 1
        for origin, words in said.items():
            text = "".join(words).strip()
            if text:
                version = origin if isinstance(origin, Version) else None
                yield number, Statement(text, _number(number), version)


# -- Words: a reply as what its writer means to say.

_STRUCK = re.compile(r"<(s|del|strike)\b[^<>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"\[\[([^\[\]|\n]*)(?:\|([^\[\]]*))?\]\]")
_PERSON = re.compile(r"^:?(?:[^:]*:)?\s*[^:]+:")
_EXTERNAL = re.compile(r"\[?(?:https?:)?//[^\s\]]+(?:\s+([^\]]*))?\]?")
_TIMESTAMP = re.compile(r"\d{1,2}[:.]\d{2}[^\n]{0,40}?\([^()\n]{1,12}\)")
_TAG = re.compile(r"<(?:!--.*?(?:-->|$)|/?[a-zA-Z][^<>]*>)", re.DOTALL)
_HOLE = " \x02 "


def plain_text(text: str) -> str:
    """Return wikitext as the words that its writer means to say.

    Without comments, struck words, links to people (signatures, mentions), time stamps and tags;
    ``{{done}}`` as the word, other templates as a gap.
    """
    text = _STRUCK.sub(" ", text)
    found = parse_page(text)
    pieces: list[str] = []
    at = 0
    for each in found.within(0, len(text)):
        name = each.title.strip().casefold().replace("_", " ")
        pieces.append(text[at : each.start])
        if not each.parameters and len(name) < 40:
            pieces.append(f" {name.rpartition(':')[2]} ")
        elif name in ("small", "big", "nowrap", "strong", "green", "nobr"):
            part = each.parameters[0]
            pieces.append(f" {text[part.value : part.end]} ")
        else:
            pieces.append(_HOLE)
        at = each.end
    pieces.append(text[at:])
    text = unescape_entities(_TAG.sub(_tag, "".join(pieces)))
    text = _TIMESTAMP.sub(" ", _EXTERNAL.sub(lambda m: m[1] or " ", _LINK.sub(_label, text)))
    text = re.sub(r"'{2,5}", "", text)
    return re.sub(r"(?m)^[ \t]*[:*#]+", "", text).strip()


def _tag(match: re.Match[str]) -> str:
    # What stands in a quote is needed once more, to know that it was quoted.
    name = match[0].strip("</>").split()[:1]
    if name and name[0].rstrip("/").casefold() in ("blockquote", "q"):
        return match[0]
    if name and name[0].rstrip("/").casefold() in ("br", "p", "div", "li"):
        return "\n"
    return "" if match[0].startswith("<!--") else " "


def _label(match: re.Match[str]) -> str:
    # Names are no answers: there are users called No and May. A page's label may be words.
    return " " if _PERSON.match(match[1]) else f" {match[2] or match[1]} "
