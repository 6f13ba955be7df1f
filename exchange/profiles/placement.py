"""Placement: whether what stands on a page counts, and if not, why; whose Babel box it needs."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

from exchange.languages import has_autonym
from exchange.profiles.document import PageReading
from exchange.profiles.names import USER_NAMESPACE
from exchange.text import fold

_DRAFTS = {
    *("doc", "documentation", "sandbox", "testcases", "test", "draft"),
    *("bac à sable", "brouillon", "doku", "spielwiese", "taller", "zona de pruebas"),
    *("testes", "página de testes", "ملعب", "مسودة", "توثيق"),
}
_ARCHIVE = re.compile(r"(?:archiv|archives?|archivio|archivo|arquivo|أرشيف|архив)\b.*")


TRANSLATOR = "FuzzyBot"
"""The account by which the Translate extension writes the translations of a page."""


class Aside(StrEnum):
    """Why nothing on a page counts, whatever stands there."""

    TALK = "talk"
    NAMESPACE = "namespace"
    DRAFT = "draft"
    ARCHIVE = "archive"
    TRANSLATION = "translation"


def find_aside(
    title: str, namespace: int, *, namespaces: Collection[int] | None = None
) -> Aside | None:
    """Return why a template on a page of this title cannot count, or None where it can.

    ``namespaces`` are those in which profiles are looked for; without them, any counts.
    """
    if namespace >= 0 and namespace % 2:
        return Aside.TALK
    if namespace < 0 or (namespaces is not None and namespace not in namespaces):
        return Aside.NAMESPACE
    for part in map(fold, title.split("/")[1:]):
        if part in _DRAFTS:
            return Aside.DRAFT
        if _ARCHIVE.fullmatch(part):
            return Aside.ARCHIVE
    return None


def is_translation_title(title: str) -> bool:
    """Whether a page may be a translation: its title ends in the code of a language."""
    above, slash, code = title.rpartition("/")
    return bool(slash and above) and code == code.lower() and has_autonym(code)


def user_page_above(reading: PageReading) -> str:
    """Return the title of the user page whose Babel box a profile below it needs, or ``""``."""
    if reading.namespace != USER_NAMESPACE or "/" not in reading.title:
        return ""
    if reading.is_empty or reading.is_group or reading.babel:
        return ""
    if any("languages" in each.given for each in reading.profiles):
        return ""
    return reading.title.partition("/")[0]
