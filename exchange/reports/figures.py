"""Figures: the few statistics that reports quote."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, sqrt

CONFIDENCE = 1.959963984540054
"""The normal quantile of a 95 % interval."""


def wilson(hits: int, n: int) -> tuple[float, float] | None:
    """The 95 % Wilson score interval of a share, as (low, high); None where n is 0.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    if n == 0:
        return None
    share, square = hits / n, CONFIDENCE**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = CONFIDENCE * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def gini(values: Iterable[int]) -> float | None:
    """The Gini coefficient: 0 where all carry the same, towards 1 where one carries all.

    None where there is nobody or nothing to carry.
    """
    ordered = sorted(values)
    total, n = sum(ordered), len(ordered)
    if total == 0:
        return None
    weighted = sum(rank * value for rank, value in enumerate(ordered, start=1))
    return 2 * weighted / (n * total) - (n + 1) / n


def quantile(values: Iterable[int], share: float) -> int | None:
    """The smallest value that at least this share of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None
