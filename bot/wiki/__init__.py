"""The Wiki port, its implementations, and the one place that chooses between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.wiki.archive import ArchiveWiki
from bot.wiki.client import DEFAULT_POLICY, RequestPolicy
from bot.wiki.dry_run import DryRunWiki
from bot.wiki.live import LiveWiki
from bot.wiki.port import Change, Contribution, Edit, Saved, Site, Wiki

__all__ = [
    "ArchiveWiki",
    "Change",
    "Contribution",
    "DryRunWiki",
    "Edit",
    "LiveWiki",
    "RequestPolicy",
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
    policy: RequestPolicy = DEFAULT_POLICY,
) -> Wiki:
    """Open ``archive:FILE``, or the wiki whose ``api.php`` has this address.

    For an archive ``out`` is the folder for what is written. A live wiki is not asked anything
    yet; see ``LiveWiki`` for ``user``, ``password`` and ``oauth``.
    """
    if address.startswith("archive:"):
        return ArchiveWiki(path=Path(address.removeprefix("archive:")), out=out, user=user, now=now)
    return LiveWiki(api=address, user=user, password=password, oauth=oauth, policy=policy)
