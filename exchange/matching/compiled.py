"""Compiled: inner loops through numba, which is only imported where a market is large.

Importing and compiling take longer than matching some hundred people, so small markets never
come here. What was compiled is kept on disk beside the module.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays and numbers; it then also runs beside other threads."""
    import numba

    quick: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
    return quick
