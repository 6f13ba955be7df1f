"""Markup: plain text and typed values -> wikitext that reads back as the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from exchange.directory.directory import SEPARATORS
from exchange.model import NATIVE, Language, Level, Offer, Priority, Want, is_unlisted
from exchange.template.declaration import Declaration
from exchange.template.fields import PROFILE, Field, Type
from exchange.template.names import Names

_ENTITY = re.compile(r"&(?=#?\w+;)")
_MARKUP = re.compile(r"[{}\[\]|<>\x02]|'(?=')|(?<=')'|~(?=~~)|_(?=_)|^=|(?<=\n)[=*#:;]|(?<=\n) ")
_SPLITS = re.compile(f"[{re.escape(SEPARATORS)}·()（）—―]|(?:^|\\s)[-–]{{1,2}}(?:\\s|$)|^[*#:‣-]")


def escape(text: str) -> str:
    """Write text so that MediaWiki, and our own reading, take every character as itself."""
    text = _ENTITY.sub("&amp;", text)
    return _MARKUP.sub(lambda match: _entity(match.group()), text)


def _entity(char: str) -> str:
    return f"&#{ord(char)};"


def _entry(text: str) -> str:
    """Write one entry of a simple list, with nothing in it that separates."""
    separators = re.compile(f"[{re.escape(SEPARATORS)}·]|^[*#:-]")
    pieces = []
    at = 0
    for match in separators.finditer(text):
        pieces += [escape(text[at : match.start()]), _entity(match.group())]
        at = match.end()
    return "".join([*pieces, escape(text[at:])])


def formats(declaration: Declaration, *, names: Names) -> dict[str, str]:
    """Write the explicit values of a declaration as wikitext: {parameter: value}, in order."""
    written = {}
    for field in PROFILE:
        if field.attribute in declaration.explicit:
            written[field.name] = _value(field, getattr(declaration, field.attribute), names)
    return written


def _value(field: Field, value: Any, names: Names) -> str:
    match field.type:
        case Type.ITEMS:
            return "\n".join(f"* {item(each, names=names)}" for each in value)
        case Type.USERS:
            return ", ".join(_user(each) for each in value)
        case Type.LANGUAGES:
            return ", ".join(_language(each) for each in value)
        case Type.TEXTS:
            return ", ".join(_entry(each) for each in value)
        case Type.METHODS:
            return ", ".join(_words(each) for each in value)
        case Type.KIND:
            return _words(value)
        case Type.HOURS:
            return f"{value:g} h/week"
        case Type.DATE:
            return value.isoformat() if isinstance(value, date) else ""
    return escape(str(value))


def _words(value: str) -> str:
    return str(value).replace("-", " ")


def _user(name: str) -> str:
    if re.search(f"[{re.escape(SEPARATORS)}·]", name):
        return f"[[User:{escape(name)}]]"
    return f"User:{escape(name)}"


def _language(language: Language) -> str:
    return f"{language.code}-{'N' if language.level == NATIVE else language.level}"


def item(each: Offer | Want, *, names: Names) -> str:
    """Write one offer or want: in words where that reads back, else as a nested template."""
    text = each.text or each.capacity
    details = _details(each)
    # Where the directory does not know the name, a dash after it could be part of another name.
    loose = is_unlisted(each.capacity) and (each.note or details)
    if loose or _SPLITS.search(text) or text.isspace():
        return _nested(each, text, names)
    written = escape(text)
    if details:
        written += f" ({details})"
    if each.note:
        written += f" – {escape(each.note)}"
    return written


def _details(each: Offer | Want) -> str:
    groups = [", ".join(_words(method) for method in each.methods)]
    if each.level is not None:
        groups.append(_lower(each.level))
    if isinstance(each, Want):
        if each.priority is not Priority.NORMAL:
            groups.append(_lower(each.priority))
        if each.until:
            groups.append(f"until {each.until.isoformat()}")
    return "; ".join(filter(None, groups))


def _lower(value: Level | Priority) -> str:
    return value.name.lower()


def _nested(each: Offer | Want, text: str, names: Names) -> str:
    """Write an item as ``{{Capacity|…}}``."""
    name = escape(text)
    parts: list[tuple[str, str]] = [("1" if "=" in name else "", name)]
    parts.append(("methods", ", ".join(_words(method) for method in each.methods)))
    parts.append(("level", _lower(each.level) if each.level is not None else ""))
    if isinstance(each, Want):
        urgent = each.priority is not Priority.NORMAL
        parts.append(("priority", _lower(each.priority) if urgent else ""))
        parts.append(("until", each.until.isoformat() if each.until else ""))
    parts.append(("note", escape(each.note)))
    return _template(names.item_title, parts)


def _template(title: str, parts: Iterable[tuple[str, str]]) -> str:
    filled = (f"{name}={value}" if name else value for name, value in parts if value)
    return "{{" + "|".join([title, *filled]) + "}}"
