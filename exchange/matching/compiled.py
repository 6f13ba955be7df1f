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
def compiled(function: Callable[..., Any], *, allocates: bool = False) -> Callable[..., Any]:
    """Return a function of arrays and numbers as machine code, which runs beside other threads.

    Only one that ``allocates`` arrays counts who holds which: threads would wait for each other
    at every count, and a search would take two to three times as long.
    """
    import numba

    # numba compares only the function's own file with what it kept. The loops call each other
    # across files, so the name under which it keeps them tells of all.
    function.__qualname__ = f"{function.__name__}_{_hash_of_sources()}"
    machine_code: Callable[..., Any] = numba.njit(
        cache=True,
        nogil=True,
        forceinline=True,
        error_model="numpy",
        **({} if allocates else {"_nrt": False}),
    )(function)
    return machine_code


@cache
def _hash_of_sources() -> str:
    """Return a short hash of all modules of matching."""
    digest = blake2b(digest_size=6)
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
