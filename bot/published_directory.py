"""Published directory: what the Capacity Exchange platform says of capacities, and what we lack.

The platform publishes its capacities as a tabular page on Commons (CC0): a row each, of its own
number, names and descriptions by language, and the Wikidata item. ``compare_directories`` finds
what the committed directory lacks; where the two disagree it changes nothing and says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exchange.directory import Directory
from exchange.directory.directory import name_key
from exchange.directory.names import DESCRIPTIONS, NAMES, dump_language
from exchange.directory.validation import LanguageFile, Metadata, parse_language
from exchange.errors import DirectoryError
from exchange.languages import canonical, is_known
from exchange.model import Capacity
from exchange.sources.platform import PublishedCapacity, read_capacities


@dataclass(slots=True)
class DirectoryUpdate:
    """What the published directory would add to ours, and where the two disagree.

    ``added`` and ``contradictions`` have one line for each; ``files`` maps a path below the
    directory's folder to its new text.
    """

    added: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    files: dict[Path, str] = field(default_factory=dict)


def parse_table(text: str) -> tuple[PublishedCapacity, ...]:
    """Return the rows of a tabular page; raises ``DirectoryError`` with a line for each bad one."""
    try:
        found, problems = read_capacities(text)
    except ValueError as error:
        raise DirectoryError([f"table: {error}"]) from error
    if problems:
        raise DirectoryError(f"table: {problem}" for problem in problems)
    return tuple(found.values())


# -- Comparison: what ours lacks.


class _Comparison:
    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.update = DirectoryUpdate()
        self.facts: dict[str, dict[str, Any]] = {}
        self.texts: dict[tuple[str, str], dict[str, str]] = {}
        self._by_number = {one.platform: one for one in directory if one.platform}
        self._claimed: dict[str, str] = {}

    def add(self, row: PublishedCapacity) -> None:
        """Compare one row with ours."""
        capacity = self._ours(row)
        if capacity is None:
            return
        self._item(row, capacity)
        for code, text in sorted(row.names.items()):
            self._name(capacity, code, text)
        for code, text in sorted(row.descriptions.items()):
            language = canonical(code)
            if is_known(language) and language not in capacity.descriptions and len(text) <= 400:
                self.texts.setdefault((DESCRIPTIONS, language), {})[capacity.id] = text
                self.update.added.append(f"{capacity.id}: description in {language}")

    def _ours(self, row: PublishedCapacity) -> Capacity | None:
        english = row.names.get("en", "")
        meant = self.directory.resolve(english)
        capacity = self._by_number.get(row.number)
        if capacity is not None:
            if meant not in (None, capacity.id):
                self._disagree(
                    f"{capacity.id}: number {row.number} is {english!r}, which is {meant} here"
                )
                return None
            return capacity
        capacity = self.directory.get(meant) if meant else None
        if capacity is None:
            self._disagree(f"number {row.number}: {english!r} is not in the directory")
        elif capacity.platform is not None or "platform" in self.facts.get(capacity.id, {}):
            self._disagree(f"{capacity.id}: {english!r} is also number {row.number}")
            return None
        else:
            self.facts.setdefault(capacity.id, {})["platform"] = row.number
            self.update.added.append(f"{capacity.id}: number {row.number}")
        return capacity

    def _item(self, row: PublishedCapacity, capacity: Capacity) -> None:
        if not row.wikidata or row.wikidata == capacity.wikidata:
            return
        owner = self._claimed.get(row.wikidata) or self.directory.resolve(row.wikidata)
        if capacity.wikidata:
            self._disagree(f"{capacity.id}: {row.wikidata} there, {capacity.wikidata} here")
        elif owner:
            self._disagree(f"{capacity.id}: {row.wikidata} there, which is {owner} here")
        else:
            self._claimed[row.wikidata] = capacity.id
            self.facts.setdefault(capacity.id, {})["wikidata"] = row.wikidata
            self.update.added.append(f"{capacity.id}: {row.wikidata}")

    def _name(self, capacity: Capacity, code: str, text: str) -> None:
        language = canonical(code)
        told = f"{capacity.id}: {text!r} ({code})"
        if not is_known(language):
            self._disagree(f"{told}: {code!r} is not a language code of MediaWiki")
            return
        if not name_key(text) or len(text) > 100:
            self._disagree(f"{told}: a name has letters, and at most 100 characters")
            return
        ours = capacity.names.get(language)
        reviewed = ours is not None and (language, ours) not in capacity.unreviewed
        owner = self.directory.resolve(text) or self._claimed.get(name_key(text))
        if owner not in (None, capacity.id):
            self._disagree(f"{told} there, which is {owner} here")
        elif reviewed and ours is not None:
            if owner is None:
                self._disagree(f"{told} there, {ours!r} here")
        else:
            self._claimed[name_key(text)] = capacity.id
            self.texts.setdefault((NAMES, language), {})[capacity.id] = text
            self.update.added.append(f"{told}" + (f" instead of {ours!r}" if ours else ""))

    def _disagree(self, line: str) -> None:
        self.update.contradictions.append(line)


def compare_directories(
    published: Iterable[PublishedCapacity], directory: Directory, folder: Path
) -> DirectoryUpdate:
    """Return what the published rows would add to the directory in ``folder``.

    A row is one of ours by its number, else by its English name. Added are numbers, items, names
    and descriptions that we lack, and names that nobody had reviewed here (ours stays an alias).
    """
    comparison = _Comparison(directory)
    for row in published:
        comparison.add(row)
    update = comparison.update
    ids = list(_order(folder))
    for (kind, language), texts in sorted(comparison.texts.items()):
        path = Path(kind) / f"{language}.json"
        update.files[path] = _with_texts(folder / path, texts, ids, described=kind == DESCRIPTIONS)
    if comparison.facts:
        update.files[Path("capacities.json")] = _with_facts(folder, comparison.facts)
    return update


def write_update(update: DirectoryUpdate, folder: Path) -> None:
    """Write an update's files into the directory's folder, for a person to review."""
    for path, text in update.files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _order(folder: Path) -> Iterable[str]:
    content = json.loads((folder / "capacities.json").read_text(encoding="utf-8"))
    return (entry["id"] for entry in content["capacities"])


def _with_texts(path: Path, texts: Mapping[str, str], ids: list[str], *, described: bool) -> str:
    file = LanguageFile(metadata=Metadata(), texts={})
    if path.exists():
        file = parse_language(path.read_text(encoding="utf-8"), path.name, described=described)
    merged = dict(file.texts)
    for id, text in texts.items():
        before = merged.get(id, [])
        known = [before] if isinstance(before, str) else before
        merged[id] = text if described else list(dict.fromkeys((text, *known)))
    reviewed = file.metadata.reviewed
    if reviewed is not True:
        reviewed = [id for id in ids if id in {*(reviewed or ()), *texts}]
    metadata = file.metadata.model_copy(update={"reviewed": reviewed})
    return dump_language(metadata, merged, ids)


def _with_facts(folder: Path, facts: Mapping[str, Mapping[str, Any]]) -> str:
    # Line by line, so that the change shows what changed and nothing else.
    lines = (folder / "capacities.json").read_text(encoding="utf-8").splitlines()
    for at, line in enumerate(lines):
        entry = line.strip().removesuffix(",")
        if entry.startswith('{"id": '):
            content = json.loads(entry)
            if content["id"] in facts:
                added = json.dumps({**content, **facts[content["id"]]}, ensure_ascii=False)
                lines[at] = line.replace(entry, added)
    return "\n".join(lines) + "\n"
