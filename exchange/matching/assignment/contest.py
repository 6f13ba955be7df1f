"""Contest: who could get whom, and how many each may get or give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from exchange.matching.candidates.find import Candidates
from exchange.matching.columns import Ints, Words

SERVED = -1
"""The rank of who is helped already: one more suggestion for them serves nobody more."""


@dataclass(frozen=True, eq=False)
class Contest:
    """Candidates for wants, with the limits of the people.

    ``seeker`` is by want of the candidates, and rises. ``seats`` (by helper), ``most``, ``rank``
    (the higher, the earlier served) and ``tie`` (by seeker) are by person. The solvers return for
    each want the place of the chosen candidate in ``candidates.packed``, or -1.
    """

    candidates: Candidates
    seeker: Ints
    seats: Ints
    most: Ints
    rank: Ints
    tie: Words

    @cached_property
    def want_starts(self) -> Ints:
        """Where the wants of each seeker begin, and the end."""
        return np.append(np.flatnonzero(np.diff(self.seeker, prepend=-1)), len(self.seeker))

    @cached_property
    def seekers(self) -> Ints:
        """The seekers, once each."""
        return self.seeker[self.want_starts[:-1]]

    @cached_property
    def useful_seats(self) -> Ints:
        """Seats by helper, no more than there are candidates for them."""
        asked = np.bincount(self.candidates.helper, minlength=len(self.seats))
        return np.minimum(self.seats, asked)

    @cached_property
    def useful_most(self) -> Ints:
        """The most suggestions of each of ``seekers``, no more than they have wants."""
        return np.minimum(self.most[self.seekers], np.diff(self.want_starts))
