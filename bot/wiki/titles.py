"""Titles: one spelling for each page, its namespace, and a safe file name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

CANONICAL: Mapping[int, tuple[str, ...]] = {
    -2: ("Media",),
    -1: ("Special",),
    0: ("",),
    1: ("Talk",),
    2: ("User",),
    3: ("User talk",),
    4: ("Project",),
    5: ("Project talk",),
    6: ("File", "Image"),
    7: ("File talk", "Image talk"),
    8: ("MediaWiki",),
    9: ("MediaWiki talk",),
    10: ("Template",),
    11: ("Template talk",),
    12: ("Help",),
    13: ("Help talk",),
    14: ("Category",),
    15: ("Category talk",),
    828: ("Module",),
    829: ("Module talk",),
}
"""The names that every MediaWiki understands, beside its own."""

_UNSAFE = re.compile(r'[\x00-\x1f\x7f%<>:"\\|?*]|^\.|[. ]$')
_LONGEST = 180


class Titles:
    """The titles of one wiki. ``namespaces`` is as in ``Site``: number -> names, local first."""

    def __init__(self, namespaces: Mapping[int, tuple[str, ...]]) -> None:
        self.namespaces = namespaces
        self._numbers = {
            name.casefold(): number for number, names in namespaces.items() for name in names
        }

    def split(self, title: str, *, default: int = 0) -> tuple[int, str]:
        """The namespace and the rest, as MediaWiki spells it; ``:`` before all means "as it is"."""
        title = " ".join(title.replace("_", " ").split())
        if title.startswith(":"):
            title, default = title[1:].lstrip(), 0
        prefix, colon, rest = title.partition(":")
        number = self._numbers.get(prefix.strip().casefold()) if colon else None
        if number is None:
            return default, capital(title)
        return number, capital(rest.strip())

    def join(self, number: int, name: str) -> str:
        """The title of a page in a namespace."""
        space = self.namespaces.get(number, ("",))[0]
        return f"{space}:{name}" if space else name

    def normal(self, title: str, *, default: int = 0) -> str:
        """The one spelling of a title."""
        return self.join(*self.split(title, default=default))

    def file(self, title: str) -> PurePosixPath:
        """A path for a page's file, safe on any disk: a folder for the namespace, then subpages.

        Whatever a disk may not take is percent-encoded; parts that are too long are cut and
        carry a digest.
        """
        number, name = self.split(title)
        space = self.namespaces.get(number, ("",))[0]
        parts = [space or "(Main)", *name.split("/")]
        return PurePosixPath(*map(_segment, parts[:-1]), _segment(parts[-1]) + ".wikitext")


def capital(name: str) -> str:
    """A name with its first letter a capital, as MediaWiki does it."""
    first = name[:1].upper()
    return (first if len(first) == 1 else name[:1]) + name[1:]


def _segment(part: str) -> str:
    safe = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), part)
    if not safe:
        return "%2F"
    raw = safe.encode()
    if len(raw) <= _LONGEST:
        return safe
    return raw[:_LONGEST].decode(errors="ignore") + "~" + hashlib.sha256(raw).hexdigest()[:12]
