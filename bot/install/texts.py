"""Texts: the words of our templates in every language, as templates themselves.

Wikis differ in what they have for translated pages, but all of the movement's have
``{{#switch:}}``. So ``…/text`` holds every message in every language, ``…/lang`` chooses the
language and ``…/dir`` its direction. A language is chosen by name; else it is the reader's, where
the wiki says (``{{int:lang}}``, as on Meta and Commons); else the page's; else English.
"""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path

from exchange.languages import all_codes, direction, fallbacks
from exchange.places import countries, country_name, region_name, regions
from exchange.wording.messages import I18N, available, messages

GROUP = "onwiki"
PREFIX = "onwiki-"
_PARAMETER = re.compile(r"\$(\d)")


@cache
def message(key: str, language: str, *, folder: Path = I18N) -> str:
    """A message in a language, or nothing where it is not translated."""
    return messages(folder, GROUP, language).get(PREFIX + key, "")


def keys(*, folder: Path = I18N) -> tuple[str, ...]:
    """Every message's key, without its prefix, in the order of the English file."""
    return tuple(key.removeprefix(PREFIX) for key in messages(folder, GROUP, "en"))


def in_all(key: str) -> dict[str, str]:
    """A message in every language that has it, English first."""
    codes = sorted(available(GROUP), key=lambda code: (code != "en", code))
    return {code: text for code in codes if (text := message(key, code))}


def language(base: str) -> str:
    """The template that chooses a language."""
    cases = _cases()
    choice = f"{{{{#switch:{{{{PAGELANGUAGE}}}}{cases}|#default=en}}}}"
    choice = f"{{{{#switch:{{{{int:lang}}}}{cases}|#default={choice}}}}}"
    choice = f"{{{{#switch:{{{{lc:{{{{{{1|}}}}}}}}}}{cases}|#default={choice}}}}}"
    return f"<includeonly>{choice}</includeonly>"


def _cases() -> str:
    ours = available(GROUP)
    groups: dict[str, list[str]] = {code: [] for code in ours}
    for code in all_codes():
        if code not in ours:
            nearest = next((each for each in fallbacks(code) if each in ours), "en")
            if nearest != "en":
                groups[nearest].append(code)
    return "".join(
        f"\n|{'|'.join([code, *sorted(others)])}={code}" for code, others in sorted(groups.items())
    )


def direction_(base: str) -> str:
    """The template that gives a language's direction."""
    rtl = "|".join(code for code in available(GROUP) if direction(code) == "rtl")
    choice = f"{{{{#switch:{{{{{base}/lang|{{{{{{1|}}}}}}}}}}|{rtl}=rtl|#default=ltr}}}}"
    return f"<includeonly>{choice}</includeonly>"


def text(base: str) -> str:
    """The template with every message: ``{{…/text|key|$1|$2|lang=xx}}``."""
    lines = ["{{#switch:{{{1|}}}"]
    for key in keys():
        if key.startswith("td-"):
            continue
        found = in_all(key)
        english = found.pop("en")
        cases = "".join(f"\n |{code}={_wikitext(said)}" for code, said in found.items())
        lines.append(
            f"|{key}={{{{#switch:{{{{{base}/lang|{{{{{{lang|}}}}}}}}}}{cases}"
            f"\n |#default={_wikitext(english)}}}}}"
        )
    return _whole(base, "\n".join(lines) + "\n}}")


def place(base: str) -> str:
    """The template that names a country by its code, or a region: ``{{…/place|NG}}``.

    ``{{…/place|region SSA|SSA}}`` names a region; what is no code is shown as it is.
    """
    named = [(code, partial(country_name, code)) for code in countries()]
    named += [(f"REGION {each.id}", partial(region_name, each.id)) for each in regions()]
    lines = ["{{#switch:{{uc:{{{1|}}}}}"]
    for code, name in named:
        english = name("en")
        others: dict[str, list[str]] = {}
        for language in available(GROUP):
            if (said := name(language)) != english:
                others.setdefault(said, []).append(language)
        cases = "".join(f"|{'|'.join(codes)}={said}" for said, codes in others.items())
        chosen = f"{{{{#switch:{{{{{base}/lang}}}}{cases}|#default={english}}}}}"
        lines.append(f"|{code}={chosen if cases else english}")
    lines.append("|#default={{#if:{{{2|}}}|{{{2}}}|{{{1|}}}}}}}")
    return _whole(base, "\n".join(lines))


def _wikitext(said: str) -> str:
    return _PARAMETER.sub(lambda found: f"{{{{{{{int(found[1]) + 1}|}}}}}}", said)


def _whole(base: str, body: str) -> str:
    about = f"{{{{{base}/text|doc-text}}}}"
    return f"<includeonly>{body}</includeonly><noinclude>{about}</noinclude>"
