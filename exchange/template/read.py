"""Read: a page's wikitext -> what it declares."""

from __future__ import annotations

from datetime import date, datetime

from exchange.directory import Directory
from exchange.template.declaration import Reading
from exchange.template.names import Names


def read(
    text: str,
    *,
    names: Names,
    directory: Directory,
    today: date,
    title: str = "",
    namespace: int = 2,
    page_id: int = 0,
    revision: int = 0,
    edited: datetime | None = None,
) -> Reading:
    """Read every profile, request and Babel box of a page.

    Nothing on talk pages (odd namespaces) and on /doc, /sandbox and archive subpages counts.
    ``today`` is the day against which dates are past. Never raises because of the text; what is
    not understood is in ``problems``.
    """
    return Reading(title=title, namespace=namespace)
