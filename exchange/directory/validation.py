"""Validation: the form of the directory's files, and what must hold beyond it for it to mean one thing."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Set
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from exchange.directory.directory import (
    contested_names,
    name_key,
    names_of,
    own_keys,
    written_names,
)
from exchange.errors import DirectoryError
from exchange.languages import is_known
from exchange.model import Capacity, CapacityKind

MAX_ENTRIES = 2_000
"""Capacities that a file or page may hold: every page of the web tool lists or counts them."""
MAX_RESOURCES = 20
"""Links to learn a capacity from; who has more writes a page of them and links that."""

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Item = Annotated[str, StringConstraints(pattern=r"^Q[1-9]\d{0,11}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
_ADDRESS = re.compile(r"https://[^\s/?#@]+\S*")


def _check_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise PydanticCustomError(
            "address",
            "{text} is no address to link to; copy it from the browser, beginning with https://",
            {"text": repr(text)},
        )
    return text


Address = Annotated[str, Field(max_length=2_000), AfterValidator(_check_address)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ResourceEntry(_Strict):
    """A link to learn from, as a page has it."""

    title: Name
    url: Address
    language: str = ""


class CapacityEntry(_Strict):
    """One capacity in a file or page."""

    id: Id
    broader: Id | None = None
    wikidata: Item | None = None
    platform: Annotated[int, Field(gt=0)] | None = None
    names: dict[str, Name] = Field(default_factory=dict)
    aliases: dict[str, list[Name]] = Field(default_factory=dict)
    descriptions: dict[str, Sentence] = Field(default_factory=dict)
    resources: Annotated[list[ResourceEntry], Field(max_length=MAX_RESOURCES)] = Field(
        default_factory=list
    )
    kind: CapacityKind = CapacityKind.SKILL
    bound: bool | None = None


class DirectoryFile(_Strict):
    """The directory's file, and the page on the wiki that extends it.

    ``about`` is for readers. ``shared`` maps a name that two capacities have in two languages to
    the id of the capacity that it means.
    """

    about: str | list[str] = ""
    capacities: Annotated[list[CapacityEntry], Field(max_length=MAX_ENTRIES)]
    shared: dict[str, Id] = Field(default_factory=dict)


class Metadata(BaseModel):
    """What a language's file says of itself.

    ``reviewed`` is whether speakers reviewed it: all (true), nothing (false), or the ids whose
    name or sentence they reviewed; aliases count as reviewed only where all is. Further keys, such
    as the authors that translatewiki.net writes, are for readers.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    reviewed: bool | list[Id] = False


class LanguageFile(_Strict):
    """The names or descriptions of one language: id -> one text, or a name and its aliases."""

    metadata: Metadata
    texts: dict[str, str | list[str]]


_Read = TypeVar("_Read")
_DIRECTORY = TypeAdapter(DirectoryFile)
_NAMES = TypeAdapter(dict[Id, Name | Annotated[list[Name], Field(min_length=1)]])
_DESCRIPTIONS = TypeAdapter(dict[Id, Sentence])
_METADATA = TypeAdapter(Metadata)


def parse_directory(text: str, source: str) -> DirectoryFile:
    """Return what a directory's file or page says; raises ``DirectoryError`` with each problem."""
    return _validated(_DIRECTORY, _parsed(text, source), source)


def parse_language(text: str, source: str, *, described: bool = False) -> LanguageFile:
    """Return a language's names (or descriptions); raises ``DirectoryError`` with each problem."""
    content = _parsed(text, source)
    if not isinstance(content, dict):
        raise DirectoryError([f"{source}: must be an object of id -> name"])
    if "@metadata" not in content:
        raise DirectoryError(
            [f'{source}: "@metadata" is missing; write {{"reviewed": false}} if nobody reviewed it']
        )
    metadata = _validated(_METADATA, content.pop("@metadata"), f"{source}: @metadata")
    texts: dict[str, Any] = _validated(_DESCRIPTIONS if described else _NAMES, content, source)
    return LanguageFile.model_construct(metadata=metadata, texts=texts)


def _parsed(text: str, source: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_no_twice)
    except json.JSONDecodeError as error:
        raise DirectoryError(
            [f"{source}: not JSON in line {error.lineno}, column {error.colno}: {error.msg}"]
        ) from error
    except RecursionError as error:
        raise DirectoryError([f"{source}: nested too deeply"]) from error
    except ValueError as error:
        raise DirectoryError([f"{source}: {error}"]) from error


def _validated(form: TypeAdapter[_Read], content: Any, source: str) -> _Read:
    try:
        return form.validate_python(content)
    except ValidationError as error:
        raise DirectoryError(
            f"{source}: {'.'.join(map(str, problem['loc'])) or 'as a whole'}: {problem['msg']}"
            for problem in error.errors()
        ) from error


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        )
        raise ValueError(f"{twice!r} stands twice in one place; keep one of them")
    return found


# --- what must hold beyond the form ---


MAX_DEPTH = 6
"""Levels of the hierarchy, the widest capacities being the first: more would fit no phone."""


def contradictions(capacities: Mapping[str, Capacity], shared: Mapping[str, str]) -> list[str]:
    """Return one line for everything wrong with capacities and the names they share."""
    # Nearly every name has one owner.
    contested = contested_names(capacities.values())
    return [
        *_wrong_entries(capacities),
        *_cycles(capacities),
        *_too_deep(capacities),
        *_twice_in_a_language(capacities, contested),
        *_undecided(capacities, shared, contested),
    ]


def _wrong_entries(capacities: Mapping[str, Capacity]) -> Iterable[str]:
    numbers: dict[str | int, str] = {}
    for capacity in capacities.values():
        if capacity.broader is not None and capacity.broader not in capacities:
            yield f"{capacity.id}: broader {capacity.broader!r} is not in the directory"
        if not capacity.names:
            yield f"{capacity.id}: has no name; give it one in at least one language"
        spoken = {*capacity.names, *capacity.aliases, *capacity.descriptions}
        for language in sorted({*spoken, *(one.language for one in capacity.resources)} - {""}):
            if not is_known(language):
                yield f"{capacity.id}: {language!r} is not a language code of MediaWiki"
        if "" in capacity.names:
            yield f"{capacity.id}: a name needs a language; only aliases may go without one"
        if capacity.broader is not None and capacity.kind is not CapacityKind.SKILL:
            yield f"{capacity.id}: the kind is that of what is broader; leave it out"
        for number in (capacity.wikidata, capacity.platform):
            if number is not None:
                other = numbers.setdefault(number, capacity.id)
                if other != capacity.id:
                    yield f"{capacity.id}: {number} already stands for {other}"


def _cycles(capacities: Mapping[str, Capacity]) -> Iterable[str]:
    safe: set[str] = set()
    for start in capacities:
        path: dict[str, None] = {}
        id: str | None = start
        while id is not None and id in capacities and id not in safe:
            if id in path:
                circle = list(path)[list(path).index(id) :]
                yield f"{min(circle)}: is broader than itself ({' < '.join([*circle, id])})"
                break
            path[id] = None
            id = capacities[id].broader
        safe.update(path)


def _too_deep(capacities: Mapping[str, Capacity]) -> Iterable[str]:
    """Yield one line for each capacity on the first level that is too deep, not for those below."""
    for id, capacity in capacities.items():
        path = [id]
        broader = capacity.broader
        while broader and broader in capacities and broader not in path and len(path) <= MAX_DEPTH:
            path.append(broader)
            broader = capacities[broader].broader
        if len(path) == MAX_DEPTH + 1 and broader not in capacities:
            yield (
                f"{id}: stands {len(path)} levels deep ({' < '.join(path)}); "
                f"at most {MAX_DEPTH} are possible"
            )


def _twice_in_a_language(
    capacities: Mapping[str, Capacity], contested: Container[str]
) -> Iterable[str]:
    owners: dict[tuple[str, str], str] = {}
    for capacity in capacities.values():
        for language, name in written_names(capacity):
            key = name_key(name)
            if not key:
                yield f"{capacity.id}: {name!r} ({language}) has no letters"
            elif key in contested:
                other = owners.setdefault((language, key), capacity.id)
                if other != capacity.id:
                    yield (
                        f"{capacity.id}: {name!r} ({language or 'any language'}) is a name of "
                        f"{other} too; rename one"
                    )


def _undecided(
    capacities: Mapping[str, Capacity], shared: Mapping[str, str], contested: Set[str]
) -> Iterable[str]:
    claims: dict[str, set[str]] = {name: set() for name in {*contested, *shared}}
    for capacity in capacities.values():
        for key in (*own_keys(capacity), *map(name_key, names_of(capacity))):
            if key in claims:
                claims[key].add(capacity.id)
    for name in sorted(name for name, ids in claims.items() if ids):
        # Nobody else's id decides about it.
        rivals = sorted(claims[name])
        owner = next((id for id in rivals if name_key(id) == name), None)
        if owner and shared.get(name, owner) != owner:
            yield f'{owner}: "shared" gives its own id to {shared[name]}; an id cannot be given away'
        if len(rivals) > 1 and not owner and shared.get(name) not in rivals:
            yield (
                f"{rivals[0]}: {name!r} is also a name of {', '.join(rivals[1:])} in another "
                f'language; say under "shared" which one it means'
            )
    for name, id in sorted(shared.items()):
        if id not in capacities:
            yield f'{id}: stands under "shared" ({name!r}) and is not in the directory'
        elif id not in claims.get(name, ()):
            yield f'{id}: {name!r} stands under "shared" and is not one of its names'
