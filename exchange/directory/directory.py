"""Directory: capacities, found by any name that they have."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType

from exchange.fold import fold
from exchange.languages import fallbacks
from exchange.model import UNLISTED, Capacity, is_unlisted

SEPARATORS = ",;\n،؛、，；・•|"
"""What may stand between two items of a list; some names hold a few of them themselves."""

_SEPARATOR = re.compile(f"[{re.escape(SEPARATORS)}]")
_AROUND_SEPARATOR = re.compile(r"\s*[,،、;؛]\s*")
_FEW = 8  # No name has more separators than this.


def key(text: str) -> str:
    """Fold a capacity's name for look-up: ``fold``, and every separator like a comma."""
    return _remembered(text) if len(text) <= 80 else _key(text)


def _key(text: str) -> str:
    return _AROUND_SEPARATOR.sub(", ", fold(text)).strip(" ,.:")


# People write the same names over and over.
_remembered = lru_cache(maxsize=16_384)(_key)


class Directory:
    """Capacities by id, found by any of their names in any language. Immutable.

    Iterating gives the capacities in the order of the hierarchy: each before what is narrower.
    """

    def __init__(
        self, capacities: Iterable[Capacity], *, shared: Mapping[str, str] | None = None
    ) -> None:
        """Index capacities that are known to be valid (``load`` sees to that).

        ``shared`` decides, by folded name, names that two capacities have in two languages.
        """
        by_id = {capacity.id: capacity for capacity in capacities}
        self._narrower: dict[str | None, tuple[str, ...]] = {}
        for capacity in by_id.values():
            self._narrower[capacity.broader] = (
                *self._narrower.get(capacity.broader, ()),
                capacity.id,
            )
        self.capacities: Mapping[str, Capacity] = MappingProxyType(
            {id: by_id[id] for id in self._walk(None)}
        )
        self.shared: Mapping[str, str] = MappingProxyType(dict(shared or {}))
        claims: dict[str, set[str]] = {}
        for capacity in self.capacities.values():
            for name in names_of(capacity):
                claims.setdefault(key(name), set()).add(capacity.id)
        claims.pop("", None)
        index = {name: next(iter(ids)) for name, ids in claims.items() if len(ids) == 1}
        index |= {name: id for name, id in self.shared.items() if name in claims}
        for capacity in self.capacities.values():
            index[key(capacity.id)] = capacity.id
            if capacity.wikidata:
                index[key(capacity.wikidata)] = capacity.id
        self.keys: Mapping[str, str] = MappingProxyType(index)
        """Every known folded name (see ``key``) -> capacity id."""

    def __iter__(self) -> Iterator[Capacity]:
        return iter(self.capacities.values())

    def __len__(self) -> int:
        return len(self.capacities)

    def __contains__(self, id: object) -> bool:
        return id in self.capacities

    def _walk(self, start: str | None) -> Iterator[str]:
        waiting = list(reversed(self._narrower.get(start, ())))
        while waiting:
            id = waiting.pop()
            yield id
            waiting.extend(reversed(self._narrower.get(id, ())))

    # --- by name ---------------------------------------------------------------------------

    def get(self, id: str) -> Capacity | None:
        """Give the capacity with this id, or None (also for ``unlisted:`` ids)."""
        return self.capacities.get(id)

    def resolve(self, text: str) -> str | None:
        """Find the one capacity that ``text`` names, or None.

        It names one if, after folding, it equals a name or alias in any language, the id, or the
        Wikidata id. Nothing is accepted by similarity. A name that two capacities have in two
        languages means the one that the directory's ``shared`` says; loading fails where it says
        nothing, so a name never means two things.
        """
        return self.keys.get(key(text))

    def identify(self, text: str) -> str:
        """Give the id of the capacity that ``text`` names, or ``unlisted:`` and the folded name."""
        return self.resolve(text) or UNLISTED + key(text)

    def longest(self, text: str, start: int = 0) -> tuple[str, int] | None:
        """Find the longest known name that begins at ``start`` and ends at a separator or the end.

        Gives (capacity id, where the name ends) or None. So ``Privacy, Security & GDPR, Lua``
        begins with one capacity and not with ``Privacy``.
        """
        ends = []
        position = start
        for _ in range(_FEW):
            found = _SEPARATOR.search(text, position)
            if not found:
                ends.append(len(text))
                break
            ends.append(found.start())
            position = found.end()
        for end in reversed(ends):
            if end > start and end - start <= 200:
                id = self.resolve(text[start:end])
                if id:
                    return id, end
        return None

    def suggest(self, text: str) -> str | None:
        """Guess which capacity was meant by a name that is not known: a hint, never an answer.

        Gives the id whose name has the most letter pairs in common (Dice's coefficient of 0.7 or
        more), or None.
        """
        wanted = _pairs(key(text[:200]))
        if not wanted or len(wanted) > 80:
            return None
        common: Counter[str] = Counter()
        for pair in sorted(wanted):
            common.update(self._by_pair.get(pair, ()))
        best = min(
            (
                (-2 * shared / (len(wanted) + self._sizes[name]), name)
                for name, shared in common.items()
            ),
            default=(0.0, ""),
        )
        return self.keys[best[1]] if best[0] <= -0.7 else None

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return {name: len(_pairs(name)) for name in self.keys}

    @cached_property
    def _by_pair(self) -> dict[str, tuple[str, ...]]:
        table: dict[str, list[str]] = {}
        for name in sorted(self.keys):
            for pair in sorted(_pairs(name)):
                table.setdefault(pair, []).append(name)
        return {pair: tuple(names) for pair, names in table.items()}

    # --- by place in the hierarchy ---------------------------------------------------------

    @property
    def roots(self) -> tuple[str, ...]:
        """The ids of the widest capacities."""
        return self._narrower.get(None, ())

    def broader(self, id: str) -> tuple[str, ...]:
        """Give the ids of all wider capacities, nearest first."""
        found: list[str] = []
        capacity = self.get(id)
        while capacity and capacity.broader:
            found.append(capacity.broader)
            capacity = self.get(capacity.broader)
        return tuple(found)

    def narrower(self, id: str) -> tuple[str, ...]:
        """Give the ids one step narrower."""
        return self._narrower.get(id, ())

    def descendants(self, id: str) -> tuple[str, ...]:
        """Give the ids of everything narrower, each before what is narrower still."""
        return tuple(self._walk(id))

    # --- for reading -----------------------------------------------------------------------

    def name(self, id: str, language: str = "en") -> str:
        """Give a capacity's name in a language, or in the nearest one that it has a name in.

        An unlisted capacity gives the name that was written (folded), an unknown id itself.
        """
        return self.label(id, language)[0]

    def label(self, id: str, language: str = "en") -> tuple[str, str]:
        """Give a capacity's name and the language that it is in (``""`` where unlisted)."""
        capacity = self.get(id)
        if capacity is None:
            return (id.removeprefix(UNLISTED) if is_unlisted(id) else id), ""
        for code in (language, *fallbacks(language)):
            if code in capacity.names:
                return capacity.names[code], code
        code, name = next(iter(sorted(capacity.names.items())), ("", id))
        return name, code

    @cached_property
    def digest(self) -> str:
        """A fingerprint of everything in the directory: equal content, equal digest."""
        content = [
            [c.id, c.broader, c.wikidata, sorted(c.names.items()), sorted(c.aliases.items())]
            for c in sorted(self, key=lambda c: c.id)
        ]
        text = json.dumps([content, sorted(self.shared.items())], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def names_of(capacity: Capacity) -> Iterator[str]:
    """Give every way of writing a capacity: names and aliases, of every language."""
    yield from capacity.names.values()
    for aliases in capacity.aliases.values():
        yield from aliases


def _pairs(name: str) -> frozenset[str]:
    padded = f" {name} "
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1)) if name else frozenset()
