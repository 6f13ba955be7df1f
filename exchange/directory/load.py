"""Reading the directory: what a file or page must look like, and everything wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from exchange.directory.directory import Directory, key, names_of
from exchange.errors import DirectoryError
from exchange.languages import known
from exchange.model import Capacity

CAPACITIES = Path(__file__).parents[2] / "config" / "directory" / "capacities.json"
"""The committed directory."""

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=150)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CapacityEntry(_Strict):
    """One capacity in a file or page."""

    id: Id
    broader: Id | None = None
    wikidata: Annotated[str, StringConstraints(pattern=r"^Q[1-9]\d{0,11}$")] | None = None
    names: dict[str, Name] = Field(default_factory=dict)
    aliases: dict[str, list[Name]] = Field(default_factory=dict)


class DirectoryFile(_Strict):
    """The directory's file, and the page on the wiki that extends it.

    ``about`` is for readers. ``shared`` maps a name that two capacities have in two languages to
    the id of the capacity that it means.
    """

    about: str | list[str] = ""
    capacities: list[CapacityEntry]
    shared: dict[str, Id] = Field(default_factory=dict)


def load(path: Path = CAPACITIES, *, extra: str | None = None) -> Directory:
    """Read the committed directory and, over it, the text of the JSON page on the wiki.

    Raises ``DirectoryError`` with one line for each problem. The page's problems begin with
    ``page:``; who meets them keeps the last page that was good.
    """
    if path.is_dir():
        path = path / CAPACITIES.name
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DirectoryError([f"{path}: cannot be read ({error.strerror})"]) from error
    directory = _build([], {}, _parse(text, path.name), path.name)
    return extend(directory, extra) if extra is not None and extra.strip() else directory


def extend(directory: Directory, text: str) -> Directory:
    """Give the directory with a JSON page's capacities, names and aliases added to it.

    An entry with a new id is a new capacity; one with a known id adds names and aliases, replaces
    names of the same language, and may move the capacity (``broader``) or say its Wikidata id.
    Raises ``DirectoryError`` with one line for each problem, and then nothing is added.
    """
    return _build(directory, directory.shared, _parse(text, "page"), "page")


def check(path: Path = CAPACITIES, *, extra: str | None = None) -> tuple[str, ...]:
    """List everything wrong with the directory; empty where all is well."""
    try:
        load(path, extra=extra)
    except DirectoryError as error:
        return error.problems
    return ()


def _parse(text: str, source: str) -> DirectoryFile:
    try:
        return DirectoryFile.model_validate(json.loads(text, object_pairs_hook=_no_twice))
    except json.JSONDecodeError as error:
        raise DirectoryError(
            [f"{source}: not JSON in line {error.lineno}, column {error.colno}: {error.msg}"]
        ) from error
    except RecursionError as error:
        raise DirectoryError([f"{source}: nested too deeply"]) from error
    except ValidationError as error:
        raise DirectoryError(
            f"{source}: {'.'.join(map(str, problem['loc'])) or 'as a whole'}: {problem['msg']}"
            for problem in error.errors()
        ) from error
    except ValueError as error:
        raise DirectoryError([f"{source}: {error}"]) from error


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} stands twice in one place; keep one of them")
        found[name] = value
    return found


def _build(
    known_already: Iterable[Capacity],
    shared: Mapping[str, str],
    file: DirectoryFile,
    source: str,
) -> Directory:
    problems: list[str] = []
    merged = {capacity.id: capacity for capacity in known_already}
    seen: set[str] = set()
    for entry in file.capacities:
        if entry.id in seen:
            problems.append(f"{entry.id}: stands twice; merge the two entries")
        seen.add(entry.id)
        merged[entry.id] = _merge(merged.get(entry.id), entry)
    shared = {**shared, **{key(name): id for name, id in file.shared.items()}}
    problems += _problems(merged, shared)
    if problems:
        raise DirectoryError(f"{source}: {problem}" for problem in problems)
    return Directory(merged.values(), shared=shared)


def _merge(old: Capacity | None, entry: CapacityEntry) -> Capacity:
    names = dict(old.names) if old else {}
    aliases = dict(old.aliases) if old else {}
    for language, name in entry.names.items():
        if language in names and names[language] != name:
            # What somebody wrote under the old name must still be found.
            aliases[language] = (*aliases.get(language, ()), names[language])
        names[language] = name
    for language, more in entry.aliases.items():
        aliases[language] = tuple(dict.fromkeys((*aliases.get(language, ()), *more)))
    said = entry.model_fields_set
    return Capacity(
        id=entry.id,
        broader=entry.broader if "broader" in said or not old else old.broader,
        names=MappingProxyType(names),
        aliases=MappingProxyType(aliases),
        wikidata=entry.wikidata if "wikidata" in said or not old else old.wikidata,
    )


def _problems(capacities: Mapping[str, Capacity], shared: Mapping[str, str]) -> list[str]:
    return [
        *_wrong_entries(capacities),
        *_cycles(capacities),
        *_twice_in_a_language(capacities),
        *_undecided(capacities, shared),
    ]


def _wrong_entries(capacities: Mapping[str, Capacity]) -> Iterable[str]:
    items: dict[str, str] = {}
    for capacity in capacities.values():
        if capacity.broader is not None and capacity.broader not in capacities:
            yield f"{capacity.id}: broader {capacity.broader!r} is not in the directory"
        if not capacity.names:
            yield f"{capacity.id}: has no name; give it one in at least one language"
        for language in sorted({*capacity.names, *capacity.aliases} - {""}):
            if not known(language):
                yield f"{capacity.id}: {language!r} is not a language code of MediaWiki"
        if "" in capacity.names:
            yield f"{capacity.id}: a name needs a language; only aliases may go without one"
        if capacity.wikidata:
            other = items.setdefault(capacity.wikidata, capacity.id)
            if other != capacity.id:
                yield f"{capacity.id}: {capacity.wikidata} already stands for {other}"


def _cycles(capacities: Mapping[str, Capacity]) -> Iterable[str]:
    safe: set[str] = set()
    for start in capacities:
        path: list[str] = []
        id: str | None = start
        while id is not None and id in capacities and id not in safe:
            if id in path:
                circle = path[path.index(id) :]
                yield f"{min(circle)}: is broader than itself ({' < '.join([*circle, id])})"
                break
            path.append(id)
            id = capacities[id].broader
        safe.update(path)


def _twice_in_a_language(capacities: Mapping[str, Capacity]) -> Iterable[str]:
    owners: dict[tuple[str, str], str] = {}
    for capacity in capacities.values():
        for language in {**capacity.names, **capacity.aliases}:
            names = [capacity.names.get(language, ""), *capacity.aliases.get(language, ())]
            for name in filter(None, names):
                if not key(name):
                    yield f"{capacity.id}: {name!r} ({language}) has no letters"
                    continue
                other = owners.setdefault((language, key(name)), capacity.id)
                if other != capacity.id:
                    yield (
                        f"{capacity.id}: {name!r} ({language or 'any language'}) is a name of "
                        f"{other} too; rename one"
                    )


def _undecided(capacities: Mapping[str, Capacity], shared: Mapping[str, str]) -> Iterable[str]:
    claims: dict[str, list[str]] = {}
    for capacity in capacities.values():
        for own in (capacity.id, capacity.wikidata):
            if own:
                claims.setdefault(key(own), []).append(capacity.id)
        for name in names_of(capacity):
            claims.setdefault(key(name), []).append(capacity.id)
    for name, ids in sorted(claims.items()):
        rivals = sorted(set(ids))
        owner = next((id for id in rivals if key(id) == name), None)
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
