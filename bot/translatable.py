"""Pages for Extension:Translate: texts of ours as its units, and the marks that people gave them.

Where a wiki has the extension, pages say what we say in English between ``<translate>`` and
``</translate>``. A translation administrator marks the page: ``<!--T:7-->`` in each unit. The marks
are theirs, are no change of the text, and stay with their units when we change the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bot.template_pages import localized_message

EXTENSION = "Translate"

_MARK = "<!--T:[^_/\n<>]+-->"
_HEADING_MARK = re.compile(rf"^(=.*=)[ ]?{_MARK}$", re.MULTILINE)
_ANY_MARK = re.compile(rf"{_MARK}[\n ]?")
_ONE_MARK = re.compile(_MARK)
_TRANSLATE = re.compile(r"(<translate(?: nowrap)?>)(.*?)(</translate>)", re.DOTALL)
_BETWEEN = re.compile(r"(\s*\n\n\s*)")
_HEADING = re.compile(r"(={1,6})[ \t]*.+?[ \t]*\1\s*")
_ALIKE = 0.5
"""How alike two texts are of which one is the other, reworded."""


def as_units(text: str, *, module: str, portal: str) -> str:
    """Return a page's wikitext with our messages in English, each one a unit.

    What a message links to is a variable (``<tvar>``), which nobody need translate; links to the
    portal lead to it in the reader's language. What only the module can say stays.
    """
    call = f"{{{{#invoke:{module}|"
    own = f' lang="{call}lang}}}}" dir="{call}dir}}}}"'
    text = text.replace(own, ' lang="{{PAGELANGUAGE}}"').replace(f"{call}unreviewed}}}}\n", "")
    made: list[str] = []
    at = 0
    while (found := text.find(f"{call}text|", at)) >= 0:
        end = _end_of_call(text, found)
        inside = text[found + len(call) : end - 2]
        # A parameter of a parser function cannot be marked.
        in_function = text.endswith("{{urlencode:", 0, found)
        made += [text[at:found], text[found:end] if in_function else _unit(inside, portal)]
        at = end
    return "".join((*made, text[at:]))


def _end_of_call(text: str, at: int) -> int:
    """Return where the call that begins there ends."""
    depth = 0
    for sign in re.compile(r"\{\{|\}\}").finditer(text, at):
        depth += 1 if sign[0] == "{{" else -1
        if not depth:
            return sign.end()
    raise ValueError(f"a call is not closed: {text[at : at + 60]}")


def _unit(call: str, portal: str) -> str:
    _, key, *arguments = _split(call)
    values = {}
    for number, argument in enumerate(arguments, 1):
        named = re.fullmatch(r"(\d)=(.*)", argument, re.DOTALL)
        # The call's first parameter is the message.
        at, value = (int(named[1]) - 1, named[2]) if named else (number, argument)
        values[str(at)] = value
    link = f"[[Special:MyLanguage/{portal}|{portal}]]"

    def put(found: re.Match[str]) -> str:
        value = values.get(found[1], "").replace(f"[[{portal}]]", link)
        return f'<tvar name="{found[1]}">{value}</tvar>'

    said = re.sub(r"\$(\d)", put, localized_message(key, "en"))
    return f"<translate>{said}</translate>"


def _split(call: str) -> list[str]:
    """Split the inside of a call at the pipes that are not within a link or another call."""
    parts, depth, begin = [], 0, 0
    for sign in re.compile(r"\{\{|\[\[|\}\}|\]\]|\|").finditer(call):
        if sign[0] != "|":
            depth += 1 if sign[0] in ("{{", "[[") else -1
        elif not depth:
            parts.append(call[begin : sign.start()])
            begin = sign.end()
    return [*parts, call[begin:]]


# -- The marks that people gave to units.


def without_marks(text: str) -> str:
    """Return a text as it was before anybody marked it for translation."""
    return _ANY_MARK.sub("", _HEADING_MARK.sub(r"\1", text)) if "<!--T:" in text else text


def carry_marks(marked: str, text: str) -> str:
    """Put the marks of one text on the same units of another, whose units have none.

    A reworded unit keeps its mark, so that its translations stay and are shown as outdated; a new
    one gets its mark when somebody marks the page.
    """
    if "<!--T:" not in marked:
        return text
    known = [(found[0], unit) for unit in _units(marked) if (found := _ONE_MARK.search(unit))]
    before = [without_marks(unit).strip() for _, unit in known]
    after = list(_units(text))
    marks = dict(_pairs(before, [unit.strip() for unit in after]))
    numbers = iter(range(len(after)))

    def put(found: re.Match[str]) -> str:
        inline = "\n" not in found[2]
        parts = []
        for part in _BETWEEN.split(found[2]):
            at = marks.get(next(numbers)) if part.strip() else None
            parts.append(part if at is None else _marked(part, known[at][0], inline=inline))
        return found[1] + "".join(parts) + found[3]

    return _TRANSLATE.sub(put, text)


def _units(text: str) -> Iterator[str]:
    for found in _TRANSLATE.finditer(text):
        yield from (part for part in _BETWEEN.split(found[2]) if part.strip())


def _marked(unit: str, mark: str, *, inline: bool) -> str:
    lead, text = unit[: len(unit) - len(unit.lstrip())], unit.lstrip()
    if _HEADING.fullmatch(text):
        return f"{lead}{text.rstrip()} {mark}{text[len(text.rstrip()) :]}"
    return f"{lead}{mark}{' ' if inline else chr(10)}{text}"


def _pairs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield which unit was which: (number after, number before)."""
    for kind, first, last, begin, end in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            yield from zip(range(begin, end), range(first, last), strict=True)
        elif kind == "replace":
            left = list(range(first, last))
            for number in range(begin, end):
                likeness = [(_likeness(before[one], after[number]), -one) for one in left]
                best, at = max(likeness, default=(0.0, 0))
                if best >= _ALIKE:
                    left.remove(-at)
                    yield number, -at


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
