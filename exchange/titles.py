"""Titles and user names: one spelling for each, whose page it is, and a safe file name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from exchange.text import unescape_entities

_SPACE = re.compile(r"[ _\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_BIDI = re.compile(r"[\u200e\u200f\u202a-\u202e]+")
_MODIFIER = re.compile(r"(?:safesubst|subst|msg|raw)\s*:\s*", re.IGNORECASE)
_ILLEGAL = re.compile(r"[<>\[\]{}|\x00-\x1f\x7f\ufffd]")

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
        """Return the namespace and the rest, as MediaWiki spells it; ``:`` before all means "as it is"."""
        title = " ".join(title.replace("_", " ").split())
        if title.startswith(":"):
            title, default = title[1:].lstrip(), 0
        prefix, colon, rest = title.partition(":")
        number = self._numbers.get(prefix.strip().casefold()) if colon else None
        if number is None:
            return default, capitalise_first(title)
        return number, capitalise_first(rest.strip())

    def join(self, number: int, name: str) -> str:
        """Return the title of a page in a namespace."""
        space = self.namespaces.get(number, ("",))[0]
        return f"{space}:{name}" if space else name

    def normalise(self, title: str, *, default: int = 0) -> str:
        """Return the one spelling of a title."""
        return self.join(*self.split(title, default=default))

    def file_path(self, title: str) -> PurePosixPath:
        """Return a path for a page's file, safe on any disk: a folder for the namespace, then subpages.

        Whatever a disk may not take is percent-encoded; parts that are too long are cut and
        carry a digest.
        """
        number, name = self.split(title)
        space = self.namespaces.get(number, ("",))[0]
        parts = [space or "(Main)", *name.split("/")]
        return PurePosixPath(*map(_segment, parts[:-1]), _segment(parts[-1]) + ".wikitext")


def capitalise_first(name: str) -> str:
    """Return a name with its first letter a capital, as MediaWiki does it."""
    first = name[:1].upper()
    return (first if len(first) == 1 else name[:1]) + name[1:]


def case_variants(title: str) -> tuple[str, ...]:
    """Return a title of several words with other capitals, as people often write it.

    ``Template:Capacity Exchange profile`` -> ``… Exchange Profile``, ``… exchange profile``.
    """
    space, colon, name = title.rpartition(":")
    words = name.split(" ")
    each = " ".join(capitalise_first(word) for word in words)
    first = " ".join([words[0], *(word.lower() for word in words[1:])])
    found = dict.fromkeys(f"{space}{colon}{variant}" for variant in (each, first))
    return tuple(variant for variant in found if variant != title)


def normalise_user_name(name: str) -> str:
    """Write a user name as MediaWiki does: spaces for underscores, the first letter a capital."""
    return capitalise_first(" ".join(name.replace("_", " ").split()))


def owner_of(title: str, namespaces: Collection[str] | None = None) -> str:
    """Return the user to whom a page (or a page below it) belongs, or ``""``.

    ``namespaces`` are the names, in lower case, of the namespace that counts; without them, the
    title is known to be in it.
    """
    space, colon, rest = normalise_title(title).partition(":")
    if not colon or (namespaces is not None and space.casefold() not in namespaces):
        return ""
    return normalise_title(rest.partition("/")[0])


def _segment(part: str) -> str:
    safe = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), part)
    if not safe:
        return "%2F"
    raw = safe.encode()
    if len(raw) <= _LONGEST:
        return safe
    return raw[:_LONGEST].decode(errors="ignore") + "~" + hashlib.sha256(raw).hexdigest()[:12]


def normalise_title(title: str) -> str:
    """Return a title as MediaWiki writes it, or ``""`` where it can be none.

    Decodes entities; underscores and every kind of space become one space; bidi marks and the
    ``#fragment`` go; the first letter is upper case (also after a namespace).
    """
    title = unescape_entities(title)
    title = _SPACE.sub(" ", _BIDI.sub("", title)).partition("#")[0].strip()
    if not title or len(title) > 300 or _ILLEGAL.search(title):
        return ""
    space, colon, rest = title.partition(":")
    if colon and space.strip():
        return f"{capitalise_first(space.strip())}:{capitalise_first(rest.strip())}"
    return capitalise_first(title)


@lru_cache(maxsize=4096)
def template_title(written: str, namespace: frozenset[str] = frozenset({"template"})) -> str:
    """Return the title of a transcluded template, without its namespace's name.

    ``namespace`` are that namespace's names, in lower case. A title of another namespace keeps
    its name (``User:Ada/Box``, ``:Main page``). Empty where ``written`` can be no title.
    """
    if len(written) > 400 or written.startswith("#"):
        return ""
    if ":" not in written:
        return normalise_title(written)
    if modifier := _MODIFIER.match(written):
        written = written[modifier.end() :]
    title = normalise_title(written)
    if title.startswith(":"):
        rest = normalise_title(title[1:])
        space, colon, bare = rest.partition(":")
        if not colon:
            return f":{rest}" if rest else ""
    else:
        rest = title
        space, colon, bare = title.partition(":")
    return bare if colon and space.casefold() in namespace else rest
