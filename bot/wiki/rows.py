"""The action API's rows (``formatversion=2``) as our values."""

from __future__ import annotations

import re
from datetime import datetime

from bot.wiki.client import Answer
from bot.wiki.port import Site
from exchange.model import WIKITEXT, Page, Revision, User

REVISION = "ids|timestamp|user|userid|comment|size"
"""What is asked of every revision (``rvprop``)."""

# The wiki itself says which pages are redirects, whatever its word for it; this only takes the
# target from the text.
_REDIRECT = re.compile(r"\s*#[^\[\n]*\[\[:?([^\]|]+)")


def page_from_row(row: Answer, *, central: bool) -> Page:
    """Return a page as ``prop=info|revisions`` (with ``categories``) gives it."""
    revisions = row.get("revisions") or [None]
    slot = (revisions[0] or {}).get("slots", {}).get("main", {})
    text = slot.get("content")
    target = _REDIRECT.match(text) if text and row.get("redirect") else None
    levels = {
        str(rule["type"]): str(rule["level"])
        for rule in row.get("protection", ())
        if rule["type"] in {"edit", "create"}
    }
    return Page(
        title=row["title"],
        id=row.get("pageid", 0),
        namespace=row.get("ns", 0),
        revision=revision_from_row(revisions[0], central=central) if revisions[0] else None,
        text=text,
        model=slot.get("contentmodel") or row.get("contentmodel", WIKITEXT),
        redirect=target[1].replace("_", " ").strip() if target else "",
        protection=levels,
        categories=frozenset(each["title"] for each in row.get("categories", ())),
        templates=frozenset(each["title"] for each in row.get("templates", ())),
    )


def revision_from_row(row: Answer, *, central: bool) -> Revision:
    """Return a revision, or a contribution's. ``central``: accounts are central on this wiki."""
    return Revision(
        id=row["revid"],
        user=row.get("user", ""),
        timestamp=parse_time(row["timestamp"]),
        # Where accounts are central, the number here is only the local one.
        user_id=0 if central else row.get("userid", 0),
        parent=row.get("parentid", 0),
        summary=row.get("comment", ""),
        size=row.get("size", 0),
    )


def user_from_row(row: Answer, *, central: bool) -> User:
    """Return an account as ``list=users`` or ``meta=userinfo`` gives it."""
    if not row.get("userid"):
        return User(name=row["name"], local=False)
    ids = row.get("centralids", {})
    number = ids.get("CentralAuth", 0) if central else row["userid"]
    blocked = "partial" if row.get("blockpartial") else "sitewide"
    groups = frozenset(row.get("groups", ()))
    registered = row.get("registration") or row.get("registrationdate")
    return User(
        name=row["name"],
        id=number,
        blocked=blocked if "blockid" in row else "",
        hidden=bool(row.get("hidden")),
        temporary="temp" in groups,
        groups=groups,
        registered=parse_time(registered) if registered else None,
        gender=row.get("gender", ""),
    )


def revision_params(content: bool) -> Answer:
    """Return the parameters that ask for the latest revision, with its text or without."""
    if content:
        return {"rvprop": f"{REVISION}|content", "rvslots": "main"}
    return {"rvprop": REVISION}


def site_from_info(found: Answer) -> Site:
    """Return what ``meta=siteinfo`` tells of a wiki."""
    general = found["general"]
    names: dict[int, list[str]] = {}
    for space in found["namespaces"].values():
        names[space["id"]] = [space["name"], space.get("canonical", "")]
    for alias in found["namespacealiases"]:
        names[alias["id"]].append(alias["alias"])
    return Site(
        name=general["sitename"],
        language=general["lang"],
        namespaces={
            number: tuple(dict.fromkeys(name for name in all_ if name or number == 0))
            for number, all_ in names.items()
        },
        server=general["server"],
        generator=general["generator"],
        extensions=frozenset(row["name"] for row in found["extensions"]),
        page_limit=general.get("maxarticlesize", 2_097_152),
        change_tags=frozenset(
            row["name"]
            for row in found.get("tags", ())
            if row.get("active") and "manual" in row.get("source", ())
        ),
    )


def parse_time(text: str) -> datetime:
    """Return the moment of an API timestamp."""
    return datetime.fromisoformat(text)


def format_time(moment: datetime) -> str:
    """Return an API timestamp."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
