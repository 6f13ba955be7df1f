"""Compiled: inner loops through numba, which is only imported where a market is large.

Importing and compiling take longer than matching some hundred people, so small markets never
come here. What was compiled is kept on disk beside the module.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any


@cache
def compiled(function: Callable[..., Any], *, inner: bool = False) -> Callable[..., Any]:
    """Compile a function of arrays and numbers; it then also runs beside other threads.

    An ``inner`` one is called by other compiled ones, and makes no arrays. It need not count who
    holds the arrays that it is given: threads would wait for each other at every count.
    """
    import numba

    # numba looks only at the function's own file to tell whether what it kept is still right. The
    # loops call each other across files, so the name under which it keeps them tells of all.
    function.__qualname__ = f"{function.__name__}_{_sources()}"
    quick: Callable[..., Any] = numba.njit(
        cache=True, nogil=True, error_model="numpy", **({"_nrt": False} if inner else {})
    )(function)
    return quick


@cache
def _sources() -> str:
    """Give a short hash of all modules of this room."""
    hashed = blake2b(digest_size=6)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()
