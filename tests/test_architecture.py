"""The rules of docs/architecture.md: contracts of import-linter, and what they cannot say."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("exchange", "bot", "webtool")

# Package -> where it may be imported; a path covers what is in it.
ONLY_IN = {
    "pywikibot": ("bot/wiki/",),
    "flask": ("webtool/",),
    "flask_wtf": ("webtool/",),
    "werkzeug": ("webtool/",),
    "jinja2": ("webtool/",),
    "mwoauth": ("webtool/",),
    "spectree": ("webtool/",),
    "requests": ("bot/", "webtool/"),
    "pandas": ("exchange/reports/",),
    "pymysql": (),
    "MySQLdb": (),
    "pyspark": ("bot/cluster.py",),
    "pyarrow": ("exchange/matching/cluster.py",),
    "duckdb": (),
    "click": ("bot/__main__.py", "bot/cli/"),
    "rich": ("bot/cli/",),
    "sqlalchemy": ("exchange/store/", "exchange/settings/"),
    "alembic": ("exchange/store/",),
}


@cache
def _files() -> tuple[Path, ...]:
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(sorted(found))


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


@cache
def _imports(path: Path, *, at_import: bool = False) -> tuple[tuple[str, int], ...]:
    """Every module that a file imports, by its full name, and the line; ``from x import y`` gives
    ``x.y`` where that is a module. With ``at_import``, only what is imported when the file is."""
    return tuple(_walk(path, at_import=at_import))


def _walk(path: Path, *, at_import: bool) -> Iterator[tuple[str, int]]:
    for node in _nodes(_tree(path), at_import=at_import):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: imports are absolute"
            module = node.module or ""
            for alias in node.names:
                deeper = f"{module}.{alias.name}"
                yield (deeper if deeper in _modules() else module), node.lineno


def _nodes(tree: ast.AST, *, at_import: bool) -> Iterator[ast.AST]:
    waiting = [tree]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if at_import and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            yield child
            waiting.append(child)


@cache
def _modules() -> dict[str, Path]:
    return {_name(path): path for path in _files()}


def _within(path: Path, places: tuple[str, ...]) -> bool:
    return path.relative_to(ROOT).as_posix().startswith(places) if places else False


def _offences(found: Iterator[tuple[Path, int, str]]) -> str:
    return "\n".join(f"{path.relative_to(ROOT)}:{line}: {text}" for path, line, text in found)


def _every_import() -> Iterator[tuple[Path, str, int]]:
    return ((path, module, line) for path in _files() for module, line in _imports(path))


def test_the_contracts_of_import_linter_hold() -> None:
    """The layers in pyproject.toml; imports inside of functions and for types count."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_each_library_is_imported_only_in_its_room() -> None:
    assert not _offences(
        (path, line, f"{module} belongs in {' or '.join(ONLY_IN[top]) or 'no file of ours'}")
        for path, module, line in _every_import()
        if (top := module.partition(".")[0]) in ONLY_IN and not _within(path, ONLY_IN[top])
    )


def test_nothing_reads_the_environment_or_connects_when_it_is_imported() -> None:
    connecting = ("os.getenv", "requests.get", "requests.post", "socket.socket", "create_engine")

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in _files():
            for node in _nodes(_tree(path), at_import=True):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in connecting:
                    yield path, node.lineno, ast.unparse(node)
                if isinstance(node, ast.Attribute) and ast.unparse(node) == "os.environ":
                    yield path, node.lineno, "os.environ"

    assert not _offences(found())


def test_the_core_takes_the_time_and_chance_as_arguments() -> None:
    clocks = ("datetime.now", "datetime.utcnow", "date.today", "time.time")

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in _files():
            # The settings make the clock that everything else is given.
            if not _name(path).startswith("exchange.") or "settings" in path.parts:
                continue
            for node in ast.walk(_tree(path)):
                if isinstance(node, ast.Call):
                    called = ast.unparse(node.func)
                    if called in clocks:
                        yield path, node.lineno, f"{called}: take the time as an argument"
                    if called.startswith("random.") and called != "random.Random":
                        yield path, node.lineno, f"{called}: take a seed as an argument"

    assert not _offences(found())


def test_a_port_takes_keyword_arguments_only() -> None:
    tree = _tree(ROOT / "bot/wiki/port.py")
    (port,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Wiki"]
    for method in port.body:
        if isinstance(method, ast.FunctionDef):
            assert [argument.arg for argument in method.args.args] == ["self"], method.name


def test_every_import_is_of_ours_of_python_or_of_something_pinned() -> None:
    pinned = {"exchange", "bot", "webtool", *sys.stdlib_module_names}
    names = {
        "flask_wtf": "flask-wtf",
        "Stemmer": "pystemmer",
        "yaml": "pyyaml",
        "pyarrow": "",
        "pyspark": "",
        "wtforms": "wtforms",
    }
    text = (ROOT / "requirements.txt").read_text("utf-8").lower()
    for path in _files():
        for module, line in _imports(path):
            top = module.partition(".")[0]
            if top in pinned or top == "config":
                continue
            wanted = names.get(top, top.lower().replace("_", "-"))
            assert not wanted or f"\n{wanted}==" in f"\n{text}", f"{path}:{line}: {module}"
