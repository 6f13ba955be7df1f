"""Memory: what pages say again and again, made once for each reader and kept within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from webtool.context import reader

P = ParamSpec("P")
T = TypeVar("T")
_kept: dict[str, Any] = {}


def for_reader(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember what a function gives for each reader and each set of arguments.

    What it gives may depend on nothing else. ``most`` are remembered for all readers together;
    the least used make room.
    """

    def wrap(make: Callable[P, T]) -> Callable[P, T]:
        def made(_: object, *args: P.args, **named: P.kwargs) -> T:
            return make(*args, **named)

        kept: Any = lru_cache(maxsize=most)(made)
        _kept[f"{make.__module__}.{make.__qualname__}"] = kept

        @wraps(make)
        def give(*args: P.args, **named: P.kwargs) -> T:
            known: T = kept(reader(), *args, **named)
            return known

        return give

    return wrap


def forget() -> None:
    """Forget everything, to measure what it costs to make."""
    for one in _kept.values():
        one.cache_clear()


def sizes() -> Iterator[tuple[str, int, int]]:
    """Give what is remembered: a name, how many of them, and how many at most."""
    for name, one in _kept.items():
        known = one.cache_info()
        yield name, known.currsize, known.maxsize
