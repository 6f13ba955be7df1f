"""The JSON pages from which the wiki's Module:Capacity Exchange reads words and names.

``words.lua`` says which page holds what. Keys are folded as names are (``name_key``), so that the
module finds what the tool finds.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import IntEnum
from functools import cache, lru_cache

from bot.template_pages import GROUP, localized_message, message_keys
from exchange.directory import Directory
from exchange.directory.directory import name_key
from exchange.geography import (
    all_countries,
    all_regions,
    country_name,
    find_country,
    find_region,
)
from exchange.i18n.messages import (
    I18N,
    Localizer,
    available_languages,
    is_reviewed,
    load_messages,
)
from exchange.languages import (
    all_codes,
    autonym,
    base_language,
    fallback_chain,
    find_language,
    language_names,
    nearest_locale,
    text_direction,
)
from exchange.languages.codes import RENAMED_CODES, load_data
from exchange.model import NATIVE, Level, Method, Priority
from exchange.notices.answers import LINKS, NOT_YET
from exchange.notices.message import answer_word, unreviewed_line
from exchange.notices.reader_language import GROUP as NOTICE_GROUP
from exchange.notices.vocabulary import Meaning
from exchange.profiles.scalars import term_table
from exchange.settings.schema import PageNames

SHARDS = 32
"""Over how many pages the look-up of names is spread; the same number stands in ``words.lua``."""

SHOWN = ("td-want", "td-programme")
"""What our pages say of the words of forms."""

_HTML = re.compile("[<>&]")


def json_pages(
    *,
    names: PageNames,
    directory: Directory,
    category: str,
    web_address: str = "",
    hold_out: float = 0,
    in_my_language: bool = False,
) -> Iterator[tuple[str, str]]:
    """Yield every JSON page as its title below the module, without ``.json``, and its text.

    ``hold_out`` is the share of suggestions that wait, which the portal says while there is one.
    ``in_my_language`` says that the portal has translations, which links to it shall lead to.
    """
    settings = _settings(names, _named_in(directory), category, web_address)
    if in_my_language:
        settings["portal"] = f"Special:MyLanguage/{names.portal}"
    if hold_out:
        settings["held_out"] = f"{hold_out * 100:g}"
    yield "settings", dump(settings)
    yield from _pages_of_names(directory)


@lru_cache(maxsize=2)  # They take seconds, and are the same for every wiki.
def _pages_of_names(directory: Directory) -> tuple[tuple[str, str], ...]:
    pages: dict[str, Mapping[str, str]] = {
        f"text/{code}": _text(code) for code in available_languages(GROUP)
    }
    pages |= {f"names/{code}": _names(code, directory) for code in _named_in(directory)}
    pages["names/own"] = {code: autonym(code) for code in all_codes()}
    pages |= {f"find/{number:02d}": page for number, page in enumerate(_find(directory))}
    pages["find/words"] = _words()
    return tuple((title, dump(content)) for title, content in pages.items())


def _named_in(directory: Directory) -> list[str]:
    """Return the languages in which anything has a name."""
    return sorted({*available_languages(GROUP), *(c for each in directory for c in each.names)})


def dump(content: object) -> str:
    """Return JSON as MediaWiki keeps it: indented with tabs, no sign in it that HTML knows."""
    text = unicodedata.normalize("NFC", json.dumps(content, ensure_ascii=False, indent="\t"))
    return _HTML.sub(lambda sign: f"\\u{ord(sign[0]):04X}", text)


def _settings(
    names: PageNames, named: list[str], category: str, web_address: str
) -> dict[str, str]:
    codes = all_codes()
    chains = {code: " ".join(c for c in fallback_chain(code) if c != "en") for code in codes}
    rtl = [code for code in codes if text_direction(code) == "rtl"]
    found = {
        "portal": names.portal,
        "category": category,
        "answer": f"Template:{names.notice}/answer",
        "answers": " ".join(LINKS),
        "unreviewed": unreviewed_line("", names.portal).removeprefix("<br>"),
        **_keyed("texts", dict.fromkeys(available_languages(GROUP), "yes")),
        **_keyed("names", dict.fromkeys(named, "yes")),
        **_keyed("rtl", dict.fromkeys(rtl, "yes")),
        **_keyed("fallbacks", chains),
        **_keyed("renamed", {**load_data("aliases.json")["aliases"], **RENAMED_CODES}),
    }
    return found | ({"web_address": web_address} if web_address else {})


# -- What we say in a language.


def _text(language: str) -> dict[str, str]:
    core = load_messages(I18N, "core", language)
    said = {
        key: localized_message(key, language)
        for key in message_keys()
        if key in SHOWN or not key.startswith(("td-", "form-"))
    }
    levels = {f"level-{'n' if level == NATIVE else level}": level for level in range(NATIVE + 1)}
    return {
        **_keyed("messages", said | _unreviewed(GROUP, language)),
        **_keyed("methods", {each.value: core.get(f"method-{each.value}") for each in Method}),
        **_keyed("levels", _by_name(core, "level", Level)),
        **_keyed("priorities", _by_name(core, "priority", Priority)),
        **_keyed("proficiencies", {key: core.get(f"proficiency-{n}") for key, n in levels.items()}),
        **_keyed("notice", _notice(language)),
    }


def _by_name(core: Mapping[str, str], prefix: str, terms: type[IntEnum]) -> dict[str, str]:
    names = [term.name.lower() for term in terms]
    return {name: core.get(f"{prefix}-{name}", "") for name in names}


def _unreviewed(group: str, language: str) -> dict[str, str]:
    return {} if is_reviewed(group, language) else {"unreviewed": "yes"}


def _notice(language: str) -> dict[str, str]:
    wording = Localizer(language, NOTICE_GROUP)
    words = {name: answer_word(wording, status) for name, status in LINKS.items()}
    return words | {
        NOT_YET: answer_word(wording, Meaning.NOT_YET),
        "title": wording.text("notice-answer-title", "$1"),
        "reply": wording.text("notice-reply", "$1"),
        "reply-web": wording.text("notice-reply-web", "$1"),
        **_unreviewed(NOTICE_GROUP, language),
    }


# -- What things are called in a language.


def _names(language: str, directory: Directory) -> dict[str, str]:
    locale = nearest_locale(language)
    # What CLDR does not name in this language is left to the languages that stand in for it.
    territories = locale.territories if locale.language == base_language(language) else {}
    named = {each.id: each.names[language] for each in directory if language in each.names}
    regions = {row.id: row.names[language] for row in all_regions() if language in row.names}
    return {
        **_keyed("capacities", named),
        **_keyed("languages", language_names(language) if territories else {}),
        **_keyed("countries", {code: territories.get(code, "") for code in all_countries()}),
        **_keyed("regions", regions),
    }


def _keyed(kind: str, table: Mapping[str, object]) -> dict[str, str]:
    return {f"{kind}:{key}": str(value) for key, value in table.items() if key and value}


# -- What a name or a word means.


def _find(directory: Directory) -> list[dict[str, str]]:
    """Return the pages of the look-up: each holds the keys whose ``shard_of`` is its number."""
    found = {
        **_keyed("capacities", _capacity_keys(directory)),
        **_keyed("languages", _language_keys()),
        **_keyed("countries", _country_keys()),
    }
    pages: list[dict[str, str]] = [{} for _ in range(SHARDS)]
    for key, meant in sorted(found.items()):
        pages[shard_of(key)][key] = meant
    return pages


def _words() -> dict[str, str]:
    """Return the words of the small groups, which most profiles ask for, on a page of their own."""
    found = {
        **_keyed("regions", _region_keys()),
        **_keyed("proficiencies", _proficiency_keys()),
    }
    for group in ("methods", "levels", "priorities", "kinds", "times"):
        terms = term_table(group)
        found |= _keyed(group, {name_key(word): term for word, term in terms.items()})
    return dict(sorted(found.items()))


def shard_of(key: str) -> int:
    """Return the number of the page on which a key stands, as ``words.lua`` counts it."""
    total = 0
    for byte in key.encode():
        total = (total * 31 + byte) % 65536
    return total % SHARDS


def _capacity_keys(directory: Directory) -> dict[str, str]:
    """Return each name with its id and, after it, the languages in which it is an alias."""
    others: dict[str, list[str]] = defaultdict(list)
    for capacity in directory:
        for language, aliases in capacity.aliases.items():
            for key in {name_key(alias) for alias in aliases} if language else ():
                if directory.keys.get(key) == capacity.id:
                    others[key].append(language)
    return {key: " ".join([id, *sorted(others[key])]) for key, id in directory.keys.items()}


@cache
def _language_keys() -> Mapping[str, str | None]:
    """Every code and old code, and every language's name for itself and in our languages."""
    written = {*all_codes(), *RENAMED_CODES, *load_data("aliases.json")["aliases"]}
    written |= {autonym(code) for code in all_codes()}
    for language in available_languages(GROUP):
        written |= set(language_names(language).values())
    return {name_key(name): find_language(name) for name in sorted(written)}


@cache
def _country_keys() -> Mapping[str, str | None]:
    """Every country's code, and its names in our languages."""
    written = {*all_countries()}
    for language in available_languages(GROUP):
        written |= {country_name(code, language) for code in all_countries()}
    return {name_key(name): find_country(name) for name in sorted(written)}


def _region_keys() -> dict[str, str]:
    return {
        name_key(name): row.id
        for row in all_regions()
        for name in (row.id, *row.aliases, *row.names.values())
        if find_region(name) == row.id
    }


def _proficiency_keys() -> dict[str, str]:
    levels = load_data("levels.json")["levels"]
    return {name_key(word): level.lower() for level, each in levels.items() for word in each}
