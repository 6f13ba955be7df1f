"""Names and shape: what keeps the house readable, held by reading the code.

Who may import whom stands in pyproject.toml (``lint-imports``); how keys are written in
tests/unit/model/test_keys.py.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).parent.parent
PACKAGES = ("exchange", "bot", "webtool")

LONGEST_MODULE = 450
SHORTEST_MODULE = 60
MOST_SHORT_MODULES = 15
LONGEST_INIT = 100
MOST_PARAMETERS = 10
WORDS_PER_NAME = 1.8

TESTS_LOOK = {
    # What tests look at to see what was written; production reads the same rows otherwise.
    ("Runs", "outcomes"),
    ("Runs", "last"),
    ("Rounds", "circles"),
    ("Profiles", "states"),
    ("Accounts", "all"),
    ("Pages", "all"),
    ("Metrics", "on"),
}

CALLED_BY_NAME = {
    # Called by a library, by the name of a command or by a server.
    "UTCDateTime.process_bind_param",
    "UTCDateTime.process_result_value",
    "_InOrder.list_commands",
    "install_pages",
    "listen_for_answers",
    "notify_people",
    "publish_reports",
    "recover_history",
    "watch_changes",
    "warm_up",
    # By config/gunicorn.py; by bench/match.py, which makes the folders that Spark matches.
    "check_settings",
    "write_market",
}

NOT_CALLED_YET = {"exchange": 1, "bot": 0, "webtool": 0}
"""How many public functions nothing in production calls yet: may only fall, and ends at 0."""


@cache
def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def trees() -> dict[str, ast.Module]:
    return {name: ast.parse(path.read_text("utf-8")) for name, path in modules().items()}


def is_plain(path: Path) -> bool:
    return path.name not in ("__init__.py", "__main__.py")


def lines_of(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def imports_of(name: str) -> set[str]:
    """Every module of ours that a module imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(trees()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            deeper = {f"{node.module}.{alias.name}" for alias in node.names} & modules().keys()
            found |= deeper or {node.module}
    return (found & modules().keys()) - {name}


def test_a_class_name_means_one_thing() -> None:
    where = defaultdict(set)
    for name, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where[node.name].add(name)
    assert {name: places for name, places in where.items() if len(places) > 1} == {}


def test_a_module_is_neither_a_scrap_nor_a_scroll() -> None:
    plain = [path for path in modules().values() if is_plain(path)]
    limits = {path: path.relative_to(ROOT).as_posix() for path in plain}
    assert [
        f"{name}: {lines_of(path)} lines"
        for path, name in limits.items()
        if lines_of(path) > LONGEST_MODULE
    ] == []
    short = [name for path, name in limits.items() if lines_of(path) < SHORTEST_MODULE]
    assert len(short) <= MOST_SHORT_MODULES, short
    assert [
        path
        for path in modules().values()
        if path.name == "__init__.py" and lines_of(path) > LONGEST_INIT
    ] == []


def test_imports_are_absolute() -> None:
    assert [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ] == []


def test_no_imports_go_in_a_circle_not_even_inside_of_functions() -> None:
    plain = {name for name, path in modules().items() if is_plain(path)}
    try:
        TopologicalSorter({name: imports_of(name) & plain for name in plain}).prepare()
    except CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None


def functions(
    body: list[ast.stmt], owner: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from functions(node.body, f"{owner}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield owner, node


def test_a_function_has_few_parameters() -> None:
    many = {
        f"{name}.{owner}{node.name}"
        for name, tree in trees().items()
        for owner, node in functions(tree.body)
        if len((*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)) > MOST_PARAMETERS
    }
    assert many == set()


def test_a_public_function_says_of_what() -> None:
    words = [
        len([part for part in node.name.split("_") if part])
        for tree in trees().values()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
    ]
    assert mean(words) >= WORDS_PER_NAME


@cache
def templates() -> str:
    return "\n".join(
        path.read_text("utf-8")
        for path in sorted((ROOT / "webtool/templates").rglob("*"))
        if path.is_file()
    )


def test_production_calls_every_public_function_of_its_own() -> None:
    """By name alone: a function that only tests call is code that nobody needs."""
    used = Counter(re.findall(r"\w+", templates()))
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                used[node.id] += 1
            elif isinstance(node, ast.Attribute):
                used[node.attr] += 1
    plain = {
        "property",
        "cached_property",
        "classmethod",
        "staticmethod",
        "cache",
        "contextmanager",
    }
    idle = defaultdict(list)
    for name, tree in trees().items():
        for owner, node in functions(tree.body):
            framework = {ast.unparse(one).split("(")[0] for one in node.decorator_list} - plain
            called = framework or used[node.name] or f"{owner}{node.name}" in CALLED_BY_NAME
            if not node.name.startswith("_") and not called:
                idle[name.partition(".")[0]].append(f"{name}.{owner}{node.name}")
    for package, places in idle.items():
        assert len(places) <= NOT_CALLED_YET[package], places


def test_production_calls_every_method_of_the_store() -> None:
    """The repositories' methods have short names, so they are looked for behind their attribute."""
    text = "\n".join(path.read_text("utf-8") for path in modules().values()) + templates()
    store = (ROOT / "exchange/store/store.py").read_text("utf-8")
    attribute = {
        kind: name for name, kind in re.findall(r"^    (\w+): (\w+)$", store, re.MULTILINE)
    }
    called = set(re.findall(r"\b(?=(\w+\.\w+))", text))
    idle = set()
    for name, tree in trees().items():
        if not name.startswith("exchange.store."):
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name in attribute.keys() - {"Database"}:
                own = ast.unparse(node)
                idle |= {
                    (node.name, method.name)
                    for method in node.body
                    if isinstance(method, ast.FunctionDef)
                    and not method.name.startswith("_")
                    and f"{attribute[node.name]}.{method.name}" not in called
                    and not re.search(rf"self\.{method.name}\b", own)
                }
    assert idle == TESTS_LOOK


def test_unit_tests_need_no_server() -> None:
    server = re.compile(r"mark\.(wiki|mariadb|browser|spark)\b|tests\.support\.(wiki|mariadb)")
    assert [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "tests/unit").rglob("*.py"))
        if server.search(path.read_text("utf-8"))
    ] == []


def test_a_docstring_says_return_or_whether() -> None:
    own = re.compile(r"Give |Gives |(?:Tell|Say) (?:whether|how|which|why|for which)\b")
    assert [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and own.match(ast.get_docstring(node) or "")
        and name != "bot.__main__"  # what a command's help says
    ] == []
