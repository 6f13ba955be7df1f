"""The language of a notice: the best one that its reader can read and that we write."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from exchange.i18n.messages import available_languages, is_reviewed
from exchange.languages import canonical, fallback_chain
from exchange.model import Language

GROUP = "notice"
"""The messages that a notice is made of."""

READS = 2
"""The level of a language, as in Babel, from which somebody reads a short message in it."""


def language_for(
    languages: Sequence[Language], *, page_language: str, off: Collection[str] = ()
) -> str:
    """Choose the language of a notice: the best one that the reader can read.

    A language that speakers have reviewed comes before one that was translated by machine alone:
    the latter is for those who read no other (``READS``). A language counts with what stands in
    for it (an Egyptian Arabic reader gets Arabic) before the next one does; then comes the page's
    language, then English. None of ``off`` is chosen.
    """
    have = {code for code in available_languages(GROUP) if code == "en" or code not in off}
    spoken = sorted(languages, key=lambda entry: -entry.level)
    found = [_nearest(each.code, have) for each in spoken if each.level >= READS]
    chosen = next((each for each in found if each and is_reviewed(GROUP, each)), None)
    others = (_nearest(code, have) for code in (*(each.code for each in spoken), page_language))
    return chosen or next((each for each in others if each), "en")


def _nearest(code: str, have: Collection[str]) -> str:
    """The language itself, or what stands in for it; English only for another English."""
    chain = (canonical(code), *fallback_chain(code))
    found = next((each for each in chain if each in have), "")
    return found if found != "en" or code.partition("-")[0] in ("en", "simple") else ""
