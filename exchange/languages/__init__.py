"""Languages: codes, names, direction, fallbacks and Babel levels.

A language is a MediaWiki code in its modern form (``nb`` for ``no``, ``gsw`` for ``als``, ``yue``
for ``zh-yue``). Data: @wikimedia/language-data (autonyms, direction), MediaWiki (fallbacks) and CLDR
through Babel (names in other languages); all vendored under config/languages, so that no
request leaves the machine. A code that CLDR lacks (dag, arz, pnb ...) works like any other.
"""

from exchange.languages.codes import (
    all_codes,
    autonym,
    base_language,
    canonical,
    fallback_chain,
    has_autonym,
    is_known,
    language_name,
    language_names,
    nearest_locale,
    text_direction,
)
from exchange.languages.parse import find_language, parse_language, parse_languages

__all__ = [
    "all_codes",
    "autonym",
    "base_language",
    "canonical",
    "fallback_chain",
    "find_language",
    "has_autonym",
    "is_known",
    "language_name",
    "language_names",
    "nearest_locale",
    "parse_language",
    "parse_languages",
    "text_direction",
]
