"""Reading the directory: the committed files and, over them, the page on the wiki."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from exchange.directory.directory import Directory, name_key
from exchange.directory.names import with_languages, without_rivals
from exchange.directory.validation import (
    CapacityEntry,
    DirectoryFile,
    contradictions,
    parse_directory,
)
from exchange.errors import DirectoryError
from exchange.model import Capacity, Resource

CAPACITIES = Path(__file__).parents[2] / "config" / "directory" / "capacities.json"
"""The committed directory; the languages' files stand beside it."""


def load(path: Path = CAPACITIES, *, extra: str | None = None) -> Directory:
    """Read the committed directory and, over it, the text of the JSON page on the wiki.

    Raises ``DirectoryError`` with one line for each problem. The page's problems begin with
    ``page:``; who meets them keeps the last page that was good.
    """
    directory = _committed() if path == CAPACITIES else _read(path)
    return extend(directory, extra) if extra is not None and extra.strip() else directory


@cache
def _committed() -> Directory:
    # It does not change while a process runs, and many places ask for it.
    return _read(CAPACITIES)


def _read(path: Path) -> Directory:
    if path.is_dir():
        path = path / CAPACITIES.name
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DirectoryError([f"{path}: cannot be read ({error.strerror})"]) from error
    file = parse_directory(text, path.name)
    capacities, problems = _merged({}, file)
    if problems:
        raise DirectoryError(f"{path.name}: {problem}" for problem in problems)
    return _built(with_languages(capacities, path.parent), _shared({}, file), "directory")


# The page seldom changes, and every step of a run asks for the directory with it.
@lru_cache(maxsize=2)
def extend(directory: Directory, text: str) -> Directory:
    """Return the directory with a JSON page's capacities, names and aliases added to it.

    An entry with a new id is a new capacity; one with a known id adds names, aliases and links to
    learn from, replaces names and descriptions of the same language, and may move the capacity
    (``broader``) or say its Wikidata id. People wrote the page: a machine-made name that wants the
    same word gives way. Raises ``DirectoryError`` with one line for each problem, and then nothing
    is added.
    """
    file = parse_directory(text, "page")
    capacities, problems = _merged(directory.capacities, file)
    return _built(capacities, _shared(directory.shared, file), "page", problems)


def check(path: Path = CAPACITIES, *, extra: str | None = None) -> tuple[str, ...]:
    """List everything wrong with the directory; empty where all is well.

    Without ``extra`` these are also the machine-made names that had to be left out.
    """
    try:
        directory = load(path, extra=extra)
    except DirectoryError as error:
        return error.problems
    return directory.left_out if extra is None else ()


def _built(
    capacities: Mapping[str, Capacity],
    shared: Mapping[str, str],
    source: str,
    problems: Iterable[str] = (),
) -> Directory:
    cleared, left_out = without_rivals(capacities, shared)
    if found := [*problems, *contradictions(cleared, shared)]:
        raise DirectoryError(f"{source}: {problem}" for problem in found)
    return Directory(cleared.values(), shared=shared, left_out=left_out)


def _shared(before: Mapping[str, str], file: DirectoryFile) -> dict[str, str]:
    return {**before, **{name_key(name): id for name, id in file.shared.items()}}


def _merged(
    before: Mapping[str, Capacity], file: DirectoryFile
) -> tuple[dict[str, Capacity], list[str]]:
    """Return the capacities with a file's entries, and a line for each entry that stands twice."""
    problems: list[str] = []
    merged = dict(before)
    seen: set[str] = set()
    for entry in file.capacities:
        if entry.id in seen:
            problems.append(f"{entry.id}: stands twice; merge the two entries")
        seen.add(entry.id)
        merged[entry.id] = _merge(merged.get(entry.id) or Capacity(entry.id), entry)
    return merged, problems


def _merge(old: Capacity, entry: CapacityEntry) -> Capacity:
    names = dict(old.names)
    aliases = dict(old.aliases)
    for language, name in entry.names.items():
        if language in names and names[language] != name:
            # What somebody wrote under the old name must still be found.
            aliases[language] = (*aliases.get(language, ()), names[language])
        names[language] = name
    for language, more in entry.aliases.items():
        aliases[language] = tuple(dict.fromkeys((*aliases.get(language, ()), *more)))
    resources = tuple(Resource(one.title, one.url, one.language) for one in entry.resources)
    written = {
        *entry.names.items(),
        *entry.descriptions.items(),
        *((language, one) for language, more in entry.aliases.items() for one in more),
    }
    said = entry.model_fields_set
    return Capacity(
        id=entry.id,
        broader=entry.broader if "broader" in said else old.broader,
        names=MappingProxyType(names),
        aliases=MappingProxyType(aliases),
        wikidata=entry.wikidata if "wikidata" in said else old.wikidata,
        platform=entry.platform if "platform" in said else old.platform,
        descriptions=MappingProxyType({**old.descriptions, **entry.descriptions}),
        # Whoever writes a link once more gives it another title or language.
        resources=tuple({one.url: one for one in (*old.resources, *resources)}.values()),
        unreviewed=old.unreviewed - written,
        kind=entry.kind if "kind" in said else old.kind,
        bound=entry.bound if "bound" in said else old.bound,
    )
