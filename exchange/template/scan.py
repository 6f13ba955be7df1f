"""Scan: where the templates of a page begin and end, by MediaWiki's own rules.

One pass from left to right with the rules of MediaWiki's preprocessor (Preprocessor_Hash, for
the page's own view): the rightmost braces match first, three before two; ``[[``, ``-{`` and
headings hide what they enclose from the template around them; comments, ``<includeonly>`` and
the inside of extension tags are not looked at. The time is linear in the text, whatever the
text, and there is no recursion.

Inside ``<ref>`` or ``<poem>`` MediaWiki parses in a second round, and so does this: those
transclusions carry the tag's name in ``inside``.
"""

from __future__ import annotations

import re
from array import array
from functools import cache

from exchange.template.hide import EXTENSION_TAGS, IGNORED, PARSED, Hider
from exchange.template.spans import Hidden, Part, Scan, Transclusion

__all__ = ["EXTENSION_TAGS", "Hidden", "Part", "Scan", "Transclusion", "scan"]

# What is open: nothing, a heading, [[, -{, {{, or {{ with a hyphen before it that may become -{.
_NOTHING, _HEADING, _LINK, _CONVERSION, _BRACES, _HYPHEN_BRACES = range(6)


@cache
def _patterns(tags: frozenset[str], conversion: bool) -> tuple[re.Pattern[str], ...]:
    """What to stop at, for each thing that can be open; equals signs count in the second six."""
    names = "|".join(sorted(tags | IGNORED | {"includeonly"}))
    # A link or template with nothing in it that counts for others is taken at once.
    link = r"\[\[[^\[\]{}<\n]*+\]\]"
    simple = r"\{\{(?:[^\[\]{}<\n]++|\n(?!=))*+\}\}"
    always = rf"{simple}|\{{\{{+|{link}|\[\[+|<(?:!--|(?ai:({names}))(?=[ \t\n\r\f\v>]|/>))"
    if conversion:
        always += r"|-\{+"
    line = always + r"|\n="
    # A pipe, with a plain name and its equals sign where they follow.
    pipe = r"|\|(?:[^\[\]{}<|=\n]*+=)?"
    braces = line + r"|\}\}\}?" + pipe
    per_kind = [line, always + r"|\n", line + r"|\]\]", line + r"|\}-" + pipe, braces, braces]
    plain = [re.compile(pattern) for pattern in per_kind]
    return (*plain, *(re.compile(p + "|=" if pipe in p else p) for p in per_kind))


def scan(text: str, *, tags: frozenset[str] = EXTENSION_TAGS, conversion: bool = True) -> Scan:
    """Find every transclusion in ``text``, and what is hidden from view.

    ``tags`` are the wiki's extension tags, in lower case. ``conversion`` tells whether ``-{`` is
    markup, as it is on every wiki that does not turn language conversion off altogether. Takes
    time and memory in proportion to the text's length; never raises.
    """
    found = Scan(text)
    rounds = [(0, len(text), "")]
    while rounds:
        start, end, inside = rounds.pop()
        hidden_before = len(found.hidden)
        _Run(found, start, end, inside, tags, conversion).run()
        for each in found.hidden[hidden_before:]:
            if each.tag in PARSED and text.find("{{", each.inner, each.inner_end) >= 0:
                rounds.append((each.inner, each.inner_end, each.tag))
    found.transclusions.sort(key=_start)
    found.hidden.sort()
    found.openings.sort()
    return found


def _start(transclusion: Transclusion) -> int:
    return transclusion.start


class _Run:
    """One pass over a stretch of the text.

    The stack is four parallel arrays (what is open, how many characters opened it, where, and
    its first mark), because a hostile page may open a million things. ``marks`` holds the pipes
    of everything open, and each first equals sign as ``-offset - 1``.
    """

    def __init__(
        self,
        found: Scan,
        start: int,
        end: int,
        inside: str,
        tags: frozenset[str],
        conversion: bool,
    ) -> None:
        self.found = found
        self.text = found.text
        self.start = start
        self.end = end
        self.inside = inside
        self.patterns = _patterns(tags, conversion)
        self.kinds = bytearray([_NOTHING])
        self.counts = array("q", [0])
        self.starts = array("q", [start])
        self.firsts = array("q", [0])
        self.marks = array("q")
        self.hider = Hider(found, start, end)

    def run(self) -> None:
        """Read the stretch from its start to its end."""
        text, end, kinds, marks = self.text, self.end, self.kinds, self.marks
        patterns, counts, starts = self.patterns, self.counts, self.starts
        found = self.found.transclusions
        position = self.start
        kind = _NOTHING
        equals = False
        line_start = True
        while True:
            if line_start:
                line_start = False
                token, stop, name = "", position, None
            else:
                match = patterns[kind + 6 if equals else kind].search(text, position, end)
                if match is None:
                    break
                position = match.start()
                stop = match.end()
                token = text[position]
                name = match[1] if token == "<" else None
            if token == "|":
                marks.append(position)
                equals = stop == position + 1
                if not equals:
                    marks.append(-stop)
                position = stop
                continue
            if token == "=":
                marks.append(-position - 1)
                equals = False
                position += 1
                continue
            if token == "{":
                if text[stop - 1] == "}":
                    found.append(Transclusion(self.found, position, stop, None, self.inside))
                    position = stop
                    continue
                self._open(_BRACES, position, stop - position)
                position = stop
            elif token == "}" and kind >= _BRACES:
                count = counts[-1]
                taken = min(stop - position, count)
                position += taken
                self._close_braces(position, count, taken)
            elif token == "[":
                if text[stop - 1] == "]":
                    position = stop
                    continue
                self._open(_LINK, position, stop - position)
                position = stop
            elif token == "]":
                position += 2
                counts[-1] -= 2
                if counts[-1] < 2:
                    self._pop()
            elif token == "<":
                if name:
                    position = self.hider.tag(position, name)
                else:
                    position, line_start = self.hider.comment(position)
                continue
            elif token == "-":
                braces = stop - position - 1
                if braces == 1:
                    self._open(_CONVERSION, position, 2)
                else:
                    self._open(_HYPHEN_BRACES, position + 1, braces)
                position = stop
            elif token == "}":
                position += 2
                self._pop()
            elif token == "\n" and kind == _HEADING:
                # The line break stays: it may begin the next heading.
                self._pop()
            else:
                position += len(token)
                signs = 0
                while signs < 6 and position + signs < end and text[position + signs] == "=":
                    signs += 1
                # A single sign after a parameter's name is the sign between name and value.
                if signs and not (signs == 1 and equals):
                    self._open(_HEADING, position, signs)
                    position += signs
            kind = kinds[-1]
            equals = kind >= _CONVERSION and len(marks) > self.firsts[-1] and marks[-1] >= 0
        for at, kind in enumerate(kinds):
            if kind >= _BRACES:
                self.found.openings.append((starts[at], counts[at]))

    def _open(self, kind: int, start: int, count: int) -> None:
        self.kinds.append(kind)
        self.counts.append(count)
        self.starts.append(start)
        self.firsts.append(len(self.marks))

    def _pop(self) -> None:
        self.kinds.pop()
        self.counts.pop()
        self.starts.pop()
        del self.marks[self.firsts.pop() :]

    def _close_braces(self, end: int, count: int, taken: int) -> None:
        """Close two or three of the braces on top of the stack; the rest stay open."""
        left = count - taken
        first = self.firsts[-1]
        start = self.starts[-1]
        if taken == 2:
            self.found.transclusions.append(
                Transclusion(self.found, start + left, end, self.marks[first:] or (), self.inside)
            )
        hyphen = self.kinds[-1] == _HYPHEN_BRACES
        if left >= 2:
            self.counts[-1] = left
            del self.marks[first:]
        else:
            self._pop()
            if left == 1 and hyphen:
                self._open(_CONVERSION, start - 1, 2)
