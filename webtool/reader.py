"""Reader: in which language, and in which direction, somebody reads the pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from flask import request

from exchange.languages import autonym, direction, fallbacks, known, modern
from exchange.wording import Wording, available

GROUP = "web"
T = TypeVar("T")
_MOST = 20_000
_CODE = re.compile(r"^[A-Za-z][A-Za-z0-9-]{1,24}$")


class Reader:
    """A reader's language and the messages in it.

    ``language`` is what was asked for (any language that MediaWiki knows), ``asked`` tells
    whether the address itself asked for it: then it stays in the links of the page.
    """

    def __init__(self, language: str, *, asked: bool = False) -> None:
        self.language = modern(language)
        self.asked = asked
        self._known: dict[tuple[object, ...], Any] = {}
        self.wording = Wording(self.language, GROUP, "report", "account")

    def known(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Give what was made for this language before, or make it: a page says much again."""
        found: T | None = self._known.get(key)
        if found is None:
            found = make()
            if len(self._known) < _MOST:
                self._known[key] = found
        return found

    @cached_property
    def interface(self) -> str:
        """The language that most messages come in: the first of the chain that has any."""
        held = languages()
        chain = (self.language, *fallbacks(self.language))
        return next((code for code in chain if code in held), "en")

    @cached_property
    def direction(self) -> str:
        """``ltr`` or ``rtl``, as the interface's language is written."""
        return direction(self.interface)

    @property
    def autonym(self) -> str:
        """The language's own name for itself."""
        return autonym(self.language)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Give the languages that the pages are translated into, English first."""
    return available(GROUP)


@lru_cache(maxsize=256)
def reader_of(language: str, asked: bool) -> Reader:
    """Give the reader of a language, made once."""
    return Reader(language, asked=asked)


def choose() -> Reader:
    """Choose by ``uselang``, then Accept-Language, then English; nonsense is passed over."""
    wanted = request.args.get("uselang", "")
    if _CODE.match(wanted) and known(wanted):
        return reader_of(modern(wanted), True)
    accepted = (
        code for code, quality in request.accept_languages if quality > 0 and _CODE.match(code)
    )
    return reader_of(_best(accepted), False)


def _best(accepted: Iterable[str]) -> str:
    for at, code in enumerate(accepted):
        if at == 10:
            break
        for one in (code, code.partition("-")[0]):
            if known(one) and any(c in languages() for c in (modern(one), *fallbacks(one)[:-1])):
                return modern(one)
    return "en"
