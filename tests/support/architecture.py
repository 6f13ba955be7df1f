"""The table of docs/architecture.md, made from the code: what each package is for, what it imports.

``python -m tests.support.architecture`` writes it; a test compares.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- packages: made from the code by `make docs` -->", "<!-- end of packages -->"
APPLICATIONS = ("exchange", "bot", "webtool")


def module_paths() -> dict[str, Path]:
    """Return every module of ours by its dotted name, migrations left out."""
    found = {}
    for path in sorted(p for name in APPLICATIONS for p in (ROOT / name).rglob("*.py")):
        if "migrations" not in path.parts:
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def package_of(module: str, packages: set[str]) -> str:
    """Return the row that a module belongs to: its package, or itself where it stands alone."""
    while module not in packages and module.count(".") > 1:
        module = module.rpartition(".")[0]
    return module


def imports_of(path: Path, modules: dict[str, Path]) -> set[str]:
    """Return the modules of ours that a file imports, imports inside functions included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in modules}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                if deeper in modules:
                    found.add(deeper)
                elif node.module in modules:
                    found.add(node.module)
    return found


def purpose_of(path: Path) -> str:
    """Return the first sentence of a module's docstring, without its own name in front."""
    doc = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    first = " ".join(doc.split("\n\n")[0].split()).rstrip(".")
    name, colon, rest = first.partition(": ")
    if colon and " " not in name:
        first = rest[:1].upper() + rest[1:]
    return first.replace("|", "\\|")


def package_table() -> str:
    """Return the table as Markdown: package, what it is for, which other packages it imports."""
    modules = module_paths()
    packages = {
        name
        for name, path in modules.items()
        if name.count(".") == 1 and (path.name != "__main__.py")
    } | {"bot.__main__", "webtool"}
    uses: dict[str, set[str]] = defaultdict(set)
    for name, path in modules.items():
        here = package_of(name, packages)
        for other in imports_of(path, modules):
            there = package_of(other, packages)
            if there not in (here, "exchange"):
                uses[here].add(there)
    rows = ["| package | what it is for | imports |", "|---|---|---|"]
    for name in sorted(packages, key=_order_of):
        others = sorted(uses[name], key=_order_of)
        shown = ", ".join(_short_name(other, name) for other in others) or "nothing of ours"
        rows.append(
            f"| `{_written_path(name, modules[name])}` | {purpose_of(modules[name])} | {shown} |"
        )
    return "\n".join(rows)


def _order_of(name: str) -> tuple[int, str]:
    return APPLICATIONS.index(name.partition(".")[0]), name


def _short_name(other: str, here: str) -> str:
    top, _, rest = other.partition(".")
    return f"`{rest or top}`" if top == here.partition(".")[0] and rest else f"`{other}`"


def _written_path(name: str, path: Path) -> str:
    return name.replace(".", "/") + ("/" if path.name == "__init__.py" else "")


def page_with_table() -> str:
    """Return docs/architecture.md as it should be."""
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{package_table()}\n\n{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(), "utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}", file=sys.stderr)
