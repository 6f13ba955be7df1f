"""The Wiki port, its bodies, and the one place that chooses between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.wiki.archive import Archive
from bot.wiki.client import MANNERLY, Manners
from bot.wiki.live import Live
from bot.wiki.port import Change, Contribution, Edit, Saved, Site, Wiki

__all__ = [
    "Archive",
    "Change",
    "Contribution",
    "Edit",
    "Live",
    "Manners",
    "Saved",
    "Site",
    "Wiki",
    "open_wiki",
]


def open_wiki(
    *,
    address: str,
    now: Callable[[], datetime],
    out: Path | None = None,
    user: str = "",
    password: str = "",
    oauth: tuple[str, str, str, str] | None = None,
    manners: Manners = MANNERLY,
) -> Wiki:
    """Open ``archive:FILE``, or the wiki whose ``api.php`` has this address.

    For an archive ``out`` is the folder for what is written. A live wiki is not asked anything
    yet; see ``Live`` for ``user``, ``password`` and ``oauth``.
    """
    if address.startswith("archive:"):
        return Archive(path=Path(address.removeprefix("archive:")), out=out, user=user, now=now)
    return Live(api=address, user=user, password=password, oauth=oauth, manners=manners)
