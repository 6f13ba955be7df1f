"""What markup shows to a reader: links, struck-out text, conditions, and what it hides.

Everything here runs in linear time, whatever the text. ``find_concealment`` takes a whole page; all
else takes text in which comments and transclusions were dealt with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

from exchange.languages import is_known
from exchange.languages.codes import load_data
from exchange.text import fold
from exchange.wikitext.nodes import ParsedPage, Transclusion
from exchange.wikitext.preprocessor import parse_page

TEMPLATES = Path(__file__).parents[2] / "config" / "wikitext.json"

_LINK = re.compile(r"\[\[(:?)\s*([^\[\]|\n]*)(?:\|([^\[\]]*))?\]\]")
_PASSES = 3  # A file's caption may hold links, and a link in it another one.
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b([^<>]*)>")
_STRUCK = frozenset({"s", "strike", "del"})
_RUNS_ON = frozenset({"s", "strike"})  # HTML carries these over from one block into the next.
_STRUCK_TILDES = re.compile(r"(?<!~)~~(?!~)[^~\n]{1,200}(?<!~)~~(?!~)")  # As in Markdown.
_UNSEEN = re.compile(
    r"line-through|display\s*:\s*none|visibility\s*:\s*hidden|(?:^|\s)hidden(?:\s|=|$)",
    re.IGNORECASE,
)
_OFTEN_UNCLOSED = frozenset({"br", "hr", "img", "wbr", "li", "p", "td", "th", "tr"})
_NO_WIKIS = frozenset({"wikt", "meta", "voy", "species", "tools", "phab", "wmf", "mail"})


# --- templates that stand for markup ---


@cache
def _roles() -> Mapping[str, str]:
    rows: dict[str, list[str]] = json.loads(TEMPLATES.read_text(encoding="utf-8"))["templates"]
    return {fold(name): role for role, names in rows.items() for name in names}


@lru_cache(maxsize=4096)
def template_role(title: str) -> str:
    """Return what a common template is for: ``list``, ``struck``, ``user``, ``flag`` or ``""``."""
    return _roles().get(fold(title.rpartition(":")[2]), "") if len(title) <= 60 else ""


# --- conditions ---

_CONDITION = re.compile(r"\{\{\s*#(?:if|switch)", re.IGNORECASE)
_ARGUMENT = re.compile(r"\{\{\{[^{}|]*\|([^{}]*)\}\}\}")


def live_branch(each: Transclusion) -> tuple[int, int] | None:
    """Return where the branch that shows stands, or None where this is no condition.

    A condition that only the wiki could decide is taken to hold.
    """
    name, colon, written = each.title.partition(":")
    if not colon:
        return None
    condition = _ARGUMENT.sub(r"\1", written).strip()
    branches = [(one.start, one.end) for one in each.parameters]
    match name.strip().lower():
        case "#if":
            at = 0 if condition else 1
        case "#ifexist" | "#ifexpr":
            at = 0
        case "#ifeq":
            other = each.page.visible(*branches[0]).strip() if branches else ""
            at = 1 if _ARGUMENT.sub(r"\1", other).strip() == condition else 2
        case "#switch":
            return _switch(each, condition)
        case _:
            return None
    return branches[at] if at < len(branches) else (each.end, each.end)


def _switch(each: Transclusion, condition: str) -> tuple[int, int]:
    """Return the first case that is equal, else the default."""
    default = (each.end, each.end)
    matched = False
    for one in each.parameters:
        if one.equals < 0:
            matched |= each.page.visible(one.start, one.end).strip() == condition
            default = (one.start, one.end)
        elif matched or one.key == condition:
            return one.value, one.end
        elif one.key == "#default":
            default = (one.value, one.end)
    return default


def live_transclusions(page: ParsedPage) -> Iterable[Transclusion]:
    """Return the transclusions that are not in a branch of a condition that does not show."""
    if _CONDITION.search(page.text):
        return _outside_dead_branches(page)
    return page.transclusions


def _outside_dead_branches(page: ParsedPage) -> Iterator[Transclusion]:
    open_: list[tuple[int, int, int]] = []
    for each in page.transclusions:
        while open_ and each.start >= open_[-1][2]:
            open_.pop()
        if open_ and not open_[-1][0] <= each.start < open_[-1][1]:
            continue
        # A branch stands within the one around it, so the innermost decides.
        if _CONDITION.match(page.text, each.start) and (branch := live_branch(each)):
            open_.append((*branch, each.end))
        yield each


# --- what is not shown ---


def without_struck(text: str) -> str:
    """Take away what is struck out or hidden: ``<s>``, ``<del>``, ``display:none`` and the like.

    What nothing closes goes on to the end of its line, or of the text where HTML has it so.
    """
    pieces, at = [], 0
    for start, end in _unseen_spans(text):
        pieces.append(text[at:start])
        at = end
    return "".join([*pieces, text[at:]]) if at else text


def unseen_texts(text: str) -> list[str]:
    """Return the stretches that ``without_struck`` takes away, without their tags."""
    found = (TAG.sub("", text[start:end]).strip("~ \n") for start, end in _unseen_spans(text))
    return [each for each in found if each]


def _unseen_spans(text: str) -> list[tuple[int, int]]:
    """Return where text is struck out or hidden: in order, none within another."""
    gone: list[tuple[int, int]] = []
    open_: dict[str, list[tuple[int, bool]]] = {}
    for tag in TAG.finditer(text):
        name = tag[2].lower()
        if tag[1]:
            if stack := open_.get(name):
                start, unseen = stack.pop()
                if unseen:
                    gone.append((start, tag.end()))
        elif not tag[3].endswith("/"):
            unseen = name in _STRUCK or _UNSEEN.search(tag[3]) is not None
            if unseen or name not in _OFTEN_UNCLOSED:
                open_.setdefault(name, []).append((tag.start(), unseen))
    for name, stack in open_.items():
        for start, unseen in stack:
            if unseen:
                line = -1 if name in _RUNS_ON else text.find("\n", start)
                gone.append((start, line if line >= 0 else len(text)))
    if "~~" in text:
        gone += [each.span() for each in _STRUCK_TILDES.finditer(text)]
    spans, at = [], 0
    for start, end in sorted(gone):
        if end > at:
            spans.append((max(at, start), end))
            at = end
    return spans


# --- links ---


@cache
def namespace_names(*spaces: str) -> frozenset[str]:
    """Return the names of namespaces in every language, in lower case: ``user``, ``file`` ..."""
    names: dict[str, list[str]] = load_data("namespaces.json")["namespaces"]
    return frozenset(name for space in spaces for name in names[space])


def is_unseen_target(target: str) -> bool:
    """Whether a link there shows no text where it stands: a file, a category, another language."""
    space, colon, _ = target.partition(":")
    space = space.replace("_", " ").strip().casefold()
    if not colon:
        return False
    if space in namespace_names("file", "category"):
        return True
    return len(space) > 1 and space not in _NO_WIKIS and is_known(space)


def replace_links(text: str, mark: Callable[[str], str] | None = None) -> str:
    """Put each link's label in its place, or its target as ``mark`` writes it, or nothing."""

    def shown(link: re.Match[str]) -> str:
        target = link[2]
        if mark is not None:
            return mark(target)
        if not link[1] and is_unseen_target(target):
            return ""
        return link[3] or target

    for _ in range(_PASSES):
        text, count = _LINK.subn(shown, text)
        if not count:
            break
    return text


# --- what hides the rest of a page ---

_TAG = re.compile(
    r"<(/?)(div|span|table|tr|td|th|section|article|details|p|ul|ol|li|dl|dd|center|blockquote|"
    r"small|big|font|b|i|s|u|del|ins|strike|code|tt|sup|sub|abbr|bdi|bdo|dfn|em|kbd|mark|q|rb|rp|"
    r"rt|ruby|samp|strong|var)(?=[\s/>])([^<>]*)>",
    re.IGNORECASE,
)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?\s*(?:[;\"']|$)|"
    r"font-size\s*:\s*0|(?:max-)?height\s*:\s*0(?:px)?\s*(?:[;\"']|$)|"
    r"class\s*=\s*[\"']?[^\"'>]*\b(?:mw-collapsed|collapsed|autocollapse|noprint-hidden|hidden)\b|"
    r"(?:^|\s)hidden(?:\s|=|/|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_BOX_BEGINS = re.compile(
    r"^(?:.*\b(?:top|begin|start|head)|hat|archivetop|collapsetop|cot|hidden begin|"
    r"hiddenbegin|atop|discussion top)$"
)
_BOX_ENDS = re.compile(
    r"^(?:.*\b(?:bottom|end|foot)|hab|archivebottom|collapsebottom|cob|hidden end|hiddenend|abot)$"
)
_COLLAPSING = re.compile(r"arch|collaps|hidden|hat|cot|discussion|closed|spoiler|atop")
_TABLE = re.compile(r"^[ \t:*#;]*(\{\||\|\}(?!\}))([^\n]*)", re.MULTILINE)
_VOID = re.compile(r"/\s*$")


def find_concealment(text: str, start: int) -> str:
    """Return what keeps readers from seeing what stands at ``start``, or ``""``.

    The page is the whole text, what stands at ``start`` included. At most 100 characters of the
    page are returned: the tag or template that swallows. Takes time in proportion to the text.
    """
    page = parse_page(text)
    for each in page.opaque:
        if each.start <= start < each.end:
            return text[each.start : each.start + 100]
    for template in page.transclusions:
        if template.start < start < template.end:
            return template.raw[:100]
    return _open_tag(page, start) or _open_box(page, start)


def _open_tag(page: ParsedPage, start: int) -> str:
    """Return the hiding tag that is still open, as HTML and wikitext tables nest."""
    stack: list[tuple[str, str]] = []
    shown = _blank_hidden(page, start)
    events = [(found.start(), found) for found in _TAG.finditer(shown)]
    events += [(found.start(), found) for found in _TABLE.finditer(shown)]
    for _, found in sorted(events, key=lambda event: event[0]):
        if found.re is _TABLE:
            opens, name, attributes = found[1] == "{|", "{|", found[2]
        else:
            opens, name, attributes = not found[1], found[2].casefold(), found[3]
        if opens and not (found.re is _TAG and _VOID.search(attributes)):
            stack.append((name, found[0] if _HIDING.search(attributes) else ""))
        elif not opens:
            at = next((n for n in reversed(range(len(stack))) if stack[n][0] == name), None)
            if at is not None:
                del stack[at:]
    return next((hiding[:100] for _, hiding in stack if hiding), "")


def _open_box(page: ParsedPage, start: int) -> str:
    """Return the template that begins a collapsed box which no other ends."""
    stack: list[str] = []
    for each in page.transclusions:
        if each.start >= start:
            break
        name = " ".join(each.title.replace("_", " ").split()).casefold().removeprefix("template:")
        if _BOX_BEGINS.match(name) and _COLLAPSING.search(name):
            stack.append(each.raw)
        elif _BOX_ENDS.match(name) and stack:
            stack.pop()
    return stack[0][:100] if stack else ""


def _blank_hidden(page: ParsedPage, end: int) -> str:
    """Return the text up to ``end`` without comments, nowiki and templates, as long as before."""
    pieces = list(page.text[:end])
    for each in page.opaque:
        if each.start < end:
            stop = min(each.end, end)
            pieces[each.start : stop] = " " * (stop - each.start)
    return "".join(pieces)
