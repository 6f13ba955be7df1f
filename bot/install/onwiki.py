"""On-wiki pages: the files of ``templates/`` as they are to stand on one wiki.

In the files ``⧼profile⧽`` stands for what that page is called here (``[names]`` in the settings),
and ``⧼templatedata:profile⧽`` for the description that VisualEditor makes a form from.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from bot.install import templatedata, texts
from exchange.settings.shape import Names

TEMPLATES = Path(__file__).parents[2] / "templates"
CATEGORY = "Capacity Exchange profiles"

_MARK = re.compile(r"⧼([a-z_]+)(?::([a-z]+))?⧽")


@dataclass(frozen=True, slots=True)
class OnWiki:
    """One page. ``keep``: people edit it, so it is made once and never written over."""

    title: str
    text: str
    keep: bool = False
    model: str = ""
    summary: str = "Capacity Exchange: pages as of the current version"


def on_wiki_pages(*, names: Names, bot: str, folder: Path = TEMPLATES) -> tuple[OnWiki, ...]:
    """Every page of ours, in the order in which to write them, as MediaWiki will store them."""
    known = names.model_dump() | {"stop": names.stop_page(bot), "category": CATEGORY}
    base = names.profile
    pages = [
        OnWiki(_template(f"{base}/lang"), texts.language(base)),
        OnWiki(_template(f"{base}/dir"), texts.direction_(base)),
        OnWiki(_template(f"{base}/text"), texts.text(base)),
        OnWiki(_template(f"{base}/place"), texts.place(base)),
    ]
    listed = tomllib.loads((folder / "pages.toml").read_text("utf-8"))["page"]
    for entry in listed:
        text = (folder / entry["file"]).read_text("utf-8")
        pages.append(
            OnWiki(
                title=_title(entry["title"], known),
                text=_fill(text, known).strip(),
                keep=entry.get("keep", False),
                model=entry.get("model", ""),
            )
        )
    return tuple(pages)


def _title(pattern: str, known: dict[str, str]) -> str:
    title = _fill(pattern, known)
    return _template(title.removeprefix("Template:")) if pattern.startswith("Template:") else title


def _template(name: str) -> str:
    """A template's title; names that say their namespace themselves keep it."""
    return name if ":" in name else f"Template:{name}"


def _fill(text: str, known: dict[str, str]) -> str:
    def put(found: re.Match[str]) -> str:
        name, of = found[1], found[2]
        return templatedata.block(of) if name == "templatedata" and of else known[name]

    return _MARK.sub(put, text)
