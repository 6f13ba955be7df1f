"""Names: one file a language beside the directory, and which names give way to others.

``names/<code>.json`` maps a capacity's id to its name, or to a list of its name and aliases;
``descriptions/<code>.json`` maps it to one sentence. ``@metadata`` says what speakers reviewed.
Whatever nobody reviewed gives way: a machine-made name never takes a word from a reviewed one,
and where two machine-made names want the same word, neither has it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import repeat
from pathlib import Path
from types import MappingProxyType

from exchange.directory.directory import (
    contested_names,
    name_key,
    own_keys,
    written_names,
)
from exchange.directory.validation import LanguageFile, Metadata, parse_language
from exchange.errors import DirectoryError
from exchange.languages import is_known
from exchange.model import Capacity

NAMES = "names"
DESCRIPTIONS = "descriptions"


@dataclass(slots=True)
class _Texts:
    """What the language files say of one capacity."""

    names: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    unreviewed: set[tuple[str, str]] = field(default_factory=set)


def with_languages(capacities: Mapping[str, Capacity], folder: Path) -> dict[str, Capacity]:
    """Return capacities with what the language files of a folder say of them.

    Raises ``DirectoryError`` with one line for each problem of the first file that has any.
    """
    gathered = {id: _Texts() for id in capacities}
    for kind in (NAMES, DESCRIPTIONS):
        for path in sorted((folder / kind).glob("*.json")):
            _gather(gathered, _read_language(path, kind, gathered), path.stem, kind)
    return {id: _joined(capacity, gathered[id]) for id, capacity in capacities.items()}


def _read_language(path: Path, kind: str, known: Mapping[str, object]) -> LanguageFile:
    source = f"{kind}/{path.name}"
    if not is_known(path.stem):
        raise DirectoryError([f"{source}: {path.stem!r} is not a language code of MediaWiki"])
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DirectoryError([f"{source}: cannot be read ({error.strerror})"]) from error
    file = parse_language(text, source, described=kind == DESCRIPTIONS)
    reviewed = file.metadata.reviewed
    listed = reviewed if isinstance(reviewed, list) else []
    if strange := sorted({*file.texts, *listed} - known.keys()):
        raise DirectoryError(f"{source}: {id!r} is not in the directory" for id in strange)
    return file


def _gather(gathered: Mapping[str, _Texts], file: LanguageFile, language: str, kind: str) -> None:
    reviewed = file.metadata.reviewed
    all_reviewed = reviewed is True
    ids = frozenset(reviewed if isinstance(reviewed, list) else ())
    for id, text in file.texts.items():
        first, more = (text, ()) if isinstance(text, str) else (text[0], tuple(text[1:]))
        texts = gathered[id]
        (texts.names if kind == NAMES else texts.descriptions)[language] = first
        if more:
            texts.aliases[language] = more
        if not all_reviewed:
            if id not in ids:
                texts.unreviewed.add((language, first))
            texts.unreviewed.update(zip(repeat(language), more))


def _joined(capacity: Capacity, texts: _Texts) -> Capacity:
    return replace(
        capacity,
        names=MappingProxyType({**texts.names, **capacity.names}),
        aliases=MappingProxyType({**texts.aliases, **capacity.aliases}),
        descriptions=MappingProxyType({**texts.descriptions, **capacity.descriptions}),
        unreviewed=frozenset(texts.unreviewed),
    )


def dump_language(
    metadata: Metadata, texts: Mapping[str, str | list[str]], ids: Iterable[str]
) -> str:
    """Return a language's file as it is committed: a line for each id, in the order of ``ids``."""
    content: dict[str, object] = {"@metadata": metadata.model_dump()}
    for id in ids:
        if id in texts:
            text = texts[id]
            content[id] = text[0] if isinstance(text, list) and len(text) == 1 else text
    lines = (
        f" {json.dumps(id)}: {json.dumps(value, ensure_ascii=False)}"
        for id, value in content.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


# -- Rivals: names that two capacities have.


def without_rivals(
    capacities: Mapping[str, Capacity], shared: Mapping[str, str]
) -> tuple[dict[str, Capacity], tuple[str, ...]]:
    """Return the capacities without machine-made names that must give way, and a line for each.

    What ``shared`` decides stays, and so do contradictions between reviewed names: those are for
    people to settle.
    """
    contested = contested_names(capacities.values()) - shared.keys()
    owners: dict[str, set[str]] = {name: set() for name in contested}
    made: dict[str, set[str]] = {name: set() for name in contested}
    for capacity in capacities.values():
        for own in own_keys(capacity) & contested:
            owners[own].add(capacity.id)
        for language, name in written_names(capacity):
            if (key := name_key(name)) in contested:
                side = made if (language, name) in capacity.unreviewed else owners
                side[key].add(capacity.id)
    rivals: dict[str, dict[str, set[str]]] = {}  # capacity -> folded name -> who has it as well
    for name in contested:
        for id in made[name] - owners[name]:
            rivals.setdefault(id, {})[name] = (owners[name] or made[name]) - {id}
    cleared = dict(capacities)
    left_out: list[str] = []
    for id, names in sorted(rivals.items()):
        cleared[id] = _without(capacities[id], names)
        left_out += [
            f"{id}: {name!r} ({language}) is a name of {', '.join(sorted(names[name_key(name)]))} too "
            "and nobody reviewed it, so it is left out; write it so that it means one thing"
            for language, name in written_names(capacities[id])
            if name_key(name) in names and (language, name) in capacities[id].unreviewed
        ]
    return cleared, tuple(left_out)


def _without(capacity: Capacity, names: Mapping[str, object]) -> Capacity:
    def stays(language: str, name: str) -> bool:
        return name_key(name) not in names or (language, name) not in capacity.unreviewed

    aliases = {
        language: tuple(one for one in more if stays(language, one))
        for language, more in capacity.aliases.items()
    }
    return replace(
        capacity,
        names=MappingProxyType(
            {code: one for code, one in capacity.names.items() if stays(code, one)}
        ),
        aliases=MappingProxyType({code: more for code, more in aliases.items() if more}),
    )
