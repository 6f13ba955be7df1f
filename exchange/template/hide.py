"""Hide: comments and tags whose inside the preprocessor does not look at."""

from __future__ import annotations

import re
from functools import cache

from exchange.template.spans import Hidden, Scan

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

    def __init__(self, found: Scan, start: int, end: int) -> None:
        self.text = found.text
        self.hidden = found.hidden
        self.start = start
        self.end = end
        self.no_more_gt = False
        self.never_closed: set[str] = set()

    def comment(self, start: int) -> tuple[int, bool]:
        """Hide a comment; give the position after it, and whether a line begins there."""
        text, end = self.text, self.end
        closing = text.find("-->", start + 4, end)
        if closing < 0:
            self.hidden.append(Hidden(start, end, "", end, end))
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
                self.hidden.append(Hidden(first, last + 1, "", last + 1, last + 1))
                return last + 1, True
        self.hidden.append(Hidden(start, after, "", after, after))
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
            self.hidden.append(Hidden(start, after, "ignore", after, after))
            return after
        tag = "ignore" if lower == "includeonly" else lower
        if text[closing - 1] == "/":
            self.hidden.append(Hidden(start, after, tag, after, after))
            return after
        match = None
        if lower not in self.never_closed:
            match = _closing_tag(lower).search(text, after, end)
        if match:
            self.hidden.append(Hidden(start, match.end(), tag, after, match.start()))
            return match.end()
        if name == "includeonly":
            self.hidden.append(Hidden(start, end, tag, after, end))
            return end
        self.never_closed.add(lower)
        return after
