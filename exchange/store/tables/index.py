"""The index: what can be rebuilt from the wiki at any time."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)

from exchange.store.tables.columns import Id, Moment, table

page = table(
    "page",
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("title", String(255), nullable=False),
    Column("namespace", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("edited", Moment),
    Column("editor", String(255), nullable=False, default=""),
    Column("owner", String(255), nullable=False, default=""),
    Column("party", String(80), nullable=False, default=""),
    Column("agreed", JSON, nullable=False),
    Column("reading", JSON, nullable=False),
    Index(None, "title"),
    Index(None, "party"),
)
"""A page with one of our templates: which revision was read, and the reading (profile and
request declarations) as JSON, so that profiles can be put together again without the wiki.
``party`` is the key of the profile that the page speaks for, empty where nobody's. ``agreed`` are
the central ids of those who put the template there or edited the page with it in place: the owner
rule."""

account = table(
    "account",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(255), nullable=False),
    Column("state", JSON, nullable=False),
    Column("seen", Moment, nullable=False),
    Index(None, "name"),
)
"""The state of an account (a model.User as JSON) as of ``seen``."""

profile = table(
    "profile",
    Column("key", String(80), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("page", String(255), nullable=False),
    Column("page_id", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("edited", Moment),
    Column("country", String(2)),
    Column("region", String(20)),
    Column("active", Boolean, nullable=False, default=True),
    Column("state", String(30), nullable=False, default=""),
    Column("body", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Index(None, "name"),
    Index(None, "page_id"),
)
"""A merged profile. ``body`` is the whole model.Profile as JSON, the columns are for look-up.
``active`` is false, and ``state`` a Reason value, for those who take no part now (blocked,
locked, vanished). ``digest`` is the SHA-256 of the body: what tells that a profile changed."""

item = table(
    "item",
    Column("profile", String(80), ForeignKey("profile.key", ondelete="CASCADE"), nullable=False),
    Column("direction", String(5), nullable=False),
    Column("position", Integer, nullable=False),
    Column("capacity", String(190), nullable=False),
    Column("text", String(255), nullable=False, default=""),
    Column("level", Integer),
    Column("priority", Integer, nullable=False, default=0),
    Column("until", Date),
    Column("request", String(255), nullable=False, default=""),
    UniqueConstraint("profile", "direction", "position"),
    Index(None, "capacity", "direction"),
)
"""One row an offer or want (``direction`` is ``offer`` or ``want``), for counting and look-up."""

problem = table(
    "problem",
    Column("id", Id, primary_key=True),
    Column("page_id", BigInteger, nullable=False),
    Column("page", String(255), nullable=False),
    Column("profile", String(80), nullable=False, default=""),
    Column("code", String(60), nullable=False),
    Column("parameter", String(100), nullable=False, default=""),
    Column("text", String(255), nullable=False, default=""),
    Column("hint", String(255), nullable=False, default=""),
    Index(None, "page_id"),
)

unmet = table(
    "unmet",
    Column("profile", String(80), primary_key=True),
    Column("capacity", String(190), primary_key=True),
    Column("reason", String(20), nullable=False),
)
"""A want that the newest round of matching found nobody for, and why."""

gathering = table(
    "gathering",
    Column("kind", String(10), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("capacity", String(190), nullable=False, default=""),
    Column("body", JSON, nullable=False),
    Index(None, "capacity"),
)
"""What the newest round of matching proposes to more than two people: a model.Cohort (``kind``
``cohort``) or a model.Circle (``circle``) as JSON, in the order in which it was found."""
