"""Tables: points as the weights have them, so that a score is a sum of look-ups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Ints
from exchange.matching.weights import Weights
from exchange.matching.zone import QUARTERS
from exchange.model import NATIVE, Priority, Profile, Want

LANGUAGE_SHARES = {2: 40, 3: 60, 4: 80, 5: 90, NATIVE: 100}
"""Per cent of the points for language by the lower of both levels."""


def capacity_points(steps: int, weights: Weights) -> int:
    """Points for an offer that is ``steps`` narrower than the want (negative: broader)."""
    points = weights.points.capacity
    share = weights.shares.narrower if steps > 0 else weights.shares.broader
    for _ in range(abs(steps)):
        points = points * share // 100
    return points


def fresh_points(profile: Profile, today: date, weights: Weights) -> int:
    """Points for a profile that was looked after lately; none where that is not known."""
    if profile.edited is None:
        return 0
    age = (today - profile.edited.date()).days
    full, none = weights.bounds.fresh_days, weights.bounds.stale_days
    return weights.points.freshness * min(max(none - age, 0), none - full) // (none - full)


def urgency_points(want: Want, today: date, weights: Weights) -> tuple[int, int]:
    """Points for a want's priority and for its near last day."""
    priority = {
        Priority.NORMAL: 0,
        Priority.HIGH: weights.points.priority // 2,
        Priority.URGENT: weights.points.priority,
    }[want.priority]
    near = want.until is not None and (want.until - today).days <= weights.bounds.deadline_days
    return priority, weights.points.deadline if near else 0


@dataclass(frozen=True, eq=False)
class Tables:
    """Points as tables, so that a score is a sum of look-ups.

    ``level[want, offer]``, ``language[lower level]``, ``time[quarters apart]``,
    ``projects[shared]`` (0 to 2, 2 for more). ``reciprocity`` is the most for it and ``fit`` the
    most that one direction can have in capacity, level and methods. Clocks up to ``near`` quarters
    of an hour apart have all points for time, and from ``far`` on none.
    """

    level: NDArray[np.int32]
    language: NDArray[np.int32]
    time: NDArray[np.int32]
    projects: NDArray[np.int32]
    methods: int
    region: int
    country: int
    reciprocity: int
    fit: int
    small_language: int
    near: int
    far: int

    @classmethod
    def of(cls, weights: Weights) -> Self:
        """Work the tables out from the weights."""
        points, shares, bounds = weights.points, weights.shares, weights.bounds
        level = np.zeros((5, 5), np.int32)
        for want in range(1, 5):
            level[want, want:] = points.level
            if want > 1:
                level[want, want - 1] = points.level * shares.one_level_below // 100
        language = np.zeros(NATIVE + 1, np.int32)
        for known, share in LANGUAGE_SHARES.items():
            language[known] = points.language * share // 100
        near, far = bounds.near_hours * 4, bounds.far_hours * 4
        apart = np.arange(QUARTERS // 2 + 1)
        time = points.time * np.clip(far - apart, 0, far - near) // (far - near)
        return cls(
            level=level,
            language=language,
            time=time.astype(np.int32),
            projects=np.array([0, points.projects // 2, points.projects], np.int32),
            methods=points.methods,
            region=points.region,
            country=points.country,
            reciprocity=points.reciprocity,
            fit=points.capacity + points.level + points.methods,
            small_language=points.small_language,
            near=near,
            far=far,
        )


def rarity_points(speakers: Ints, size: int, most: int) -> NDArray[np.int32]:
    """Points for sharing each language: the fewer speak it among ``size`` people, the more.

    In steps of doublings, so that one person more or less seldom changes anything.
    """
    whole = max(int(size).bit_length() - 1, 1)
    lengths = np.array([int(count).bit_length() for count in speakers], np.int64)
    steps = np.clip(int(size).bit_length() - np.maximum(lengths, 1), 0, whole)
    return np.asarray(most * steps // whole, np.int32)


def gains(tables: Tables, capacity: Ints) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Give the points for reciprocity as a table over the few fits that there are.

    ``kind[fit]`` numbers the fits, 0 for none; ``gain[kind[there], kind[back]]`` is the points.
    ``capacity`` are all points for capacity that occur.
    """
    near = np.unique(capacity).astype(np.int64)
    sums = near[:, None] + np.unique(tables.level)[None, :]
    fits = np.unique(np.concatenate([[0], sums.ravel(), sums.ravel() + tables.methods]))
    kind = np.zeros(int(fits.max()) + 1, np.int32)
    kind[fits] = np.arange(len(fits))
    both = np.maximum(fits[:, None] + fits[None, :], 1)
    gain = 2 * tables.reciprocity * fits[:, None] * fits[None, :] // (both * tables.fit)
    return kind, gain.astype(np.int32).ravel()
