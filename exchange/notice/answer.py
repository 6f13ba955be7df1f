"""Answer: the words people write after ``status=``, in any of our languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from exchange.fold import fold
from exchange.model import Status

ANSWERS = (
    Status.ACCEPTED,
    Status.IN_TOUCH,
    Status.EXCHANGED,
    Status.DECLINED,
    Status.STOPPED,
)
"""What people can answer, in the order in which a notice lists it."""


def message_key(status: Status) -> str:
    """Name the message that holds the word for an answer."""
    return f"notice-answer-{status.value}"


class Answers:
    """Every word for every answer: folded word -> status.

    ``messages`` are message tables, one for each language (i18n/notice). A message may hold
    several words, separated by ``|``: the first is shown, all are understood. A word that stands
    for two different answers in two languages is understood as neither.
    """

    __slots__ = ("_words",)

    def __init__(self, messages: Iterable[Mapping[str, str]]) -> None:
        words: dict[str, Status | None] = {}
        for table in messages:
            for status in ANSWERS:
                for word in (*table.get(message_key(status), "").split("|"), status.value):
                    key = fold(word)
                    if key:
                        words[key] = status if words.get(key, status) is status else None
        self._words = MappingProxyType({key: word for key, word in words.items() if word})

    def read(self, text: str) -> Status | None:
        """Understand one answer as written; None where it is none of our words.

        Markup for emphasis, quotes, ticks and a full stop around the word do not matter.
        """
        return self._words.get(fold(text.strip(" \t\n'\"*.!✓✔☑:;。")))
