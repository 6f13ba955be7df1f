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

from exchange.wikitext.nodes import OpaqueSpan, Parameter, ParsedPage, Transclusion

# --- comments and extension tags, whose inside the preprocessor does not look at ---

_TAGS = """
nowiki pre gallery indicator langconvert source syntaxhighlight ref references math chem ce poem
templatedata templatestyles section score timeline hiero imagemap inputbox categorytree graph
mapframe maplink charinsert dynamicpagelist rss phonos pages pagelist pagequality quiz
"""
EXTENSION_TAGS = frozenset(_TAGS.split())
"""Tags whose inside the preprocessor leaves alone, on wikis of the movement."""

PARSED = frozenset({"ref", "references", "poem", "indicator"})
IGNORED = frozenset({"noinclude", "/noinclude", "onlyinclude", "/onlyinclude"})


@cache
def _closing_tag(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?ai)</{re.escape(name)}[ \t\n\r\f\v]*>")


class Hider:
    """Hides comments and tags in one stretch of a text, from left to right."""

    def __init__(self, found: ParsedPage, start: int, end: int) -> None:
        self.text = found.text
        self.opaque = found.opaque
        self.start = start
        self.end = end
        self.no_more_gt = False
        self.never_closed: set[str] = set()

    def comment(self, start: int) -> tuple[int, bool]:
        """Hide a comment; give the position after it, and whether a line begins there."""
        text, end = self.text, self.end
        closing = text.find("-->", start + 4, end)
        if closing < 0:
            self.opaque.append(OpaqueSpan(start, end, "", end, end))
            return end, False
        after = closing + 3
        # Comments alone on their line take the line with them.
        first = start
        while first > self.start and text[first - 1] in " \t":
            first -= 1
        if first > self.start and text[first - 1] == "\n":
            last = self._spaces(after)
            while text.startswith("<!--", last, end):
                closing = text.find("-->", last + 4, end)
                if closing < 0:
                    break
                last = self._spaces(closing + 3)
            if last < end and text[last] == "\n":
                self.opaque.append(OpaqueSpan(first, last + 1, "", last + 1, last + 1))
                return last + 1, True
        self.opaque.append(OpaqueSpan(start, after, "", after, after))
        return after, False

    def _spaces(self, position: int) -> int:
        while position < self.end and self.text[position] in " \t":
            position += 1
        return position

    def tag(self, start: int, name: str) -> int:
        """Hide an extension tag or inclusion tag; give the position to go on from."""
        text, end = self.text, self.end
        closing = -1 if self.no_more_gt else text.find(">", start + 1 + len(name), end)
        if closing < 0:
            self.no_more_gt = True
            return start + 1
        after = closing + 1
        lower = name.lower()
        if lower in IGNORED:
            self.opaque.append(OpaqueSpan(start, after, "ignore", after, after))
            return after
        tag = "ignore" if lower == "includeonly" else lower
        if text[closing - 1] == "/":
            self.opaque.append(OpaqueSpan(start, after, tag, after, after))
            return after
        match = None
        if lower not in self.never_closed:
            match = _closing_tag(lower).search(text, after, end)
        if match:
            self.opaque.append(OpaqueSpan(start, match.end(), tag, after, match.start()))
            return match.end()
        if name == "includeonly":
            self.opaque.append(OpaqueSpan(start, end, tag, after, end))
            return end
        self.never_closed.add(lower)
        return after


# --- transclusions ---

__all__ = ["EXTENSION_TAGS", "OpaqueSpan", "Parameter", "ParsedPage", "Transclusion", "parse_page"]

# What is open: nothing, a heading, [[, -{, {{, or {{ with a hyphen before it that may become -{.
_NOTHING, _HEADING, _LINK, _CONVERSION, _BRACES, _HYPHEN_BRACES = range(6)


# A link or template with nothing in it that counts for others is taken at once.
_PLAIN_LINK = r"\[\[[^\[\]{}<\n]*+\]\]"
_PLAIN_TEMPLATE = r"\{\{(?:[^\[\]{}<\n]++|\n(?!=))*+\}\}"
_ALONE = re.compile(rf"[^\[\]{{}}<\n=-]*+({_PLAIN_TEMPLATE})[^\[\]{{}}<\n=-]*+")
"""What most references hold: one template, and perhaps some words."""


@cache
def _patterns(tags: frozenset[str], conversion: bool) -> tuple[re.Pattern[str], ...]:
    """What to stop at, for each thing that can be open; equals signs count in the second six."""
    names = "|".join(sorted(tags | IGNORED | {"includeonly"}))
    always = rf"{_PLAIN_TEMPLATE}|\{{\{{+|{_PLAIN_LINK}|\[\[+|<(?:!--|(?ai:({names}))(?=[ \t\n\r\f\v>]|/>))"
    if conversion:
        always += r"|-\{+"
    line = always + r"|\n="
    # A pipe, with a plain name and its equals sign where they follow.
    pipe = r"|\|(?:[^\[\]{}<|=\n]*+=)?"
    braces = line + r"|\}\}\}?" + pipe
    per_kind = [line, always + r"|\n", line + r"|\]\]", line + r"|\}-" + pipe, braces, braces]
    plain = [re.compile(pattern) for pattern in per_kind]
    return (*plain, *(re.compile(p + "|=" if pipe in p else p) for p in per_kind))


def parse_page(
    text: str, *, tags: frozenset[str] = EXTENSION_TAGS, conversion: bool = True
) -> ParsedPage:
    """Find every transclusion in ``text``, and what is hidden from view.

    ``tags`` are the wiki's extension tags, in lower case. ``conversion`` says whether ``-{`` is
    markup, as it is on every wiki that does not turn language conversion off altogether. Takes
    time and memory in proportion to the text's length; never raises.
    """
    found = ParsedPage(text)
    rounds = [(0, len(text), "")]
    while rounds:
        start, end, inside = rounds.pop()
        hidden_before = len(found.opaque)
        _Run(found, start, end, inside, tags, conversion).run()
        for each in found.opaque[hidden_before:]:
            if each.tag in PARSED and text.find("{{", each.inner, each.inner_end) >= 0:
                if alone := _ALONE.fullmatch(text, each.inner, each.inner_end):
                    found.transclusions.append(Transclusion(found, *alone.span(1), None, each.tag))
                else:
                    rounds.append((each.inner, each.inner_end, each.tag))
    found.transclusions.sort(key=_start)
    found.opaque.sort()
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
        found: ParsedPage,
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
