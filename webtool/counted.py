"""Counted: the reports of one state of the store, each filled in once."""

from __future__ import annotations

import threading
from typing import NamedTuple

from exchange.reports import Facts, Leaf, Table, build, report, reports


class Filled(NamedTuple):
    """A report filled in: its tables, and the pages below it."""

    tables: tuple[Table, ...]
    leaves: tuple[Leaf, ...]


class Counted:
    """The reports; they keep what they are counted from until all of them are filled in."""

    def __init__(self, facts: Facts) -> None:
        self._facts: Facts | None = facts
        self._filled: dict[str, Filled] = {}
        self._filling = threading.Lock()

    def of(self, id: str) -> Filled:
        """Give a report filled in; raises KeyError where there is none of this id."""
        one = report(id)
        with self._filling:
            if id not in self._filled:
                assert self._facts is not None
                leaves = tuple(one.leaves(self._facts)) if one.leaves else ()
                self._filled[id] = Filled(build(one, self._facts), leaves)
                if len(self._filled) == len(reports()):
                    self._facts = None
            return self._filled[id]

    def fill(self) -> None:
        """Fill in all of them."""
        for one in reports():
            self.of(one.id)
