"""The store: tables, migrations and queries, SQLite and MariaDB alike.

``Store.open(url)`` gives one object with an attribute for each noun; each noun is a small class
in the module of its name.
"""

from exchange.store.store import Store

__all__ = ["Store"]
