"""Folder: ``match`` over a folder of Parquet files, told as a table or as JSON."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bot.commands import summary
from bot.spark import match_folder
from exchange.errors import SettingsError
from exchange.matching import period_of

USAGE = 2


def tell_folder(
    engine: str, input: Path, output: Path, *, dry_run: bool = False, as_json: bool = False
) -> int:
    """Match ``input`` into ``output`` and give the exit status.

    The period is today's. ``dry_run`` has nothing to spare here: a folder is all that is written.
    """
    if dry_run:
        Console(stderr=True).print("a folder has no dry run; choose another --output")
        return USAGE
    begun = time.monotonic()
    try:
        done = match_folder(
            engine=engine, input=input, output=output, period=period_of(datetime.now(UTC).date())
        )
    except SettingsError as error:
        for problem in error.problems:
            Console(stderr=True).print(problem, markup=False, style="red")
        return USAGE
    counts = asdict(done) | {"seconds": round(time.monotonic() - begun, 3)}
    if as_json:
        print(json.dumps({"command": "match", "status": 0, **counts}, sort_keys=True))
    else:
        summary.tell(Console(), {"match": counts})
    return 0
