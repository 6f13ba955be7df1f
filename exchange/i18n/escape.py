"""Escape: what somebody wrote, made safe to stand in any wikitext.

What people write in a profile goes into notices, tables and reports on other pages. Nothing of
it may become a link, template, tag, list, heading, signature, category, magic word or table cell
there, nor reorder the text around it. Every character that could is written as a numeric entity,
which MediaWiki shows as the character and never reads as markup.
"""

from __future__ import annotations

import re
import unicodedata

_MARKUP = "&<>[]{}|'\"=*#:;~_!`\\^" + "＿＃"  # Full-width ones make magic words in ja and zh.
_ENTITIES = str.maketrans({char: f"&#{ord(char)};" for char in _MARKUP})
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_GONE = re.compile(f"[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\ufeff\ufff9-\uffff{_BIDI}]")
_SPACES = re.compile(r"[\s\u2028\u2029\u200b]+")
_FIRST = re.compile(r"^[-+]")
_MAGIC_LINK = re.compile(r"(?:RFC|PMID|ISBN)(?=[\s&])")


def one_line(text: str, limit: int | None = None) -> str:
    """Return text as one line without bidi and control characters, cut to ``limit`` characters.

    Safe where nothing is markup (edit summaries, terminal, JSON); a cut ends in ``…``.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _GONE.sub("", _SPACES.sub(" ", unicodedata.normalize("NFC", text)))
    text = _SPACES.sub(" ", text).strip()
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)].rstrip() + "…"
    return text


def escape_wikitext(text: str, limit: int | None = None) -> str:
    """Return text so that it shows as written anywhere in wikitext and changes nothing around it.

    Safe inside template parameters, table cells, links' labels, list items, headings, attributes
    in quotes, and at the start of a line. Newlines become spaces, bidi controls and other control
    characters go. ``limit`` cuts the text (before escaping) to so many characters.
    """
    text = one_line(text, limit).translate(_ENTITIES)
    text = _FIRST.sub(_entity, text)
    text = _MAGIC_LINK.sub(lambda found: _entity(found) + found.group()[1:], text)
    if text and (unicodedata.combining(text[0]) or unicodedata.category(text[0]).startswith("M")):
        # It would join the character before: a combining stroke turns the > of a tag into ≯.
        text = f"&#{ord(text[0])};{text[1:]}"
    return text


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found.group()[0])};"
