"""Write: change a page's profile and nothing else, or write a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exchange.fold import fold
from exchange.template.declaration import Declaration
from exchange.template.fields import PROFILE, PROFILE_BY_NAME, Field
from exchange.template.markup import formats
from exchange.template.names import Names
from exchange.template.scan import Part, Scan, Transclusion, scan

__all__ = ["edit", "formats", "render"]

_LIST = ("*", "#", ":", ";")


def edit(text: str, changes: Mapping[str, str | None], *, names: Names, which: int = 0) -> str:
    """Give the page's text with only these parameters of its profile changed.

    ``changes`` maps a parameter's name (as in ``fields.PROFILE``) to its new value in wikitext
    (``formats`` writes values), or to None to take it out. Every other byte of the page stays.
    ``which`` counts the profiles on the page. Raises ``LookupError`` where there is none, and
    ``ValueError`` where a value would break out of its parameter.
    """
    wanted = {_field(name): value for name, value in changes.items()}
    if not wanted:
        return text
    for field in PROFILE:
        if field in wanted:
            text = _change(text, field, wanted[field], names, which)
    return text


def profiles_on(found: Scan, names: Names) -> list[Transclusion]:
    """Give the profile templates on a page, in order."""
    return [each for each in found.transclusions if names.title(each.title) in names.profile]


def render(declaration: Declaration, *, names: Names) -> str:
    """Write a declaration as a new template, one parameter a line: only what is explicit."""
    rows = ["{{" + names.profile_title]
    for name, value in formats(declaration, names=names).items():
        rows.append(f"| {name} ={_gap(value)}{value}")
    return "\n".join([*rows, "}}"])


def _gap(value: str) -> str:
    """What stands between the equals sign and a value: a list begins on a line of its own."""
    return "\n" if value.startswith(_LIST) else " "


def _field(name: str) -> Field:
    field = PROFILE_BY_NAME.get(fold(name))
    if field is None:
        raise LookupError(f"there is no parameter {name!r} in the profile")
    return field


def _change(text: str, field: Field, value: str | None, names: Names, which: int) -> str:
    before = profiles_on(scan(text), names)
    if which >= len(before):
        raise LookupError(f"there is no profile number {which + 1} on the page")
    profile = before[which]
    parts = profile.parts
    mine = [at for at, part in enumerate(parts) if _is(part, field)]
    keep = _effective(parts, mine, field) if value is not None else -1
    splices = [(parts[at].start - 1, parts[at].end, "") for at in mine if at != keep]
    if value is not None and keep >= 0:
        splices.append(_replacement(profile, parts[keep], value))
    elif value is not None:
        splices.append(_insertion(profile, parts, field, value))
    changed = text
    for start, end, new in sorted(splices, reverse=True):
        changed = changed[:start] + new + changed[end:]
    _check(changed, field, value, profile, names, which)
    return changed


def _is(part: Part, field: Field) -> bool:
    return part.equals >= 0 and PROFILE_BY_NAME.get(fold(part.key)) is field


def _effective(parts: Sequence[Part], mine: list[int], field: Field) -> int:
    """Which of a field's parts to keep: the last of its own name, else the last of an alias."""
    own = [at for at in mine if fold(parts[at].key) == fold(field.name)]
    return own[-1] if own else mine[-1] if mine else -1


def _replacement(profile: Transclusion, part: Part, value: str) -> tuple[int, int, str]:
    """Where the value of a part stands, without the spaces and comments around it."""
    start, end = _core(profile.scan, part.value, part.end)
    text = profile.scan.text
    if start == end:
        # An empty value: put the new one on the line where the name is.
        line = text.find("\n", part.value, part.end)
        start = end = line if line >= 0 else part.end
        gap = "" if text[part.value : start].endswith((" ", "\t")) else " "
        if text[part.value : start].strip(" \t"):
            gap = " "
    else:
        gap = ""
    if value.startswith(_LIST) and "\n" not in text[part.value : start]:
        gap = "\n"
        if not text[part.value : start].strip(" \t"):
            start = part.value
    elif value and text[part.value : start].endswith("\n") and start == end:
        gap = ""
    return start, end, (gap + value if value else "")


def _core(found: Scan, start: int, end: int) -> tuple[int, int]:
    """Take spaces and comments from both ends of a stretch; give what is left of it."""
    comments = [each for each in found.concealed(start, end) if each.tag == ""]
    first, last = start, end
    moved = True
    while moved:
        moved = False
        while first < last and found.text[first].isspace():
            first += 1
        if comments and comments[0].start <= first < comments[0].end:
            first, moved = comments.pop(0).end, True
    moved = True
    while moved and first < last:
        moved = False
        while first < last and found.text[last - 1].isspace():
            last -= 1
        if comments and comments[-1].start < last <= comments[-1].end:
            last, moved = comments.pop().start, True
    return (first, last) if first < last else (start, start)


def _insertion(
    profile: Transclusion, parts: Sequence[Part], field: Field, value: str
) -> tuple[int, int, str]:
    """Where a new parameter goes, and how it looks: like its neighbours."""
    order = {each.name: at for at, each in enumerate(PROFILE)}
    text = profile.scan.text
    at, model = profile.title_end, None
    for part in parts:
        known = PROFILE_BY_NAME.get(fold(part.key)) if part.equals >= 0 else None
        if known and order[known.name] < order[field.name]:
            at, model = part.end, part
    model = model or next((part for part in parts if part.equals >= 0), None)
    indent = next((found for part in parts if (found := _indent(text, part)) is not None), None)
    if not parts:
        indent = ""
    name, after_pipe, around = field.name, " ", " "
    if model:
        written = text[model.start : model.equals]
        after_pipe = " " if written[:1].isspace() else ""
        around = " " if written[-1:].isspace() else ""
        columns = {part.equals - part.start for part in parts if part.equals >= 0}
        if len(columns) == 1 and len(parts) > 1:
            name = name.ljust(columns.pop() - len(after_pipe) - len(around))
    elif indent is None:
        after_pipe = around = ""
    gap = "\n" if value.startswith(_LIST) else around
    new = f"|{after_pipe}{name}{around}={gap}{value}"
    if indent is not None:
        # On a line of its own, before the line of what comes next.
        while text[at - 1] in " \t":
            at -= 1
        new = indent + new
        new = new + "\n" if text[at - 1] == "\n" else "\n" + new
        if text[at : profile.end - 2].strip(" \t") == "" and not new.endswith("\n"):
            new += "\n"
    return at, at, new


def _indent(text: str, part: Part) -> str | None:
    """Give the spaces before a part's pipe, or None where it does not begin its line."""
    line = text.rfind("\n", 0, part.start) + 1
    before = text[line : part.start - 1]
    return before if line and not before.strip(" \t") else None


def _check(
    text: str, field: Field, value: str | None, old: Transclusion, names: Names, which: int
) -> None:
    """Read the page back: the parameter has its new value, and every other is as before."""
    now = profiles_on(scan(text), names)
    said = {True: [], False: []} if which >= len(now) else _said(now[which], field)
    before = _said(old, field)
    new = [] if value is None else [value.strip()]
    if said[False] != before[False] or said[True] != new or which >= len(now):
        raise ValueError(f"{field.name}: this value would change more than its parameter")


def _said(profile: Transclusion, field: Field) -> dict[bool, list[str]]:
    """What each parameter says as written: {whether it is this field's: texts in order}."""
    found: dict[bool, list[str]] = {True: [], False: []}
    text = profile.scan.text
    for part in profile.parts:
        if _is(part, field):
            start, end = _core(profile.scan, part.value, part.end)
            found[True].append(text[start:end])
        else:
            found[False].append(text[part.start : part.end].strip())
    return found
