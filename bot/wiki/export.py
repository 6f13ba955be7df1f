"""Export: a MediaWiki XML export as a stream, plain, .gz or .bz2, however large."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast
from xml.etree import ElementTree

from exchange.errors import WikiError
from exchange.titles import CANONICAL


@dataclass(slots=True)
class ExportHeader:
    """What an export says of its wiki."""

    name: str = ""
    language: str = ""
    base: str = ""
    generator: str = ""
    namespaces: Mapping[int, tuple[str, ...]] = field(default_factory=lambda: CANONICAL)


@dataclass(slots=True)
class ExportRow:
    """One revision, with its page. ``text`` is None where the export has none."""

    page_id: int
    title: str
    namespace: int
    redirect: str
    restrictions: str
    id: int
    parent: int
    user: str
    user_id: int
    timestamp: str
    summary: str
    model: str
    text: str | None


def read_export(path: Path) -> Iterator[ExportHeader | ExportRow]:
    """Yield the header, then every revision in the order of the export.

    Only one revision is held in memory. Pages without an id or a title are left out; an export
    that ends too early or is no XML is a ``WikiError`` that says where.
    """
    try:
        with _open(path) as file:
            yield from _read(file)
    except (ElementTree.ParseError, EOFError, OSError) as error:
        raise WikiError(
            f"{path}: no whole MediaWiki XML export ({error}); export or download it again"
        ) from None


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        magic = file.read(3)
    if magic[:2] == b"\x1f\x8b":
        return cast("IO[bytes]", gzip.open(path))
    if magic == b"BZh":
        return bz2.open(path)
    return path.open("rb")


def _read(file: IO[bytes]) -> Iterator[ExportHeader | ExportRow]:
    header = ExportHeader()
    page: dict[str, str] = {}
    root: ElementTree.Element | None = None
    path: list[str] = []
    for event, element in ElementTree.iterparse(file, events=("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if event == "start":
            if root is None:
                root = element
                header.language = _attribute(element, "lang")
                if tag != "mediawiki":
                    raise ElementTree.ParseError(f"it begins with <{tag}>, not <mediawiki>")
            path.append(tag)
            if tag == "page":
                page = {}
            continue
        path.pop()
        parent = path[-1] if path else ""
        if tag == "siteinfo":
            _fill(header, element)
            yield header
        elif parent == "page" and tag == "redirect":
            page["redirect"] = element.get("title", "")
        elif parent == "page" and tag != "revision":
            page[tag] = element.text or ""
        elif tag == "revision":
            row = _row(page, element)
            if row is not None:
                yield row
            element.clear()
        elif tag == "page" and root is not None:
            root.clear()


def _attribute(element: ElementTree.Element, name: str) -> str:
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return ""


def _fill(header: ExportHeader, element: ElementTree.Element) -> None:
    spaces = {number: list(names) for number, names in CANONICAL.items()}
    for child in element.iter():
        tag = child.tag.rpartition("}")[2]
        text = child.text or ""
        if tag == "sitename":
            header.name = text
        elif tag == "base":
            header.base = text
        elif tag == "generator":
            header.generator = text
        elif tag == "namespace":
            number = _number(child.get("key", ""))
            spaces[number] = [text, *spaces.get(number, ())]
    header.namespaces = {number: tuple(dict.fromkeys(names)) for number, names in spaces.items()}


def _row(page: Mapping[str, str], element: ElementTree.Element) -> ExportRow | None:
    fields: dict[str, str] = {}
    text: str | None = None
    user, user_id = "", 0
    for child in element:
        tag = child.tag.rpartition("}")[2]
        if tag == "contributor":
            names = {each.tag.rpartition("}")[2]: each.text or "" for each in child}
            user, user_id = names.get("username", names.get("ip", "")), _number(names.get("id", ""))
        elif tag == "text":
            text = None if child.get("deleted") else child.text or ""
        else:
            fields[tag] = child.text or ""
    if (
        not _number(page.get("id", ""))
        or not page.get("title")
        or not _number(fields.get("id", ""))
    ):
        return None
    return ExportRow(
        page_id=_number(page["id"]),
        title=page["title"],
        namespace=_number(page.get("ns", "")),
        redirect=page.get("redirect", ""),
        restrictions=page.get("restrictions", ""),
        id=_number(fields["id"]),
        parent=_number(fields.get("parentid", "")),
        user=user,
        user_id=user_id,
        timestamp=fields.get("timestamp", "1970-01-01T00:00:00Z"),
        summary=fields.get("comment", ""),
        model=fields.get("model", "wikitext"),
        text=text,
    )


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0


def parse_restrictions(restrictions: str) -> dict[str, str]:
    """Return who may edit and create a page, by action, as an export writes it."""
    rules = (rule.partition("=") for rule in restrictions.split(":") if "=" in rule)
    return {action: level for action, _, level in rules if action in {"edit", "create"} and level}
