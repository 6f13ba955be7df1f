"""The delivery history and everything else that a harvest never drops."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)

from exchange.store.tables.columns import Id, LongText, Moment, table

suggestion = table(
    "suggestion",
    Column("id", Id, primary_key=True),
    Column("seeker", String(80), nullable=False),
    Column("helper", String(80), nullable=False),
    Column("want", String(190), nullable=False),
    Column("offer", String(190), nullable=False),
    Column("period", String(20), nullable=False),
    Column("score", Double, nullable=False),
    Column("parts", JSON, nullable=False),
    Column("back", JSON, nullable=False),
    Column("status", String(20), nullable=False),
    Column("made", Moment, nullable=False),
    Column("told", Moment),
    Column("answered", Moment),
    UniqueConstraint("seeker", "helper", "want", "period"),
    Index(None, "helper"),
    Index(None, "status"),
)

answer = table(
    "answer",
    Column("id", Id, primary_key=True),
    Column("suggestion", Id, ForeignKey("suggestion.id"), nullable=False),
    Column("status", String(20), nullable=False),
    Column("by", String(80), nullable=False),
    Column("via", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Column("revision", BigInteger),
    UniqueConstraint("suggestion", "via", "at", "status"),
)
"""Every answer ever given, on the wiki (``via`` wiki) or in the tool (``via`` web): the newest
counts, all are kept."""

notice = table(
    "notice",
    Column("id", String(32), primary_key=True),
    Column("recipient", String(80), nullable=False),
    Column("account", BigInteger, nullable=False, default=0),
    Column("name", String(255), nullable=False),
    Column("campaign", String(60), nullable=False),
    Column("suggestions", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(40), nullable=False, default=""),
    Column("detail", String(255), nullable=False, default=""),
    Column("page", String(255), nullable=False, default=""),
    Column("revision", BigInteger),
    Column("attempts", Integer, nullable=False, default=0),
    Column("begun", Moment, nullable=False),
    Column("ended", Moment),
    Column("run", Id),
    UniqueConstraint("recipient", "campaign"),
    Index(None, "account", "ended"),
    Index(None, "state"),
)
"""The outbox: a row is committed before any write. ``state`` is begun, sent, skipped, held or
unknown; ``id`` is the stable hash of recipient, campaign and suggestions, and stands in the edit
summary and in the text."""

outcome = table(
    "outcome",
    Column("run", Id, ForeignKey("run.id"), primary_key=True, autoincrement=False),
    Column("candidate", String(120), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("reason", String(40), nullable=False, default=""),
    Column("detail", String(255), nullable=False, default=""),
    Column("page", String(255), nullable=False, default=""),
    Column("revision", BigInteger),
)
"""What became of each candidate of a run: exactly one row each."""

run = table(
    "run",
    Column("id", Id, primary_key=True),
    Column("command", String(30), nullable=False),
    Column("begun", Moment, nullable=False),
    Column("ended", Moment),
    Column("status", Integer),
    Column("counts", JSON, nullable=False),
    Index(None, "command", "begun"),
)

measure = table(
    "measure",
    Column("day", Date, primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("value", Double, nullable=False),
    Column("n", Integer),
)
"""One row a day and measure; a later run of the same day writes over it."""

publication = table(
    "publication",
    Column("title", String(255), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("written", Moment, nullable=False),
)
"""What we last wrote on a page of ours, so that an unchanged text makes no request."""

arrival = table(
    "arrival",
    Column("profile", String(80), primary_key=True),
    Column("day", Date, nullable=False),
)
"""The day on which somebody was first seen to want something: what waiting is counted from."""

preference = table(
    "preference",
    Column("profile", String(80), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", String(255), nullable=False),
    Column("at", Moment, nullable=False),
    Column("via", String(10), nullable=False),
)
"""What somebody asked of the bot beside their profile: stop, pause, cap, forget."""

lease = table(
    "lease",
    Column("name", String(60), primary_key=True),
    Column("holder", String(120), nullable=False),
    Column("expires", Moment, nullable=False),
)

session = table(
    "session",
    Column("id", String(64), primary_key=True),
    Column("account", BigInteger, nullable=False),
    Column("name", String(255), nullable=False),
    Column("token", LargeBinary, nullable=False),
    Column("begun", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
)
"""A login of the web tool: ``id`` is the hash of the cookie's secret, ``token`` is encrypted."""

deed = table(
    "deed",
    Column("id", Id, primary_key=True),
    Column("account", BigInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "account", "at"),
)
"""What somebody did in the tool in the last days, so that one person cannot do too much."""

note = table(
    "note",
    Column("name", String(60), primary_key=True),
    Column("value", LongText, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Small facts by name: the index build's id, where watch stands, the last good directory."""
