"""Affiliates: the list of a wiki's module, a Lua table, read as text and never run.

Fields are found by what is in their names, so that a version with other names still counts:
``affiliate_name`` or ``group_name``, ``affiliate_contact1`` or ``group_contact2``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from exchange.geography import find_region
from exchange.model import Kind
from exchange.sources.statements import EarlierStatement, same_user
from exchange.text import fold
from exchange.titles import normalise_user_name

MAX_LENGTH = 4_000_000
MAX_DEPTH = 50

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<comment>--)?\[(?P<level>=*)\["
    r"|(?P<line>--[^\n]*)"
    r"|(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:z\s*|(\d{1,3})|x([0-9A-Fa-f]{2})|u\{([0-9A-Fa-f]{1,6})\}|(.))", re.DOTALL
)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r", "a": "", "b": "", "f": "", "v": ""}
_USER = re.compile(r"\[*\s*(?::?[a-z-]+:)*?(?:user|u)\s*:\s*([^\[\]|/#]+)", re.IGNORECASE)
_PARTED = re.compile(
    r"derecogni[sz]ed|not recogni[sz]ed|dissolved|suspended|expired|inactive", re.IGNORECASE
)
_KINDS = (
    ("user group", Kind.USER_GROUP),
    ("chapter", Kind.CHAPTER),
    ("thematic", Kind.THEMATIC_ORGANISATION),
    ("hub", Kind.HUB),
)

LuaTable = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Affiliate:
    """An entry of the list; ``contacts`` are user names, ``kind`` and ``region`` what we know."""

    name: str
    kind: Kind | None = None
    region: str | None = None
    contacts: tuple[str, ...] = ()


def read_affiliates(text: str) -> tuple[Affiliate, ...]:
    """Return the affiliates that a module lists, those left out that are none any more."""
    return tuple(
        Affiliate(
            name,
            next((kind for word, kind in _KINDS if word in fold(_field(table, "org_type"))), None),
            find_region(_field(table, "region")),
            tuple(dict.fromkeys(_contacts(table))),
        )
        for table in read_tables(text)
        if (name := _field(table, "affiliate_name", "group_name", "org_name", "name"))
        and not _PARTED.search(_field(table, "recognition_status", "status"))
    )


def affiliation_statements(
    affiliates: Iterable[Affiliate], user: str
) -> tuple[EarlierStatement, ...]:
    """Return the affiliates that name somebody as a contact, as their affiliations."""
    return tuple(
        EarlierStatement("affiliations", one.name)
        for one in affiliates
        if any(same_user(contact, user) for contact in one.contacts)
    )


def group_statements(
    affiliates: Iterable[Affiliate], group: str, user: str
) -> tuple[EarlierStatement, ...]:
    """Return what the list says of a group, to somebody whom it names as its contact."""
    names = {fold(group), fold(group.partition(":")[2])}
    for one in affiliates:
        if fold(one.name) in names and any(same_user(each, user) for each in one.contacts):
            return (
                *((EarlierStatement("kind", one.kind),) if one.kind else ()),
                *((EarlierStatement("region", one.region),) if one.region else ()),
                *(EarlierStatement("contacts", contact) for contact in one.contacts),
            )
    return ()


def _field(table: LuaTable, *names: str) -> str:
    """Return the first of these fields that says something, on one line."""
    return next(filter(None, (" ".join(table.get(name, "").split()) for name in names)), "")


def _contacts(table: LuaTable) -> Iterator[str]:
    for name, value in table.items():
        if "contact" in name.lower() and (found := _USER.match(value.strip())):
            yield normalise_user_name(found[1])


# -- Lua, as far as a table of data needs it.


def read_tables(text: str) -> list[LuaTable]:
    """Return every table of a Lua text that has fields with texts, in the order of their ends.

    Nothing is run: what is put together or called has no value. What is nested beyond
    ``MAX_DEPTH``, or never closed, ends the reading.
    """
    found: list[LuaTable] = []
    above: list[tuple[dict[str, str], str]] = []  # The tables around, and the key of the next.
    table: dict[str, str] | None = None
    field = _Field()
    for kind, word in _tokens(text[:MAX_LENGTH]):
        if word == "{" and kind == "sign":
            if len(above) >= MAX_DEPTH:
                break
            above.append((table or {}, field.key))
            table, field = {}, _Field()
        elif table is None:
            continue
        elif kind == "sign" and word in ",;}":
            if field.key and field.text is not None and field.parts == 1:
                table[field.key] = field.text
            field = _Field()
            if word == "}":
                if table:
                    found.append(table)
                around, field.key = above.pop()
                field.parts = 2  # A table is no text.
                table = around if above else None
        elif kind == "sign" and word == "=" and not field.key:
            field = _Field(field.name or field.text or "")
        elif kind != "sign" or word not in "[]":
            field.parts += 1
            field.text = word if kind == "text" else None
            field.name = word if kind == "name" else ""
    return found


@dataclass(slots=True)
class _Field:
    """A field as far as it was read: its key, the last text or name in it, how many parts."""

    key: str = ""
    text: str | None = None
    name: str = ""
    parts: int = 0


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Return (kind, word) of each token: a ``text``, a ``name`` or a ``sign``."""
    at = 0
    while token := _TOKEN.match(text, at):
        at = token.end()
        if token["level"] is not None:
            closing = f"]{token['level']}]"
            end = text.find(closing, at)
            if end < 0:
                return  # Nothing closes it.
            if not token["comment"]:
                yield "text", text[at:end].removeprefix("\n")
            at = end + len(closing)
        elif token["text"]:
            yield "text", _ESCAPE.sub(_unescape, token["text"][1:-1])
        elif token["name"]:
            yield "name", token["name"]
        elif token["sign"]:
            yield "sign", token["sign"]


def _unescape(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1])) if int(found[1]) < 128 else ""
    code = found[2] or found[3]
    if code:
        return chr(int(code, 16)) if int(code, 16) < 0x110000 else ""
    return _SIGNS.get(found[4] or "", found[4] or "")
