"""The bot's stop page: it runs only as long as the page says so, and nothing else.

The page is ``run: yes`` and explanations. Explanations stand in ``<noinclude>`` or comments, so
they can be translated freely; whatever else stands on the page (a new section, ``run: no``, a
word of protest, nothing at all) stops the bot. What is missing or cannot be read stops it too.
"""

from __future__ import annotations

import re

SWITCH = "run: yes"
"""What a stop page must say, alone, outside of comments and ``<noinclude>``."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ASIDE = re.compile(r"<noinclude\s*>.*?</noinclude\s*>", re.DOTALL | re.IGNORECASE)
_QUOTES = re.compile(r"'{2,5}")


def allows(text: str | None) -> bool:
    """Tell whether a stop page's wikitext lets the bot write; None (no page, unreadable) does not.

    >>> allows("<noinclude>How to stop the bot: change this page.</noinclude>'''run: yes'''")
    True
    >>> allows("run: yes\\n== Stop! ==\\nIt writes nonsense. --~~~~")
    False
    """
    if text is None:
        return False
    rest = _QUOTES.sub("", _ASIDE.sub(" ", _COMMENT.sub("", text)))
    return " ".join(rest.split()).casefold() == SWITCH
