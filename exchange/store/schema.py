"""Columns: the types, names and options that all tables share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC without an offset, to the microsecond."""

    impl = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without an offset: nobody can tell which one it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no offset; use an aware datetime in UTC")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what was put in, in UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


Moment = UTCDateTime()
LongText = Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
BYTES: dict[str, Any] = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mysql_engine": "InnoDB",
}


def table(name: str, *columns: SchemaItem) -> Table:
    """Make a table as all of ours are."""
    return Table(name, metadata, *columns, **BYTES)


# -- The index: what can be rebuilt from the wiki at any time.

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

joining = table(
    "joining",
    Column("page", BigInteger, primary_key=True, autoincrement=False),
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("capacity", String(190), primary_key=True),
    Index(None, "account"),
)
"""That somebody joined a request on a page: ``account`` (a central id) wrote it there in a revision
of their own, which asked for ``capacity``."""

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
    Column("unanswered", String(40), nullable=False, server_default=""),
    Index(None, "name"),
    Index(None, "page_id"),
)
"""A merged profile. ``body`` is the whole model.Profile as JSON, the columns are for look-up.
``active`` is false, and ``state`` a Reason value, for those who take no part now (blocked,
locked, vanished). ``digest`` is the SHA-256 of the body: what tells that a profile changed. ``unanswered`` is no part of
the body: days with spaces between, as model.Profile has them; an edit empties it."""

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

group_proposal = table(
    "gathering",
    Column("kind", String(10), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("capacity", String(190), nullable=False, default=""),
    Column("body", JSON, nullable=False),
    Index(None, "capacity"),
)
"""What the newest round of matching proposes to more than two people: a model.Cohort (``kind``
``cohort``), a model.Circle (``circle``) or a model.Chain (``chain``) as JSON, in the order in which it was found."""


# -- The delivery history and everything else that a harvest never drops.

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
    Column("interpreter", String(80), nullable=False, server_default=""),
    Column("languages", JSON, nullable=True),
    Column("quality", Integer),
    UniqueConstraint("seeker", "helper", "want", "period"),
    Index(None, "helper"),
    Index(None, "status"),
    Index(None, "interpreter"),
)
"""Who was suggested to whom. ``interpreter`` is the profile key of who interprets between the two,
empty where nobody needs to; ``languages`` the codes of the seeker's and of the helper's language.
``quality`` is how much it helped, 1 to 3, as the seeker said in the tool; null where they did not."""

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

introduction = table(
    "introduction",
    Column("id", Id, primary_key=True),
    Column("suggestion", Id, ForeignKey("suggestion.id"), nullable=False),
    Column("coordinator", BigInteger),
    Column("name", String(255), nullable=False),
    Column("line", String(255), nullable=False),
    Column("made", Moment, nullable=False),
    Column("day", Date, nullable=False),
    Column("place", Integer, nullable=False),
    Column("waits", Integer),
    Column("outcome", String(40), nullable=False, default=""),
    Column("ended", Moment),
    Column("run", Id),
    UniqueConstraint("coordinator", "day", "place"),
    UniqueConstraint("suggestion", "waits"),
)
"""A suggestion that a coordinator made by hand, with their name and line; ``place`` numbers those
of a day. ``waits`` is 1 until there is an ``outcome`` (``sent`` or a Reason), and then null, so
that only one of a suggestion waits. ``coordinator`` is null where they were forgotten."""

introduction_refusal = table(
    "introduction_refusal",
    Column("speaker", String(80), primary_key=True),
    Column("about", String(80), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("via", String(10), nullable=False),
)
"""Who wants no introductions: by the coordinator of the key ``about``, or by anybody where it is
empty. In the place of a forgotten person's key stands the mark of the erasure."""

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
    Column("read_revision", BigInteger, nullable=False, server_default="0"),
    Column("confirmed_revision", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("recipient", "campaign"),
    Index(None, "account", "ended"),
    Index(None, "state"),
)
"""The outbox: a row is committed before any write. ``state`` is begun, sent, skipped, held or
unknown; ``id`` is the stable hash of recipient, campaign and suggestions, and stands in the edit
summary and in the text. ``read_revision`` is the page's newest revision in which answers were
looked for, ``confirmed_revision`` that of the newest answer which the bot has confirmed there."""

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

metric = table(
    "measure",
    Column("day", Date, primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("value", Double, nullable=False),
    Column("n", Integer),
)
"""One row a day and measure; a later run of the same day writes over it."""

place_week = table(
    "place_week",
    Column("week", Date, primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("place", String(190), primary_key=True),
    *(
        Column(name, Integer, nullable=False)
        for name in ("people", "groups", "offers", "wants", "unmet")
    ),
)
"""One row a week (its Monday) and place; a later run of the same week writes over it."""

published_page = table(
    "publication",
    Column("title", String(255), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("written", Moment, nullable=False),
)
"""What we last wrote on a page of ours, so that an unchanged text makes no request."""

first_seen = table(
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
"""What somebody asked of the bot beside their profile: stop, pause, cap, forget, no such cohort."""

block_mark = table(
    "block_mark",
    Column("speaker", String(80), primary_key=True),
    Column("about", String(80), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("via", String(10), nullable=False),
)
"""Who never wants to meet whom, where one of the two was forgotten: theirs is the mark of the
erasure in the place of a profile key. It becomes a preference again when they come back."""

unclear_answer = table(
    "unclear_answer",
    Column("notice", String(32), primary_key=True),
    Column("account", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("settled", Moment),
    Column("settled_by", String(80), nullable=False, default=""),
    Column("via", String(12), nullable=False, default=""),
    Index(None, "account"),
)
"""The newest words of a notice's recipient that nobody understood: ``account`` wrote them in
``revision``. Until they are ``settled`` they hold every message to this account; ``via`` is
``wiki`` (they wrote something that we understand), ``web`` (they said so in the tool) or
``coordinator`` (who is ``settled_by``)."""

erasure = table(
    "erasure",
    Column("mark", String(64), primary_key=True),
    Column("key", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("returned", Moment),
)
"""Who was forgotten, and when: the HMAC of their profile key. ``key`` tells by which secret,
which is not in the database; ``returned`` is when they took part again."""

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

kept_text = table(
    "kept_text",
    Column("id", String(64), primary_key=True),
    Column("account", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("begun", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Index(None, "account"),
)
"""What the web tool keeps for a while, encrypted: a form while its writer logs in again, the profile
that ``account`` saved before the bot has read it."""

web_edit = table(
    "deed",
    Column("id", Id, primary_key=True),
    Column("account", BigInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "account", "at"),
)
"""What somebody did in the tool in the last days, so that one person cannot do too much."""

metadata_text = table(
    "note",
    Column("name", String(60), primary_key=True),
    Column("value", LongText, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Small facts by name: the index build's id, where watch stands, the last good directory."""
