"""Reader: in which language, and in which direction, somebody reads the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from flask import request

from exchange.languages import autonym, direction, fallbacks, known, modern
from exchange.wording import Wording, available

GROUP = "web"
_CODE = re.compile(r"^[A-Za-z][A-Za-z0-9-]{1,24}$")


class Reader:
    """A reader's language and the messages in it.

    ``language`` is what was asked for (any language that MediaWiki knows), ``asked`` tells
    whether the address itself asked for it: then it stays in the links of the page. ``root`` is
    the path that the tool stands under, with which all links begin.
    """

    def __init__(self, language: str, *, asked: bool = False, root: str = "") -> None:
        self.language = modern(language)
        self.asked = asked
        self.root = root
        self.wording = Wording(self.language, GROUP, "report", "account")

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
def reader_of(language: str, asked: bool, root: str) -> Reader:
    """Give the reader of a language, made once."""
    return Reader(language, asked=asked, root=root)


def choose() -> Reader:
    """Choose by ``uselang``, then Accept-Language, then English; nonsense is passed over."""
    wanted = request.args.get("uselang", "")
    if _CODE.match(wanted) and known(wanted):
        return reader_of(modern(wanted), True, request.script_root)
    accepted = (
        code for code, quality in request.accept_languages if quality > 0 and _CODE.match(code)
    )
    return reader_of(_best(accepted), False, request.script_root)


def _best(accepted: Iterable[str]) -> str:
    for at, code in enumerate(accepted):
        if at == 10:
            break
        for one in (code, code.partition("-")[0]):
            if known(one) and any(c in languages() for c in (modern(one), *fallbacks(one)[:-1])):
                return modern(one)
    return "en"
