"""Arrays: small numpy helpers for lists of lists, and the tie-breaking hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]
Words = NDArray[np.uint64]

_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S33 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(33)


def starts_of(counts: Iterable[int] | Ints) -> NDArray[np.int64]:
    """Turn lengths into offsets: list ``i`` is ``values[starts[i]:starts[i + 1]]``."""
    lengths = np.asarray(counts if isinstance(counts, np.ndarray) else list(counts), np.int64)
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def spread(starts: Ints, which: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Flatten some of many lists: gives (position in ``which``, index into the values)."""
    which = np.asarray(which, np.int64)
    begin = np.asarray(starts)[which].astype(np.int64)
    counts = np.asarray(starts)[which + 1].astype(np.int64) - begin
    return stretch(begin, counts)


def stretch(begin: Ints, counts: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Flatten ranges: gives (number of the range, index inside the whole)."""
    owner = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    if not len(owner):
        return owner, owner
    place = np.repeat(begin - (np.cumsum(counts) - counts), counts)
    place += np.arange(len(place))
    return owner, place


def sort_rows(*columns: Ints) -> NDArray[np.int64]:
    """Return the rows in the order of the first column, then of the second, and so on.

    Equal rows keep their order. Does what ``np.lexsort`` does, which sorts once for each column:
    where a row and its number fit into one word, the words are sorted instead.
    """
    size = len(columns[0])
    lowest = [int(column.min(initial=0)) for column in columns]
    bits = [
        (int(column.max(initial=0)) - low).bit_length()
        for column, low in zip(columns, lowest, strict=True)
    ]
    row_bits = size.bit_length()
    if sum(bits) + row_bits > 63:
        return np.lexsort(columns[::-1])
    words = np.zeros(size, np.int64)
    for column, low, width in zip(columns, lowest, bits, strict=True):
        words <<= width
        words |= column - low if low else column
    words <<= row_bits
    words |= np.arange(size)
    words.sort()
    words &= (1 << row_bits) - 1
    return words


def turns(values: Ints) -> NDArray[np.int64]:
    """Count, where equal values stand together, how many of the same stand before each."""
    first = np.flatnonzero(np.diff(values, prepend=-1))
    counts = np.diff(np.append(first, len(values)))
    return np.arange(len(values)) - np.repeat(first, counts)


def seed_of(text: str) -> int:
    """Hash a text into 64 bits, the same on every machine and in every run."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def seeds_of(texts: Sequence[str]) -> Words:
    """Hash many texts; see ``seed_of``."""
    return np.fromiter((seed_of(text) for text in texts), np.uint64, len(texts))


def mix(value: Words) -> Words:
    """Scatter 64 bits (the finaliser of splitmix64): equal in, equal out, no order left."""
    value = (value ^ (value >> _S30)) * _M1
    value = (value ^ (value >> _S27)) * _M2
    return value ^ (value >> _S31)


def tie_of(seeker: Words, helper: Words, period: np.uint64) -> Words:
    """Return the number that decides between equal scores: by both people and the period.

    So nobody is first for ever, and the order of the input does not matter.
    """
    with np.errstate(over="ignore"):
        turned: Words = (helper << _S31) | (helper >> _S33)
        return mix(mix(seeker ^ period) ^ turned)
