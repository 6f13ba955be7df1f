"""Names: what our templates are called on a wiki, and how titles and user names compare."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

TEMPLATE_NAMESPACE = 10
USER_NAMESPACE = 2

_SPACE = re.compile(r"[ _\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_BIDI = re.compile(r"[\u200e\u200f\u202a-\u202e]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ILLEGAL = re.compile(r"[<>\[\]{}|\x00-\x1f\x7f\ufffd]")
_MODIFIER = re.compile(r"(?:safesubst|subst|msg|raw)\s*:\s*", re.IGNORECASE)


def normalise(title: str) -> str:
    """Write a title as MediaWiki does, or give ``""`` where it can be none.

    Decodes entities; underscores and every kind of space become one space; bidi marks and the
    ``#fragment`` go; the first letter is upper case (also after a namespace).
    """
    if "&" in title:
        title = _ENTITY.sub(lambda match: html.unescape(match.group()), title)
    title = _SPACE.sub(" ", _BIDI.sub("", title)).partition("#")[0].strip()
    if not title or len(title) > 300 or _ILLEGAL.search(title):
        return ""
    space, colon, rest = title.partition(":")
    if colon and space.strip():
        return f"{_upper(space.strip())}:{_upper(rest.strip())}"
    return _upper(title)


def _upper(text: str) -> str:
    # MediaWiki leaves letters alone whose capital is more than one letter (ß).
    first = text[:1].upper()
    return first + text[1:] if len(first) == 1 else text


@dataclass(frozen=True, slots=True)
class Names:
    """What our templates are called on this wiki, every redirect included.

    Titles of the template namespace stand without its name, in MediaWiki's own writing; ``of``
    makes them so. ``template`` and ``user`` are the names of these two namespaces, in lower case.
    ``profile_title``, ``request_title`` and ``item_title`` are the ones to write.
    """

    profile: frozenset[str] = frozenset({"Capacity Exchange profile"})
    request: frozenset[str] = frozenset({"Capacity Exchange request"})
    item: frozenset[str] = frozenset({"Capacity"})
    babel: frozenset[str] = frozenset({"Babel"})
    template: frozenset[str] = frozenset({"template"})
    user: frozenset[str] = frozenset({"user"})
    profile_title: str = "Capacity Exchange profile"
    request_title: str = "Capacity Exchange request"
    item_title: str = "Capacity"

    @classmethod
    def of(
        cls,
        *,
        profile: Iterable[str] = ("Capacity Exchange profile",),
        request: Iterable[str] = ("Capacity Exchange request",),
        item: Iterable[str] = ("Capacity",),
        babel: Iterable[str] = ("Babel",),
        namespaces: Mapping[int, Iterable[str]] | None = None,
    ) -> Names:
        """Make names from titles as the wiki gives them (``Wiki.redirects_to``, ``Site``).

        Titles may carry the template namespace's name or not; the first of each is the one to
        write. ``namespaces`` maps a namespace's
        number to its names on the wiki; the English names always count.
        """
        spaces = namespaces or {}
        template = frozenset(
            name.casefold() for name in ("Template", *spaces.get(TEMPLATE_NAMESPACE, ()))
        )
        user = frozenset(name.casefold() for name in ("User", *spaces.get(USER_NAMESPACE, ())))

        def bare(titles: Iterable[str]) -> list[str]:
            return [title for each in titles if (title := template_title(each, template))]

        profiles, requests, items = bare(profile), bare(request), bare(item)
        return cls(
            profile=frozenset(profiles),
            request=frozenset(requests),
            item=frozenset(items),
            babel=frozenset(bare(babel)),
            template=template,
            user=user,
            profile_title=profiles[0],
            request_title=requests[0],
            item_title=items[0],
        )

    def title(self, written: str) -> str:
        """Give the title of the template that ``{{written}}`` transcludes, as it stands in here.

        Empty where it is no title (a parser function, something that is computed).
        """
        return template_title(written, self.template)

    def user_name(self, written: str) -> str:
        """Give the user name in ``User:Ada``, ``ada`` or ``@Ada``, or ``""`` if it can be none."""
        title = normalise(written.strip().lstrip("@"))
        space, colon, rest = title.partition(":")
        if colon:
            if space.casefold() not in self.user:
                return ""
            title = rest
        if not title or "/" in title or "@" in title or len(title.encode()) > 255:
            return ""
        return title


@lru_cache(maxsize=4096)
def template_title(written: str, namespace: frozenset[str] = frozenset({"template"})) -> str:
    """Give the title of a transcluded template, without its namespace's name.

    ``namespace`` are that namespace's names, in lower case. A title of another namespace keeps
    its name (``User:Ada/Box``, ``:Main page``). Empty where ``written`` can be no title.
    """
    if len(written) > 400 or written.startswith("#"):
        return ""
    if ":" not in written:
        return normalise(written)
    if modifier := _MODIFIER.match(written):
        written = written[modifier.end() :]
    title = normalise(written)
    if title.startswith(":"):
        rest = normalise(title[1:])
        space, colon, bare = rest.partition(":")
        if not colon:
            return f":{rest}" if rest else ""
    else:
        rest = title
        space, colon, bare = title.partition(":")
    return bare if colon and space.casefold() in namespace else rest
