"""Fold: one way to compare names, and one more forgiving way to search for them.

Two names are the same when their ``fold`` is equal; nothing else makes them the same. Both
functions are idempotent: folding what is folded changes nothing.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

_AMPERSAND = re.compile(r"&(?:(?:[aA][mM][pP]|#0*38|#[xX]0*26);)+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPACE = re.compile(r"[\s_]+")
_APOSTROPHES = "‘’‚‛ʹʻʼʽˈ`´′‵＇ꞌʾʿ׳"
_QUOTES = "“”„‟«»″״〝〞"
# A tatweel only stretches a word; variation selectors only choose a picture.
_DROPPED = {0x0640: None, 0x034F: None} | dict.fromkeys(range(0xFE00, 0xFE10))
_EARLY = (
    str.maketrans(dict.fromkeys(_APOSTROPHES, "'"))
    | str.maketrans(dict.fromkeys(_QUOTES, '"'))
    | str.maketrans({"−": "-", "∕": "/"})
    | _DROPPED
)


def _character(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf" or category == "Cs":
        return ""
    if category == "Cc" or category == "Pd":
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(char))
    return char


def unescape(text: str) -> str:
    """Decode HTML entities that end in a semicolon, as MediaWiki does; others stay as they are."""
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text)


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_EARLY))
    # An escaped escape still means the same; taken at one go, so that nesting costs nothing.
    text = unescape(_AMPERSAND.sub("&", text)).translate(_EARLY)
    text = unicodedata.normalize("NFKC", text).casefold()
    # Turkish dotted capital I leaves a dot above behind; casefolding may also undo composition.
    text = unicodedata.normalize("NFKC", text.replace("i\u0307", "i")).translate(_EARLY)
    text = "".join(char if char.isascii() else _character(char) for char in text)
    return " ".join(_SPACE.sub(" ", _CONTROL.sub(" ", text)).split())


def fold(text: str) -> str:
    """Fold a name for comparison.

    Equal afterwards are: composed and decomposed letters, compatibility forms (full width,
    ligatures), upper and lower case, entities and their characters, all apostrophes, all quotes,
    all digits of a value; hyphens, dashes, underscores and spaces (also repeated or at the ends).
    Gone are bidi marks, zero-width characters, soft hyphens, tatweels. Accents count: ``sé`` is
    not ``se``. Runs in linear time; never raises.
    """
    return _remembered(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    if text.isascii() and "&" not in text:
        # The usual case, by far: nothing to decompose.
        return " ".join(
            _SPACE.sub(" ", _CONTROL.sub(" ", text.translate(_EARLY))).casefold().split()
        )
    for _ in range(4):  # Once is enough but for texts made to defeat it.
        if (folded := _fold_once(text)) == text:
            break
        text = folded
    return text


_SHORT = 80
# People write the same names over and over.
_remembered = lru_cache(maxsize=16_384)(_fold)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-]")

_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
)
_LETTERS = str.maketrans(
    {
        **dict(zip("øłđħıðŋɓɗɖƙɛɔɣʋƴəŧʼ", "oldhidnbddkeogvyet'", strict=True)),
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        # Arabic letters that keyboards and orthographies of neighbours write differently.
        **dict(zip("ٱىیېۍەہھةۀۃکڪ", "اييييههههههكك", strict=True)),
    }
)


def search_fold(text: str) -> str:
    """Fold a text for search: ``fold``, and then accents and letter variants away.

    Beyond ``fold``, Latin, Greek, Cyrillic, Hebrew and Arabic lose accents, points and vowel
    signs (``comunicação`` -> ``comunicacao``), letters with strokes and hooks lose them (``ø`` ->
    ``o``), ``æ`` becomes ``ae``, and Arabic, Persian and Urdu forms of a letter become one. Marks
    of Indic and other scripts stay: there they are vowels. Apostrophes stay (as ``'``), for the
    caller to split or join at.
    """
    text = fold(text)
    if text.isascii():
        return text
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).translate(_LETTERS)
    return unicodedata.normalize("NFC", " ".join(text.split()))
