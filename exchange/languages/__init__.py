"""Languages: codes, names, direction, fallbacks and Babel levels.

A language is a MediaWiki code in its modern form (``nb`` for ``no``, ``gsw`` for ``als``, ``yue``
for ``zh-yue``). Data: @wikimedia/language-data (autonyms, direction), banana-i18n (fallbacks) and
CLDR through Babel (names in other languages); all vendored under config/languages, so that no
request leaves the machine. A code that CLDR lacks (dag, arz, pnb ...) works like any other.
"""

from exchange.languages.codes import (
    all_codes,
    autonym,
    cldr,
    direction,
    fallbacks,
    known,
    locale,
    modern,
    name,
    root,
)
from exchange.languages.reading import normalise, parse_level

__all__ = [
    "all_codes",
    "autonym",
    "cldr",
    "direction",
    "fallbacks",
    "known",
    "locale",
    "modern",
    "name",
    "normalise",
    "parse_level",
    "root",
]
