"""Lists: texts joined by a language's commas and its "and", from CLDR's patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from babel import Locale

_GLUED = re.compile(r"([a-zà-ɏ])\{1\}")
"""A Latin word right before the next text: CLDR's pattern for Yoruba lacks the space there."""


def with_and(items: Sequence[str], locale: Locale) -> str:
    """Join texts as a sentence of the language would."""
    if len(items) < 2:
        return "".join(items)
    patterns = locale.list_patterns["standard"]

    def put(name: str, first: str, second: str) -> str:
        # By hand, as braces in a text are the text's.
        pattern = _GLUED.sub(r"\1 {1}", str(patterns[name]))
        before, between, after = re.split(r"\{[01]\}", pattern)
        return f"{before}{first}{between}{second}{after}"

    if len(items) == 2:
        return put("2", *items)
    said = put("start", items[0], items[1])
    for item in items[2:-1]:
        said = put("middle", said, item)
    return put("end", said, items[-1])
