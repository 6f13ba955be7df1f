"""Directory: capacities, found by any name that they have."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from types import MappingProxyType

from exchange.languages import fallback_chain
from exchange.model import UNLISTED, Capacity, CapacityKind, is_unlisted
from exchange.text import SEPARATORS, fold

_SEPARATOR = re.compile(f"[{re.escape(SEPARATORS)}]")
_AROUND_SEPARATOR = re.compile(r"\s*[,،、;؛]\s*")
_SIGNS = (
    " ,.:*`!?¡¿！？…\"'‹›「」『』《》〈〉\u2190-\u21ff\u2300-\u23ff\u20e3\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\U0001f000-\U0001faff"
)  # Quotes, arrows, ticks and pictures.
_AROUND_NAME = re.compile(rf"^[{_SIGNS}]+|(?<![{_SIGNS}])[{_SIGNS}]+$|\s\++$")
_LOOKS = 4  # More looks leave fewer names to compare, and cost more themselves.
_FEW = 8  # No name has more separators than this.
_MAX_GUESSES = 4096
_NEAR = 0.7  # Dice's coefficient from which on a name is worth a hint.


def name_key(text: str) -> str:
    """Fold a capacity's name for look-up: ``fold``, and every separator like a comma.

    Quotes and pictures around it are no part of it: ``“Lua”`` and ``🎓 Lua`` are ``lua``.
    """
    return _remembered(text) if len(text) <= 80 else _key(text)


def _key(text: str) -> str:
    name = fold(text)
    if _SEPARATOR.search(name):
        name = _AROUND_SEPARATOR.sub(", ", name)
    if name[:1].isalpha() and name[-1:].isalpha():
        return name  # As most are, with nothing around them.
    name = name.strip(" ,.:")
    return _AROUND_NAME.sub("", name) or name


# People write the same names over and over.
_remembered = lru_cache(maxsize=32_768)(_key)


class Directory:
    """Capacities by id, found by any of their names in any language. Immutable.

    Iterating gives the capacities in the order of the hierarchy: each before what is narrower.
    """

    def __init__(
        self,
        capacities: Iterable[Capacity],
        *,
        shared: Mapping[str, str] | None = None,
        left_out: Iterable[str] = (),
    ) -> None:
        """Index capacities that are known to be valid (``load`` sees to that).

        ``shared`` decides, by folded name, names that two capacities have in two languages.
        ``left_out`` says, a line each, which machine-made names gave way to others.
        """
        self.left_out = tuple(left_out)
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
        index: dict[str, str] = {}
        contested: set[str] = set()
        for capacity in self.capacities.values():
            for key in map(name_key, names_of(capacity)):
                if index.setdefault(key, capacity.id) != capacity.id:
                    contested.add(key)
        index.pop("", None)
        decided = {name: id for name, id in self.shared.items() if name in index}
        for name in contested & index.keys():
            del index[name]
        index |= decided
        for capacity in self.capacities.values():
            index |= dict.fromkeys(own_keys(capacity), capacity.id)
        self.keys: Mapping[str, str] = MappingProxyType(index)
        """Every known folded name (see ``name_key``) -> capacity id."""
        # People write the same names over and over.
        self._guesses: dict[str, str | None] = {}

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
        """Return the capacity with this id, or None (also for ``unlisted:`` ids)."""
        return self.capacities.get(id)

    def resolve(self, text: str) -> str | None:
        """Find the one capacity that ``text`` names, or None.

        It names one if, after folding, it equals a name or alias in any language, the id, or the
        Wikidata id. Nothing is accepted by similarity. A name that two capacities have in two
        languages means the one that the directory's ``shared`` says; loading fails where it says
        nothing, so a name never means two things.
        """
        return self.keys.get(name_key(text))

    def identify(self, text: str) -> str:
        """Return the id of the capacity that ``text`` names, or ``unlisted:`` and the folded name."""
        return self.resolve(text) or UNLISTED + name_key(text)

    def match_prefix(self, text: str, start: int = 0) -> tuple[str, int] | None:
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
        key = name_key(text[:200])
        if key not in self._guesses:
            if len(self._guesses) >= _MAX_GUESSES:
                self._guesses.clear()
            self._guesses[key] = self._nearest(key)
        return self._guesses[key]

    def _nearest(self, key: str) -> str | None:
        wanted = _pairs(key)
        if not wanted or len(wanted) > 80:
            return None
        # A name that is near enough lacks at most so many of the pairs: of a few more than that,
        # the rarest, it has the others, and only names that have them need a closer look.
        lacking = len(wanted) - math.ceil(_NEAR * len(wanted) / (2 - _NEAR))
        rarest = sorted(wanted, key=lambda pair: (len(self._by_pair.get(pair, ())), pair))
        looked = rarest[: lacking + _LOOKS]
        hits = Counter(chain.from_iterable(self._by_pair.get(pair, ()) for pair in looked))
        near = [name for name, count in hits.items() if count >= len(looked) - lacking]
        best = min(
            (
                (-2 * len(wanted & pairs) / (len(wanted) + len(pairs)), name)
                for name, pairs in ((name, _pairs(name)) for name in near)
            ),
            default=(0.0, ""),
        )
        return self.keys[best[1]] if best[0] <= -_NEAR else None

    @cached_property
    def _by_pair(self) -> dict[str, tuple[str, ...]]:
        table: dict[str, list[str]] = {}
        for name in self.keys:
            for pair in _pairs(name):
                table.setdefault(pair, []).append(name)
        return {pair: tuple(names) for pair, names in table.items()}

    # --- by place in the hierarchy ---------------------------------------------------------

    @property
    def roots(self) -> tuple[str, ...]:
        """The ids of the widest capacities."""
        return self._narrower.get(None, ())

    def broader(self, id: str) -> tuple[str, ...]:
        """Return the ids of all wider capacities, nearest first."""
        found: list[str] = []
        capacity = self.get(id)
        while capacity and capacity.broader:
            found.append(capacity.broader)
            capacity = self.get(capacity.broader)
        return tuple(found)

    def narrower(self, id: str) -> tuple[str, ...]:
        """Return the ids one step narrower."""
        return self._narrower.get(id, ())

    def descendants(self, id: str) -> tuple[str, ...]:
        """Return the ids of everything narrower, each before what is narrower still."""
        return tuple(self._walk(id))

    # --- by kind -----------------------------------------------------------------------------

    @cached_property
    def things(self) -> frozenset[str]:
        """The ids of all that is given or lent: money, places and equipment. All others are skills."""
        return frozenset(
            id for id in self.capacities if self._widest(id).kind is CapacityKind.THING
        )

    @cached_property
    def bound(self) -> frozenset[str]:
        """The ids of things that are only of use where they stand, such as rooms and cameras."""
        return frozenset(id for id in self.things if self._said_bound(id))

    def is_thing(self, id: str) -> bool:
        """Whether a capacity is a thing; what the directory does not know is a skill."""
        return id in self.things

    def kind_of(self, id: str) -> CapacityKind:
        """Return whether a capacity is a skill or a thing."""
        return CapacityKind.THING if id in self.things else CapacityKind.SKILL

    def _widest(self, id: str) -> Capacity:
        return self.capacities[(id, *self.broader(id))[-1]]

    def _said_bound(self, id: str) -> bool:
        line = (self.capacities[one].bound for one in (id, *self.broader(id)))
        return next((said for said in line if said is not None), False)

    # --- for reading -----------------------------------------------------------------------

    def name(self, id: str, language: str = "en") -> str:
        """Return a capacity's name in a language, or in the nearest one that it has a name in.

        An unlisted capacity gives the name that was written (folded), an unknown id itself.
        """
        return self.label(id, language)[0]

    def label(self, id: str, language: str = "en") -> tuple[str, str]:
        """Return a capacity's name and the language that it is in (``""`` where unlisted)."""
        capacity = self.get(id)
        if capacity is None:
            return (id.removeprefix(UNLISTED) if is_unlisted(id) else id), ""
        for code in (language, *fallback_chain(language)):
            if code in capacity.names:
                return capacity.names[code], code
        code, name = next(iter(sorted(capacity.names.items())), ("", id))
        return name, code

    def describe(self, id: str, language: str = "en") -> tuple[str, str]:
        """Return the sentence about a capacity and the language that it is in, or two empty."""
        capacity = self.get(id)
        for code in (language, *fallback_chain(language)):
            if capacity and code in capacity.descriptions:
                return capacity.descriptions[code], code
        return "", ""

    def is_unreviewed(self, id: str, language: str = "en") -> bool:
        """Whether the name or sentence shown in a language was machine-made and not reviewed."""
        capacity = self.get(id)
        shown = (self.label(id, language), self.describe(id, language))
        return capacity is not None and any(
            (code, text) in capacity.unreviewed for text, code in shown
        )

    @cached_property
    def digest(self) -> str:
        """A fingerprint of everything in the directory: equal content, equal digest."""
        content = [
            [
                *(c.id, c.broader, c.wikidata, sorted(c.names.items()), sorted(c.aliases.items())),
                *(sorted(c.descriptions.items()), sorted(c.unreviewed), c.kind, c.bound),
                [(one.title, one.url, one.language) for one in c.resources],
            ]
            for c in sorted(self, key=lambda c: c.id)
        ]
        text = json.dumps([content, sorted(self.shared.items())], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def written_names(capacity: Capacity) -> Iterator[tuple[str, str]]:
    """Return every way of writing a capacity, as (language, name or alias)."""
    yield from capacity.names.items()
    for language, aliases in capacity.aliases.items():
        for alias in aliases:
            yield language, alias


def names_of(capacity: Capacity) -> Iterator[str]:
    """Return every way of writing a capacity: names and aliases, of every language."""
    yield from capacity.names.values()
    yield from chain.from_iterable(capacity.aliases.values())


def own_keys(capacity: Capacity) -> set[str]:
    """Return the folded id and Wikidata id of a capacity, which name it as well."""
    return {name_key(own) for own in (capacity.id, capacity.wikidata) if own}


def contested_names(capacities: Iterable[Capacity]) -> set[str]:
    """Return the folded names (ids among them) that more than one capacity has."""
    owners: dict[str, str] = {}
    contested: set[str] = set()
    for capacity in capacities:
        for key in (*own_keys(capacity), *map(name_key, names_of(capacity))):
            if owners.setdefault(key, capacity.id) != capacity.id:
                contested.add(key)
    return contested


def _pairs(name: str) -> frozenset[str]:
    padded = f" {name} "
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1)) if name else frozenset()
