"""Blocks: "never this person", kept for good: also when one of the two is forgotten and comes back.

While both are known a block is a preference. When one of them is forgotten, the mark of their
erasure takes the place of their key: it names nobody, and whoever comes back is met by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import literal, or_, select, union_all

from exchange.model.keys import ProfileKey
from exchange.store.declined_cohorts import COHORT, what_was_declined
from exchange.store.erasure_marks import ErasureMark, ErasureMarks
from exchange.store.people import BLOCK
from exchange.store.schema import block_mark, introduction_refusal, preference
from exchange.store.store import Store

_NOT_BY = "not introduced by "


@dataclass(frozen=True, slots=True)
class Block:
    """That ``speaker`` never wants to meet ``about``: profile keys, or the mark of a forgotten one.

    ``name`` is what ``about`` was called when it was said, where that is known.
    """

    speaker: str
    about: str
    at: datetime
    via: str
    name: str = ""

    @property
    def is_forgotten(self) -> bool:
        """Whether it is about somebody who was forgotten since."""
        return ":" not in self.about


def add_block(
    store: Store,
    *,
    speaker: str,
    about: str,
    marks: ErasureMarks,
    at: datetime,
    via: str,
    name: str = "",
) -> None:
    """Never bring these two together again. Whoever was forgotten stays it: only the mark is kept.

    ``about`` is a profile key, or a mark as ``list_blocks`` gives it.
    """
    account = ProfileKey.parse(about).account if ":" in about else 0
    forgotten = marks.of([account] if account else []).get(account)
    if forgotten is None and ":" in about:
        store.preferences.block(speaker, about, at=at, via=via, name=name)
    else:
        mark = about if forgotten is None else forgotten.mark
        _save(store, [Block(speaker, mark, at, via)])


def list_blocks(store: Store, speaker: str) -> list[Block]:
    """Return everybody whom one profile never wants to meet, in the order in which they said so."""
    return read_wishes(store, speaker).blocks


class ReadWishes(NamedTuple):
    """What one profile asked: {name: value}, whom it never wants to meet, by whom it wants no
    introductions (keys, empty for anybody), and the cohorts that it declined (capacity, language).
    """

    values: dict[str, str]
    blocks: list[Block]
    refusals: list[str]
    declined: set[tuple[str, str]]


def read_wishes(store: Store, speaker: str, keys: Collection[str] = ()) -> ReadWishes:
    """Return what somebody asked; cohorts also as any of these ``keys``. One query."""
    columns = (preference.c.name, preference.c.at, preference.c.via, preference.c.value)
    cohorts = preference.c.name.startswith(COHORT, autoescape=True)
    clear = select(*columns).where(
        or_(preference.c.profile == speaker, preference.c.profile.in_(sorted(keys)) & cohorts)
    )
    hidden = select(
        literal(BLOCK) + block_mark.c.about, block_mark.c.at, block_mark.c.via, literal("yes")
    ).where(block_mark.c.speaker == speaker)
    refused = select(
        literal(_NOT_BY) + introduction_refusal.c.about,
        introduction_refusal.c.at,
        introduction_refusal.c.via,
        literal("yes"),
    ).where(introduction_refusal.c.speaker == speaker)
    wishes: dict[str, str] = {}
    blocks = []
    refusals = []
    declined = set()
    with store.database.reading() as connection:
        for name, at, via, value in connection.execute(union_all(clear, hidden, refused)):
            if name.startswith(BLOCK):
                called = "" if value == "yes" else value
                blocks.append(Block(speaker, name.removeprefix(BLOCK), at, via, called))
            elif name.startswith(COHORT):
                declined.add(what_was_declined(value))
            elif name.startswith(_NOT_BY):
                refusals.append(name.removeprefix(_NOT_BY))
            else:
                wishes[name] = value
    blocks.sort(key=lambda one: (one.at, one.about))
    return ReadWishes(dict(sorted(wishes.items())), blocks, sorted(refusals), declined)


def drop_block(store: Store, *, speaker: str, about: str) -> None:
    """Take a block back; ``about`` as ``list_blocks`` gives it."""
    store.preferences.drop(speaker, f"{BLOCK}{about}")
    query = block_mark.delete().where(block_mark.c.speaker == speaker, block_mark.c.about == about)
    with store.database.writing() as connection:
        connection.execute(query)


def read_blocks(store: Store, account: int) -> list[Block]:
    """Return the blocks that somebody said, or that were said about them, before they are forgotten."""
    key = str(ProfileKey.for_person(account))
    said = preference.c.name.startswith(BLOCK, autoescape=True)
    clear = select(preference).where(
        said, or_(preference.c.profile == key, preference.c.name == f"{BLOCK}{key}")
    )
    with store.database.reading() as connection:
        found = [
            Block(row.profile, row.name.removeprefix(BLOCK), row.at, row.via)
            for row in connection.execute(clear)
        ]
        return found + _hidden(store, [key])


def hide_blocks(store: Store, blocks: Iterable[Block], account: int, mark: ErasureMark) -> None:
    """Keep blocks with the mark of somebody in the place of their key."""
    key = str(ProfileKey.for_person(account))
    blocks = list(blocks)
    _drop(store, blocks)
    _save(store, [_renamed(one, {key: mark.mark}) for one in blocks])


def show_blocks(store: Store, account: int, marks: ErasureMarks) -> None:
    """Let the blocks of somebody who comes back hold again."""
    key = str(ProfileKey.for_person(account))
    digests = marks.digests_of(account)
    hidden = _hidden(store, digests)
    _drop(store, hidden)
    for one in (_renamed(each, dict.fromkeys(digests, key)) for each in hidden):
        if ":" in one.speaker and ":" in one.about:
            store.preferences.block(one.speaker, one.about, at=one.at, via=one.via)
        else:
            _save(store, [one])


def _renamed(one: Block, names: dict[str, str]) -> Block:
    return Block(
        names.get(one.speaker, one.speaker), names.get(one.about, one.about), one.at, one.via
    )


def _hidden(store: Store, keys: Iterable[str]) -> list[Block]:
    wanted = sorted(keys)
    query = select(block_mark).where(
        or_(block_mark.c.speaker.in_(wanted), block_mark.c.about.in_(wanted))
    )
    with store.database.reading() as connection:
        return [Block(*row) for row in connection.execute(query)]


def _drop(store: Store, blocks: Iterable[Block]) -> None:
    with store.database.writing() as connection:
        for one in blocks:
            connection.execute(
                block_mark.delete().where(
                    block_mark.c.speaker == one.speaker, block_mark.c.about == one.about
                )
            )


def _save(store: Store, blocks: Iterable[Block]) -> None:
    store.database.upsert(
        block_mark,
        [
            {"speaker": one.speaker, "about": one.about, "at": one.at, "via": one.via}
            for one in blocks
        ],
    )
