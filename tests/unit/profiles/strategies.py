"""What hypothesis makes for these tests: declarations, and wikitext of the nasty kind."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from exchange.directory import load
from exchange.languages import all_codes
from exchange.model import Frequency, Kind, Language, Level, Method, Offer, Priority, Want
from exchange.profiles.document import ProfileTemplate
from exchange.profiles.item_words import ends_in_filler, is_no_name, is_unticked
from exchange.profiles.names import TemplateNames
from exchange.profiles.scalars import is_nothing
from exchange.text import fold

DIRECTORY = load()
NAMES = TemplateNames()
TODAY = date(2026, 11, 23)

# What MediaWiki keeps of a text: no control characters, no halves of characters, and none of the
# noncharacters that no text may hold.
characters = st.characters(
    blacklist_categories=["Cs", "Cc"],
    blacklist_characters="\ufffe\uffff" + "".join(map(chr, range(0xFDD0, 0xFDF0))),
)
pieces = st.sampled_from(
    [
        "{{",
        "}}",
        "[[",
        "]]",
        "|",
        "=",
        "\n",
        "'''",
        "''",
        "<nowiki>",
        "</nowiki>",
        "<!--",
        "-->",
        "&amp;",
        "&#44;",
        "&",
        ";",
        ",",
        " – ",
        " - ",
        "(",
        ")",
        "~~~~",
        "__TOC__",
        "-{",
        "}-",
        "*",
        "#",
        "\n== x ==\n",
        "\n=",
        "<br>",
        "<ref>",
        "</ref>",
        "{{!}}",
        "،",
        "、",
        "expert",
        "https://example.org",
        "RFC 1",
        "ß",
        "İ",
        "\u200e",
        "\xa0",
        "Wikidata",
        "mentoring",
    ]
)
messy = st.lists(pieces | st.text(characters, max_size=4), max_size=12).map("".join)


def may_be_name(text: str) -> bool:
    """Whether a text may be a capacity that the directory does not know."""
    if DIRECTORY.resolve(text):
        return True
    return (
        not (is_unticked(text, "") or is_no_name(text) or is_nothing(text) or ends_in_filler(text))
        and len(text) <= 80
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


names = (
    messy.map(_one_line)
    .filter(lambda text: len(text) <= 100 and len(DIRECTORY.identify(text)) <= 190)
    .filter(lambda text: DIRECTORY.identify(text) != "unlisted:")
    .filter(may_be_name)
)
known = st.sampled_from(sorted(n for c in DIRECTORY for n in c.names.values()))
notes = messy.map(_one_line).filter(lambda text: len(text) <= 400)
methods = st.lists(st.sampled_from(Method), unique=True, max_size=3).map(tuple)
levels = st.none() | st.sampled_from(Level)


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    text = draw(known | names)
    return Offer(
        DIRECTORY.identify(text), text, draw(methods), draw(levels), draw(st.just("") | notes)
    )


@st.composite
def wants(draw: st.DrawFn) -> Want:
    offer = draw(offers())
    until = draw(st.none() | st.dates(date(2026, 11, 23), date(2100, 1, 1)))
    priority = draw(st.sampled_from(Priority))
    return Want(offer.capacity, offer.text, offer.methods, offer.level, priority, until, offer.note)


def _several(strategy: st.SearchStrategy[object], key: str) -> st.SearchStrategy[object]:
    return st.lists(
        strategy, min_size=1, max_size=4, unique_by=lambda each: getattr(each, key)
    ).map(tuple)


entries = (
    messy.map(_one_line)
    .filter(lambda text: text and len(text) <= 150)
    .filter(lambda text: bool(text.strip()) and not is_nothing(text))
)
languages = st.builds(
    Language, st.sampled_from(all_codes()), st.sampled_from([0, 1, 2, 3, 4, 5, 6])
)
users = st.from_regex(r"[A-Z][a-z]{0,8}( [A-Z(][a-z]{0,5}\)?)?(, Jr)?", fullmatch=True)
VALUES: dict[str, st.SearchStrategy[object]] = {
    "kind": st.sampled_from(Kind),
    "contacts": st.lists(users, min_size=1, max_size=3, unique=True).map(tuple),
    "offers": _several(offers(), "capacity"),
    "wants": _several(wants(), "capacity"),
    "languages": _several(languages, "code"),
    "country": st.sampled_from(["NG", "DE", "BR", "IN", "CI"]),
    "region": st.sampled_from(["SSA", "NWE", "LAC"]),
    "affiliations": st.lists(entries, min_size=1, max_size=3, unique_by=fold).map(tuple),
    "projects": st.lists(entries, min_size=1, max_size=3, unique_by=fold).map(tuple),
    "methods": methods.filter(bool),
    "seats": st.integers(0, 50),
    "timezone": st.sampled_from(["Africa/Lagos", "UTC", "UTC+05:30", "UTC-03:00", "Asia/Kolkata"]),
    "hours": st.integers(1, 16800).map(lambda number: number / 100),
    "notify": st.sampled_from(Frequency),
    "away": st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    "about": messy.map(str.strip).filter(lambda text: bool(text) and len(text) < 4000),
}


@st.composite
def declarations(draw: st.DrawFn) -> ProfileTemplate:
    chosen = draw(st.sets(st.sampled_from(sorted(VALUES))))
    values = {name: draw(VALUES[name]) for name in VALUES if name in chosen}
    return ProfileTemplate(given=tuple(values), **values)  # type: ignore[arg-type]


wikitext = st.lists(
    pieces
    | st.text(max_size=5)
    | st.sampled_from(
        [
            "{{Capacity Exchange profile\n|",
            "{{capacity_Exchange profile|",
            "offers=",
            "\n| wants =",
            "notify=",
            "away until=",
            "languages=",
            "contact=",
            "{{Capacity|",
            "{{#babel:en-3|",
            "{{Capacity Exchange request|",
            "until=",
            "availability=",
            "timezone=",
            "seats=",
            "\x02",
            "{{{",
            "}}}",
            "<includeonly>",
            "</includeonly>",
            "<noinclude>",
            "{{{1|",
            "-{{",
            "\ufdd0",
        ]
    ),
    max_size=40,
).map("".join)
