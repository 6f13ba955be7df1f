"""Rehearsal: what a run would write, as files, with the outcome that each candidate would have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from bot.notify.send import Draft
from exchange.model import Held, Outcome
from exchange.store.notices import describe

INDEX = "outcomes.json"


def write_rehearsal(
    folder: Path, drafts: Mapping[str, Draft], outcomes: Mapping[str, Outcome]
) -> None:
    """Write every page as it would stand, and an index of all outcomes; old files go first."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.wikitext"), folder / INDEX):
        old.unlink(missing_ok=True)
    index: list[dict[str, str]] = []
    for candidate, outcome in sorted(outcomes.items()):
        state, reason, detail, page, _ = describe(outcome)
        entry = {"candidate": candidate, "outcome": state.value, "reason": reason}
        entry |= {"detail": detail} if detail else {}
        draft = drafts.get(candidate)
        if draft is not None and isinstance(outcome, Held):
            name = f"{_file_name(draft.edit.title)}.{len(index)}.wikitext"
            (folder / name).write_text(draft.edit.text + "\n", encoding="utf-8")
            entry |= {"page": draft.edit.title, "summary": draft.edit.summary, "file": name}
        elif page:
            entry["page"] = page
        index.append(entry)
    text = json.dumps(index, ensure_ascii=False, indent=1)
    (folder / INDEX).write_text(text + "\n", encoding="utf-8")


def _file_name(title: str) -> str:
    return re.sub(r"[^\w.-]+", "_", title)[:80]
