"""Cards: people and filters as pieces of a page, remembered, as most of them are shown again.

A piece is the same as long as what it is made from is; all of that is in the key under which it
is remembered. The least used make room, so memory stays bounded.
"""

from __future__ import annotations

from functools import lru_cache

from flask import current_app, request
from markupsafe import Markup, escape

from exchange.model import Profile
from webtool.context import context, reader
from webtool.show import number

_CARDS = 2_048
_CHOICES = 8_192
_COUNT = "\ue000"
"""Stands for a count: that changes with every search."""

Made = tuple[object, ...]
"""What a piece depends on besides its own value: the reader, the directory, the day, where."""


def card(profile: Profile) -> Markup:
    """Show a person or group as a card among results."""
    return _card(profile, profile.name, _made())


def choice(facet: str, value: str, count: int, chosen: bool) -> Markup:
    """Show a value of a facet as a tick box with its label and how many it would give."""
    before, _, after = _choice(facet, value, chosen, _made()).rpartition(_COUNT)
    return Markup(f"{before}{escape(number(count))}{after}")


def forget() -> None:
    """Forget all pieces, to measure what they cost."""
    _card.cache_clear()
    _choice.cache_clear()


def _made() -> Made:
    here, who = context(), reader()
    return who.language, who.asked, here.directory.digest, here.today, request.script_root


# A name takes no part in comparing profiles, so it is in the key by itself.
@lru_cache(maxsize=_CARDS)
def _card(profile: Profile, _name: str, _: Made) -> Markup:
    return _piece("card", profile)


@lru_cache(maxsize=_CHOICES)
def _choice(facet: str, value: str, chosen: bool, _: Made) -> Markup:
    return _piece("choice", facet, value, _COUNT, chosen)


def _piece(name: str, *values: object) -> Markup:
    pieces = current_app.jinja_env.get_template("pieces.html").module
    return Markup(getattr(pieces, name)(*values))
