"""Ahead: what the walk will read next is fetched while it still looks at this."""

from __future__ import annotations

from typing import Any

from exchange.matching.compiled import compiled
from exchange.matching.soon import soon
from exchange.matching.summaries import TRAITS, WIDTH
from exchange.matching.trip import FIRST_BLOCK, LEAF

LINE = 32
"""Traits that fit into one line of the processor's cache."""


def _traits_ahead(traits: Any, begin: Any) -> None:
    """Fetch the traits of a leaf, or a block's of summaries."""
    for line in range(0, TRAITS * WIDTH, LINE):
        soon(traits, begin + line)


traits_ahead = compiled(_traits_ahead, inner=True)


def _list_ahead(
    left: Any, found: Any, order: Any, places: Any, traits: Any, summaries: Any
) -> None:
    """Fetch what the list after this one is looked at first by, and where the one after that is.

    ``left`` lists come after this one, the next of them last in ``order``.
    """
    if left > 1:
        soon(places, found[0, order[left - 2]] * places.shape[1])
    if left > 0:
        number = found[0, order[left - 1]]
        leaf, block = places[number, LEAF], places[number, FIRST_BLOCK]
        if block < 0:
            traits_ahead(traits, leaf * (TRAITS * WIDTH))
        else:
            traits_ahead(summaries, block * (TRAITS * WIDTH))


list_ahead = compiled(_list_ahead, inner=True)


def _leaves_ahead(
    bounds: Any, lowest: Any, traits: Any, leaf: Any, who: Any, position: Any
) -> None:
    """Fetch the leaves of a block that will be looked at, and who is in them.

    ``leaf`` and ``position`` are where the first one begins in ``traits`` and ``who``.
    """
    for place in range(WIDTH):
        if bounds[place] >= lowest:
            traits_ahead(traits, leaf + place * (TRAITS * WIDTH))
            soon(who, position + place * WIDTH)


leaves_ahead = compiled(_leaves_ahead, inner=True)
