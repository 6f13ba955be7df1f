"""How many examples a test tries: all in ``make test``, some in ``make test-fast``.

Of random examples ``test-fast`` draws a quarter, of listed cases it leaves out the slow ones.
``HYPOTHESIS_PROFILE`` names the profile: ``same`` without it, ``fast`` in ``make test-fast``, and
``explore`` in ``make explore``, which looks for new examples. A test that takes fewer or more than
the usual hundred says ``@settings(max_examples=examples(60))``.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import settings

USUAL = 100
FEWEST = 3
"""However few a test draws: the first examples are the simplest ones."""


def load_profile() -> None:
    """Register the profiles and load the one that the environment names.

    A run judges the change before it, so it tries the same examples each time; those of ``fast``
    are the first of them. No deadline for one example: a busy machine is no failure.
    """
    settings.register_profile("same", derandomize=True, deadline=None, max_examples=USUAL)
    settings.register_profile("fast", settings.get_profile("same"), max_examples=USUAL // 4)
    settings.register_profile("explore", derandomize=False, deadline=None, max_examples=3 * USUAL)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def examples(usual: int) -> int:
    """Return how many examples a test draws that usually draws so many."""
    drawn = min(USUAL, settings().max_examples)
    return max(min(FEWEST, usual), usual * drawn // USUAL)


def slow(*values: Any) -> Any:
    """Return a case that ``make test-fast`` leaves out: the cases beside it show the same rule."""
    return pytest.param(*values, marks=pytest.mark.slow)
