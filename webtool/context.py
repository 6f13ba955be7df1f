"""Context: what every page works with, made once by ``create_app``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import current_app, g

from exchange.directory import Directory
from exchange.matching import Lookup
from exchange.store.facade import Store
from webtool.counted import Counted
from webtool.keeper import Keeper
from webtool.renewal import Made
from webtool.shelf import Shelf

if TYPE_CHECKING:
    from webtool.reader import Reader

T = TypeVar("T")
_NAME = "capacity-exchange"


@dataclass(frozen=True, slots=True)
class Context:
    """The store, what is made from it, and the clock.

    ``wiki`` is the address of the wiki's index.php, empty where there is no wiki to link to.
    """

    store: Store
    keeper: Keeper
    now: Callable[[], datetime]
    settings: Any
    wiki: str = ""

    @property
    def directory(self) -> Directory:
        """The directory as this wiki has it, the same for the whole request."""
        return shelf().directory

    @property
    def today(self) -> date:
        """The day it is, in UTC."""
        return self.now().date()


def keep(app: Any, context: Context) -> None:
    """Tie a context to an application."""
    app.extensions[_NAME] = context
    # What is left of a request may wait for the garbage collector; an old index must not.
    app.teardown_appcontext(lambda _: g.pop("shelf", None))


def context_of(app: Any) -> Context:
    """Give the context of an application."""
    return cast(Context, app.extensions[_NAME])


def context() -> Context:
    """Give the context of the application that answers now."""
    return context_of(current_app)


def shelf() -> Shelf:
    """Give the search index and what was counted with it, once for each request."""
    held = g._get_current_object()
    if (found := held.get("shelf")) is None:
        here = context()
        found = held.shelf = here.keeper.current(here.today)
    return cast(Shelf, found)


def counted() -> Made[Counted]:
    """Give the reports, and of when they are."""
    return _aged(context().keeper.counted(shelf()))


def lookup() -> Made[Lookup]:
    """Give what finds helpers, and of when it is."""
    return _aged(context().keeper.lookup(shelf()))


def _aged(made: Made[T]) -> Made[T]:
    """Note that an answer is older than its state: it must not be kept as if it were of it."""
    if made.state not in (shelf().state, shelf().origin):
        g.late = made.at
    return made


def reader() -> Reader:
    """Give the language of whoever reads this answer."""
    held = g._get_current_object()
    if (found := held.get("reader")) is None:
        from webtool.reader import choose

        found = held.reader = choose()
    return cast("Reader", found)
