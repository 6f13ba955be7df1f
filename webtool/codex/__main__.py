"""Writes ``static/codex.css``, what the pages use of Codex: ``python -m webtool.codex``.

Codex comes as one style sheet of 208 kB for all its components, and two with the values of all its
design tokens; the pages use six of the components.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

SOURCE = Path(__file__).parent / "codex.style-bidi.css"
TOKENS = Path(__file__).parent / "theme-wikimedia-ui-root.css"
DARK_TOKENS = Path(__file__).parent / "theme-wikimedia-ui-mode-dark.css"
TARGET = Path(__file__).parents[1] / "static" / "codex.css"
"""What the pages link to; a test holds it to what ``cut_styles`` makes of the source."""

_DARK = "@media screen and (prefers-color-scheme:dark)"
_CLASS = re.compile(r"cdx-[a-z0-9_-]+")
_TOKEN = re.compile(r"(--[a-z0-9-]+)\s*:\s*([^;]+);")
_TOKEN_USE = re.compile(r"var\(\s*(--[a-z0-9-]+)")
_HEADING = (
    "/* Cut out of @wikimedia/codex and @wikimedia/codex-design-tokens 2.7.0 (GPL-2.0-or-later)"
    " by python -m webtool.codex. */\n"
)


def used_classes(root: Path) -> frozenset[str]:
    """Return every Codex class in templates, scripts and code.

    A name that ends in two hyphens is completed by a template: it stands for all that begin so.
    """
    files = [
        *root.rglob("templates/**/*.html"),
        *root.rglob("static/*.js"),
        *(path for path in root.rglob("*.py") if path.parent != SOURCE.parent),
    ]
    return frozenset(
        name for path in files for name in _CLASS.findall(path.read_text(encoding="utf-8"))
    )


def cut_styles(css: str, used: frozenset[str]) -> str:
    """Return a style sheet with only those rules whose every Codex class is used."""
    open_ended = tuple(name for name in used if name.endswith("--"))

    def is_used(name: str) -> bool:
        return name in used or name.startswith(open_ended)

    def is_kept(selector: str) -> bool:
        # In some languages the lamp of a notice would also take the place of a warning's sign.
        return "message__icon:lang(" not in selector and all(map(is_used, _CLASS.findall(selector)))

    kept = []
    for head, body in _blocks(css):
        if head.startswith(("@media", "@supports")):
            inner = cut_styles(body, used)
            if inner:
                kept.append(f"{head}{{{inner}}}")
        elif head.startswith("@"):
            kept.append(f"{head}{{{body}}}")
        else:
            selectors = list(filter(is_kept, _selectors(head)))
            if selectors and body:
                kept.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(_without_unused_keyframes(kept))


def _without_unused_keyframes(blocks: list[str]) -> Iterator[str]:
    rules = "".join(one for one in blocks if not one.startswith("@keyframes"))
    for block in blocks:
        if not block.startswith("@keyframes") or block.split("{")[0].split()[1] in rules:
            yield block


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield (selector or at-rule, what stands in its braces) of a style sheet without comments."""
    at = 0
    while (begin := css.find("{", at)) >= 0:
        depth, end, quote = 1, begin, ""
        while depth:
            end += 1
            letter = css[end]
            if quote:
                quote = "" if letter == quote else quote
            elif letter in "\"'":
                quote = letter
            elif letter in "{}":
                depth += 1 if letter == "{" else -1
        yield css[at:begin].strip(), css[begin + 1 : end]
        at = end + 1


def _selectors(head: str) -> Iterator[str]:
    """Yield the selectors of a list; commas in parentheses part nothing."""
    depth, begin = 0, 0
    for at, letter in enumerate(head):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            yield head[begin:at]
            begin = at + 1
    yield head[begin:]


def used_tokens(css: str, values: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return every token that styles use, also by way of the values of others: {"--color-base"}."""
    used, found = set[str](), set(_TOKEN_USE.findall(css))
    while found:
        used |= found
        found = {
            other for name, value in values if name in found for other in _TOKEN_USE.findall(value)
        } - used
    return frozenset(used)


def current_styles() -> str:
    """Return what the target must hold."""
    root = Path(__file__).parents[1]
    rules = cut_styles(_text(SOURCE), used_classes(root))
    ours = [path for path in sorted(root.rglob("static/**/*.css")) if path != TARGET]
    light, dark = (_TOKEN.findall(_text(path)) for path in (TOKENS, DARK_TOKENS))
    used = used_tokens(rules + "".join(map(_text, ours)), [*light, *dark])
    return f"{_HEADING}{_root(light, used)}{_DARK}{{{_root(dark, used)}}}{rules}\n"


def _root(tokens: list[tuple[str, str]], used: frozenset[str]) -> str:
    kept = ";".join(f"{name}:{value.strip()}" for name, value in tokens if name in used)
    return f":root{{{kept}}}"


def _text(path: Path) -> str:
    """Return a style sheet without comments."""
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)


if __name__ == "__main__":
    TARGET.write_text(current_styles(), encoding="utf-8")
