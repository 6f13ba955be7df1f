"""Reading languages as people write them: ``en-3``, ``yo-N``, ``français``, ``Swahili (basic)``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from exchange.fold import fold
from exchange.languages.codes import _data, all_codes, autonym, known, modern
from exchange.model import NATIVE, Language

_CODE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,3}")
_LEVEL = re.compile(r"[\s_:=–—-]*[(（]?\s*([0-5n])\s*[)）]?\s*")
_DETAIL = re.compile(r"(.+?)\s*[(（:：–—]\s*(.+?)\s*[)）]?")


@cache
def _names() -> Mapping[str, str]:
    names = {name: code for code, row in _data("names.json")["names"].items() for name in row}
    # Where a language and one of its scripts have the same name, the language has it.
    by_hyphens = sorted(all_codes(), key=lambda code: (code.count("-"), code), reverse=True)
    return names | {fold(autonym(code)): code for code in by_hyphens}


@cache
def _levels() -> Mapping[str, int]:
    return {
        fold(word): NATIVE if level == "N" else int(level)
        for level, words in _data("levels.json")["levels"].items()
        for word in words
    }


def normalise(text: str) -> str | None:
    """Find the language that ``text`` names: a code, an old code, or a name in any language.

    Gives the modern MediaWiki code, or None. A name that two languages share in different
    languages means neither, except that every language owns its name for itself.
    """
    text = text.strip()
    if len(text) > 100:
        return None
    plain = text.strip().lower().replace("_", "-")
    if _CODE.fullmatch(plain) and known(plain):
        return modern(plain)
    return _names().get(fold(text))


def parse_level(text: str) -> Language | None:
    """Read one language with its level, as in Babel boxes or in words; None if it is none.

    ``en-3``, ``yo-N``, ``pt-br-2``, ``fr``, ``English 4``, ``Deutsch (Muttersprachler)``. Without
    a level it is a mother tongue, as in Babel. Raises nothing.
    """
    text = text.strip()
    if not text or len(text) > 100:
        return None
    code = normalise(text)
    if code:
        return Language(code)
    folded = text.lower()
    for at in range(len(folded) - 1, 0, -1):
        # The shortest tail that is a level: "-3", " (n)", ": 2".
        if found := _LEVEL.fullmatch(folded, at):
            code = normalise(text[:at].rstrip(" _:=–—-(（"))
            if code:
                level = found.group(1)
                return Language(code, NATIVE if level == "n" else int(level))
        elif at < len(folded) - 8:
            break
    if found := _DETAIL.fullmatch(text):
        code, level_word = normalise(found.group(1)), _levels().get(fold(found.group(2)))
        if code and level_word is not None:
            return Language(code, level_word)
    return None
