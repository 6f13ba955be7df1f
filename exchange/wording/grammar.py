"""Grammar: a message's $1, {{PLURAL:…}} and {{GENDER:…}}, as translatewiki.net writes them.

Nothing else in double braces is touched: messages may hold wikitext.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

_START = re.compile(r"\{\{\s*(PLURAL|GENDER)\s*:\s*\$(\d)\s*\|", re.IGNORECASE)
_TOKEN = re.compile(
    r"\{\{\s*(?:PLURAL|GENDER)\s*:\s*\$\d\s*\|"
    r"|\[\[|\]\]|\{\{|\}\}|\||\$\d",
    re.IGNORECASE | re.DOTALL,
)
_EXPLICIT = re.compile(r"\s*(\d+)\s*=")
_ORDER = ("zero", "one", "two", "few", "many", "other")


@dataclass(frozen=True, slots=True)
class Choice:
    """``{{PLURAL:$n|…}}`` or ``{{GENDER:$n|…}}``; ``forms`` are texts with nodes in them."""

    kind: str
    parameter: int
    forms: tuple[tuple[Node, ...], ...]


Node = str | int | Choice
"""A text, the number of a parameter (from 1), or a choice."""


@lru_cache(maxsize=4096)
def parse(message: str) -> tuple[Node, ...]:
    """Read a message into nodes. Braces that do not close are text; never raises."""
    return _nodes(message, 0, inside=False)[0][0]


def _nodes(text: str, start: int, *, inside: bool) -> tuple[list[tuple[Node, ...]], int]:
    """Read from ``start``: the forms, and where they end (-1 where a choice does not close)."""
    forms: list[tuple[Node, ...]] = []
    nodes: list[Node] = []
    position, literal, links = start, 0, 0
    while found := _TOKEN.search(text, position):
        nodes.append(text[position : found.start()])
        token, position = found.group(), found.end()
        if len(token) == 2 and token[0] == "$":
            nodes.append(int(token[1]))
        elif begun := _START.match(token):
            inner, end = _nodes(text, position, inside=True)
            if end < 0:
                nodes.append(token)
            else:
                nodes.append(Choice(begun[1].upper(), int(begun[2]), tuple(inner)))
                position = end
        elif token in ("[[", "]]"):
            # A pipe in a link is the link's.
            links = links + 1 if token == "[[" else max(links - 1, 0)
            nodes.append(token)
        elif token == "{{":
            literal += 1
            nodes.append(token)
        elif token == "}}" and literal:
            literal -= 1
            nodes.append(token)
        elif token == "}}" and inside:
            return [*forms, _joined(nodes)], position
        elif token == "|" and inside and not literal and not links:
            forms.append(_joined(nodes))
            nodes = []
        else:
            nodes.append(token)
    nodes.append(text[position:])
    return [_joined(nodes)], -1


def _joined(nodes: list[Node]) -> tuple[Node, ...]:
    joined: list[Node] = []
    for node in nodes:
        if isinstance(node, str) and joined and isinstance(joined[-1], str):
            joined[-1] += node
        elif node != "":
            joined.append(node)
    return tuple(joined)


@lru_cache
def plural_forms(locale: Locale) -> tuple[str, ...]:
    """Give a language's plural categories in the order in which messages list their forms."""
    return tuple(tag for tag in _ORDER if tag in locale.plural_form.tags or tag == "other")


def render(
    nodes: Sequence[Node], params: Sequence[object], shown: Sequence[str], locale: Locale
) -> str:
    """Put parameters in: ``shown`` as texts, ``params`` to choose forms by the locale's rules."""
    parts = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, int):
            parts.append(shown[node - 1] if 0 < node <= len(shown) else f"${node}")
        else:
            value = params[node.parameter - 1] if 0 < node.parameter <= len(params) else ""
            chosen = _plural(node, value, locale) if node.kind == "PLURAL" else _gender(node, value)
            parts.append(render(chosen, params, shown, locale))
    return "".join(parts)


def _plural(choice: Choice, value: object, locale: Locale) -> tuple[Node, ...]:
    number = _as_number(value)
    forms = []
    for form in choice.forms:
        explicit = _EXPLICIT.match(form[0]) if form and isinstance(form[0], str) else None
        if explicit is None:
            forms.append(form)
        elif float(explicit[1]) == number:
            return (str(form[0])[explicit.end() :], *form[1:])
    if not forms:
        return ()
    tags = plural_forms(locale)
    return forms[min(tags.index(locale.plural_form(number)), len(forms) - 1)]


def _gender(choice: Choice, value: object) -> tuple[Node, ...]:
    gender = getattr(value, "gender", value)
    at = {"male": 0, "female": 1}.get(gender if isinstance(gender, str) else "", 2)
    # Without a form for the unknown, the first one stands for it, as in MediaWiki.
    return choice.forms[at] if at < len(choice.forms) else choice.forms[0]


def _as_number(value: object) -> float:
    if isinstance(value, int | float):
        return value
    digits = re.sub(r"[^\d.]", "", str(value))
    try:
        return float(digits)
    except ValueError:
        return 0.0
