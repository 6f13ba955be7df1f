"""Tables: everything the store holds, for SQLite and MariaDB alike.

Two kinds of room. The *index* (page, profile, item, problem, account, unmet, gathering) can be
rebuilt from the wiki at any time. The *delivery history* (suggestion, answer, notice, outcome,
run, measure, arrival, publication, preference, lease, session, deed, note) cannot, and is never
dropped by a harvest.

Texts compare by their bytes, as titles and keys must (utf8mb4_bin on MariaDB, to which spaces at
the end are nothing). A moment is an aware datetime in Python and UTC without an offset in the
database.

After a change here, write a migration (docs/operations.md): a test compares the two.
"""

from exchange.store.tables.columns import Moment, UTCDateTime, metadata
from exchange.store.tables.history import (
    answer,
    arrival,
    deed,
    lease,
    measure,
    note,
    notice,
    outcome,
    preference,
    publication,
    run,
    session,
    suggestion,
)
from exchange.store.tables.index import account, gathering, item, page, problem, profile, unmet

__all__ = [
    "Moment",
    "UTCDateTime",
    "account",
    "answer",
    "arrival",
    "deed",
    "gathering",
    "item",
    "lease",
    "measure",
    "metadata",
    "note",
    "notice",
    "outcome",
    "page",
    "preference",
    "problem",
    "profile",
    "publication",
    "run",
    "session",
    "suggestion",
    "unmet",
]
