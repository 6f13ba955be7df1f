"""Programme tables: programme rounds, who applied to them by their own hand, and what was confirmed."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, String

from exchange.store.schema import Id, Moment, table

# -- The index: what can be rebuilt from the wiki.

programme = table(
    "programme",
    Column("page", BigInteger, primary_key=True, autoincrement=False),
    Column("title", String(255), nullable=False),
    Column("body", JSON, nullable=False),
)
"""A programme (a model.Programme as JSON), by the id of its page."""

organiser = table(
    "organiser",
    Column("page", BigInteger, primary_key=True, autoincrement=False),
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Index(None, "account"),
)
"""Who organises a programme: ``account`` (a central id) wrote there in a revision of their own.

It outlives the page's programme: the template may be gone for a while.
"""

application = table(
    "application",
    Column("page", BigInteger, primary_key=True, autoincrement=False),
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("applied", Moment, nullable=False),
    Column("partners", JSON, nullable=False),
    Index(None, "account"),
)
"""Who applied to a programme by their own hand, when, and with whom (central ids)."""


# -- What a harvest never drops.

programme_pair = table(
    "programme_pair",
    Column("page", BigInteger, primary_key=True, autoincrement=False),
    Column("seeker", String(80), primary_key=True),
    Column("helper", String(80), primary_key=True),
    Column("state", String(12), nullable=False),
    Column("suggestion", Id, nullable=False, default=0),
    Column("agreed", BigInteger, nullable=False, default=0),
    Column("organiser", BigInteger),
    Column("at", Moment, nullable=False),
    Column("outcome", String(40), nullable=False, default=""),
    Column("ended", Moment),
    Index(None, "suggestion"),
)
"""What an organiser decided about two: ``state`` is ``confirmed`` (then ``suggestion`` is its id) or
``left-out``. ``agreed`` is 1 where the two chose each other. ``outcome`` is a Reason for which the
seeker was not told of it. ``organiser`` is null where they were forgotten."""
