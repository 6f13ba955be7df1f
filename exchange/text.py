"""One way to compare names, and one more forgiving way to search for them.

Two names are the same when their ``fold`` is equal; nothing else makes them the same. Both
functions are idempotent: folding what is folded changes nothing.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

SEPARATORS = ",;\n،؛、，；・•|"
"""What may stand between two items of a list; some names hold a few of them themselves."""

LIST_SIGN = (
    r"(?:[•·‣◦▪▫∙⁃●○■□◆◇➢➤►▶▸→⇒»★☆✦](?=[ \t]*\S)|[-–—+>](?=\s)"
    r"|[(（]?\d{1,2}[.)．）、](?=\s|[^\W\d])|\d{1,2} ?[-–:](?=\s)|\d\ufe0f?\u20e3"
    r"|[\u2460-\u2473\u2776-\u277f]|(?:[a-z]|[ivx]{2,4})[)）](?=\s))"
)
"""Pattern of what may begin a line of a list beside wikitext's own signs: "–", "1.", "(2)", "a)"."""

_AND = (
    "and|or|und|oder|et|ou|y|e|i|o|u|og|och|eller|en|of|ve|veya|ya|dan|atau|na|au|và|"
    "hoặc|и|или|і|й|та|або|și|sau|és|vagy|ja|tai|ir|ar|a|nebo|oraz|lub|ac|eta|edo|da|"
    "ko|àti|tàbí|ma|kaj|aŭ|και|ή|और|या|एवं|এবং|ও|আর|বা|மற்றும்|మరియు|أو|و|یا|או|및"
)
JOINER = re.compile(
    rf"\s+(?:{_AND})\s+|\s+[\u0648\u05d5](?=\w{{3}})|\s*[/&+＋／＆:：]\s*"
    rf"|\s*[和与與及と]\s*|\s+{LIST_SIGN}\s*",
    re.IGNORECASE,
)
"""What may stand between two names in one entry, where both are known: "Lua and Python", "en/fr"."""

_AMPERSAND = re.compile(r"&(?:(?:[aA][mM][pP]|#0*38|#[xX]0*26);)+")
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
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


_EARLY_SIGN = re.compile(f"[{''.join(map(chr, _EARLY))}]")


def _early(text: str) -> str:
    # Few texts have such a sign, and to look for one costs less than to translate.
    return text.translate(_EARLY) if _EARLY_SIGN.search(text) else text


class _Characters(dict[int, str]):
    """What each character becomes at the end of ``fold``, found out when it is first seen."""

    def __missing__(self, point: int) -> str:
        char = _early(chr(point))
        folded = _character(char) if char else ""
        if len(self) < _MOST_CHARACTERS:
            self[point] = folded
        return folded


_MOST_CHARACTERS = 65_536


def _character(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf" or category == "Cs":
        return ""
    if category == "Cc" or category == "Pd" or char == "_":
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(char))
    return char


_CHARACTERS = _Characters()


def unescape_entities(text: str) -> str:
    """Decode HTML entities that end in a semicolon, as MediaWiki does; others stay as they are."""
    return ENTITY.sub(lambda match: html.unescape(match.group()), text)


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", _early(text))
    if "&" in text:
        # An escaped escape still means the same; decoded at once, so that nesting costs nothing.
        text = _early(unescape_entities(_AMPERSAND.sub("&", text)))
    text = unicodedata.normalize("NFKC", text).casefold()
    # Turkish dotted capital I leaves a dot above behind; casefolding may also undo composition.
    text = unicodedata.normalize("NFKC", text.replace("i\u0307", "i"))
    return " ".join(text.translate(_CHARACTERS).split())


def fold(text: str, *, remember: bool = True) -> str:
    """Fold a name for comparison.

    Equal afterwards are: composed and decomposed letters, compatibility forms (full width,
    ligatures), upper and lower case, entities and their characters, all apostrophes, all quotes,
    all digits of a value; hyphens, dashes, underscores and spaces (also repeated or at the ends).
    Gone are bidi marks, zero-width characters, soft hyphens, tatweels. Accents count: ``sé`` is
    not ``se``. Runs in linear time; never raises. What is not asked again soon need not be
    remembered.
    """
    return _fold_cached(text) if remember and len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    if text.isascii() and "&" not in text:
        # The usual case, by far: nothing to decompose.
        return " ".join(text.translate(_CHARACTERS).casefold().split())
    for _ in range(4):  # Once is enough but for texts made to defeat it.
        if (folded := _fold_once(text)) == text:
            break
        text = folded
    return text


_SHORT = 80
# People write the same names over and over.
_fold_cached = lru_cache(maxsize=16_384)(_fold)

_ACCENTS = re.compile(
    "[\u0300-\u036f\u093c\u0a3c\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
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
    of Indic and other scripts stay, but for the dot below (nukta) of Devanagari and Gurmukhi: there
    they are vowels. Apostrophes stay (as ``'``), for the
    caller to split or join at.
    """
    text = fold(text, remember=False)
    if text.isascii():
        return text
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).translate(_LETTERS)
    return unicodedata.normalize("NFC", " ".join(text.split()))
