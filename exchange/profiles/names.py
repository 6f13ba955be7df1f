"""Names: what our templates are called on a wiki, and how titles and user names compare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from exchange.text import JOINER
from exchange.titles import case_variants, normalise_title, template_title
from exchange.wikitext.markup import namespace_names
from exchange.wikitext.plain_text import mark_link
from exchange.wikitext.preprocessor import Transclusion

_LINK_MARKS = re.compile(r"</?\w+[^<>]*>|[\[\]{}<>]|'{2,}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MENTION = re.compile(
    r"u|user|ping|reply|re|reply to|to|ul|user link|userlinks|mention|@", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\([^()]*\)\s*$|[\s,;.!?،。]+$")

_LIST_SIGN = re.compile(r"^(?:[*#:;•·+☐☑✓-]+\s*|\d{1,4}[.)]\s+)+")
_QUOTED = re.compile(r"""^["'“”„«‹「『](?P<name>[^"“”„«»]+)["'“”«»›」』]$""")

TEMPLATE_NAMESPACE = 10
USER_NAMESPACE = 2


@dataclass(frozen=True, slots=True)
class TemplateNames:
    """What our templates are called on this wiki, every redirect included.

    Titles of the template namespace stand without its name, in MediaWiki's own writing; ``of``
    makes them so. ``template`` and ``user`` are the names of these two namespaces, in lower case.
    ``profile_title`` and its like are the ones to write.
    """

    profile: frozenset[str] = frozenset({"Capacity Exchange profile"})
    request: frozenset[str] = frozenset({"Capacity Exchange request"})
    item: frozenset[str] = frozenset({"Capacity"})
    programme: frozenset[str] = frozenset({"Capacity Exchange round"})
    babel: frozenset[str] = frozenset({"Babel"})
    template: frozenset[str] = frozenset({"template"})
    user: frozenset[str] = frozenset({"user"})
    profile_title: str = "Capacity Exchange profile"
    request_title: str = "Capacity Exchange request"
    item_title: str = "Capacity"
    programme_title: str = "Capacity Exchange round"

    @classmethod
    def of(
        cls,
        *,
        profile: Iterable[str] = ("Capacity Exchange profile",),
        request: Iterable[str] = ("Capacity Exchange request",),
        item: Iterable[str] = ("Capacity",),
        programme: Iterable[str] = ("Capacity Exchange round",),
        babel: Iterable[str] = ("Babel",),
        namespaces: Mapping[int, Iterable[str]] | None = None,
    ) -> TemplateNames:
        """Make names from titles as the wiki gives them (``Wiki.redirects_to``, ``Site``).

        Titles may carry the template namespace's name or not; the first of each is the one to
        write. With other capitals they are ours as well, whether or not there is a redirect.
        ``namespaces`` maps a namespace's number to its names on the wiki; the English names
        always count.
        """
        spaces = namespaces or {}
        template = frozenset(
            name.casefold() for name in ("Template", *spaces.get(TEMPLATE_NAMESPACE, ()))
        )
        user = frozenset(name.casefold() for name in ("User", *spaces.get(USER_NAMESPACE, ())))

        def bare(titles: Iterable[str]) -> list[str]:
            return [title for each in titles if (title := template_title(each, template))]

        def ours(titles: Iterable[str]) -> list[str]:
            named = bare(titles)
            return [*named, *case_variants(named[0])]

        profiles, requests, items = ours(profile), ours(request), ours(item)
        programmes = ours(programme)
        return cls(
            profile=frozenset(profiles),
            request=frozenset(requests),
            item=frozenset(items),
            programme=frozenset(programmes),
            babel=frozenset(bare(babel)),
            template=template,
            user=user,
            profile_title=profiles[0],
            request_title=requests[0],
            item_title=items[0],
            programme_title=programmes[0],
        )

    def title(self, written: str) -> str:
        """Return the title of the template that ``{{written}}`` transcludes, as it stands in here.

        Empty where it is no title (a parser function, something that is computed).
        """
        return template_title(written, self.template)

    def user_of_link(self, target: str) -> str:
        """Return whose page a link points to, on this wiki or another one, or ``""``.

        A talk page, a subpage and the list of contributions name their user as well.
        """
        parts = target.strip().lstrip(":").split(":")
        if parts[0].lower().startswith("http"):
            # The address of a page: what follows /wiki/ or title= is its title.
            parts = unquote(re.split(r"/wiki/|[?&]title=", target)[-1]).split("&")[0].split(":")
        for at, space in enumerate(parts[:-1]):
            space = space.replace("_", " ").strip().casefold()
            name = ":".join(parts[at + 1 :])
            if at == len(parts) - 2 and "/" in name:
                special, _, rest = name.partition("/")
                if special.strip().casefold() in ("contributions", "contribs"):
                    return self.user_name(rest)
            if space in self.user or space in namespace_names("user", "user talk"):
                return self.user_name(name.partition("/")[0].partition("#")[0])
            if at >= 3:
                break
        return ""

    def users_written(self, text: str) -> tuple[str, ...]:
        """Return whom somebody may mean who writes one user name, the likeliest first.

        ``User:Ada``, ``[[:de:Benutzer:Ada|her]]``, ``{{u|Ada}}``, ``de:Ada``, ``@Ada (talk)`` and
        ``https://…/wiki/User:Ada?uselang=de`` all mean Ada; but there may be an "Ada (talk)", too.
        """
        text = " ".join(_LINK_MARKS.sub(" ", text).split()).lstrip("-–—~*#:@ ")
        if _ADDRESS.match(text):
            # Some write the name once more behind the address.
            address = re.split(r"[ |#]", text, maxsplit=1)[0]
            query = re.search(r"[?&]title=([^&]*)", address)
            path = address.partition("?")[0].partition("/wiki/")[2]
            title = unquote(query[1] if query else path)
        else:
            first, _, second = (part.strip() for part in text.partition("|"))
            title = second.partition("|")[0] if _MENTION.fullmatch(first) and second else first
        bare = title
        while bare != (bare := _ASIDE.sub("", bare)):
            pass
        found = (
            self.user_of_link(each) or self.user_name(each.rpartition(":")[2])
            for each in (title, bare)
        )
        return tuple(dict.fromkeys(name for name in found if name))

    def split_users(self, written: str) -> list[str]:
        """Split "User:Ada and User:Ben" and "Ada / Ben": no user name holds a colon or a slash."""
        written = _bare(written)
        spaces = "|".join(map(re.escape, sorted(self.user)))
        parts = re.split(
            rf"(?:{JOINER.pattern}|\s+)(?=(?:{spaces})\s*:)", written, flags=re.IGNORECASE
        )
        if len(parts) == 1 and " / " in written:
            parts = written.split(" / ")
        return parts if all(map(self.user_name, parts)) else [written]

    def user_name(self, written: str) -> str:
        """Return the user name in ``User:Ada``, ``ada`` or ``@Ada``, or ``""`` if it can be none."""
        title = normalise_title(written.strip().lstrip("@☑ "))
        space, colon, rest = title.partition(":")
        if colon:
            if space.casefold() not in self.user:
                return ""
            title = rest
        if not title or ":" in title or "/" in title or "@" in title or len(title.encode()) > 255:
            return ""
        return title


def _bare(written: str) -> str:
    """Return what stands behind the signs of a list, and between quotation marks."""
    bare = _LIST_SIGN.sub("", written.strip()).strip() or written
    quoted = _QUOTED.fullmatch(bare)
    return quoted["name"] if quoted else bare


def link_mentions(each: Transclusion) -> str:
    """Return the users that a template such as ``{{ping|Ada|Bo}}`` names, as marked links."""
    users = (
        each.page.visible(one.value, one.end).strip()
        for one in each.parameters[:20]
        if one.key.isdecimal()
    )
    return ", ".join(mark_link(f"User:{user.removeprefix('User:')}") for user in users if user)
