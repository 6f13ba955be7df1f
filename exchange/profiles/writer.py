"""Write: change a page's profile and nothing else, or write a new one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from exchange.model import NATIVE, Language, Level, Offer, Priority, Want, is_unlisted
from exchange.profiles.document import ProfileTemplate, RequestTemplate
from exchange.profiles.fields import (
    BY_NAME,
    PROFILE,
    Field,
    Type,
    find_field,
    whole_parameters,
)
from exchange.profiles.item_words import are_details, may_be_several
from exchange.profiles.names import TemplateNames
from exchange.profiles.whereabouts import is_plain_place, write_days
from exchange.text import LIST_SIGN, SEPARATORS, fold
from exchange.wikitext.markup import live_transclusions
from exchange.wikitext.preprocessor import Parameter, ParsedPage, Transclusion, parse_page

# --- values -> wikitext that reads back as the same ---

_ENTITY = re.compile(r"&(?=#?\w+;)")
_MARKUP = re.compile(r"[{}\[\]|<>\x02]|'(?=')|(?<=')'|~(?=~)|_(?=_)|^=|(?<=\n)[=*#:;]|(?<=\n) ")
_SPLITS = re.compile(
    f"[{re.escape(SEPARATORS)}·()（）—―]|(?:^|\\s)[-–]{{1,2}}(?:\\s|$)|^[*#:=!-]|[:\uff1a]\\s*$|^{LIST_SIGN}"
)


def escape_value(text: str) -> str:
    """Write text so that MediaWiki, and our own reading, take every character as itself."""
    text = _ENTITY.sub("&amp;", text)
    return _MARKUP.sub(lambda match: _entity(match.group()), text)


def _entity(char: str) -> str:
    return f"&#{ord(char)};"


def _render_entry(text: str) -> str:
    """Write one entry of a simple list, with nothing in it that separates."""
    separators = re.compile(f"[{re.escape(SEPARATORS)}·]|^[*#:-]")
    pieces = []
    at = 0
    for match in separators.finditer(text):
        pieces += [escape_value(text[at : match.start()]), _entity(match.group())]
        at = match.end()
    return "".join([*pieces, escape_value(text[at:])])


def to_parameters(profile: ProfileTemplate, *, names: TemplateNames) -> dict[str, str]:
    """Write the explicit values of a profile as wikitext: {parameter: value}, in order."""
    written = {}
    for field in PROFILE:
        if field.attribute in profile.given:
            written[field.name] = _render_value(field, getattr(profile, field.attribute), names)
    return written


def request_parameters(request: RequestTemplate, *, names: TemplateNames) -> dict[str, str]:
    """Write what a request says as wikitext: {parameter: value}, in order."""
    written = {"want": "\n".join(f"* {render_item(each, names=names)}" for each in request.wants)}
    if request.contacts:
        written["contact"] = ", ".join(map(_render_user, request.contacts))
    return written


def _render_value(field: Field, value: Any, names: TemplateNames) -> str:
    match field.type:
        case Type.ITEMS:
            return "\n".join(f"* {render_item(each, names=names)}" for each in value)
        case Type.USERS:
            return ", ".join(_render_user(each) for each in value)
        case Type.LANGUAGES:
            return ", ".join(_render_language(each) for each in value)
        case Type.TEXTS:
            return ", ".join(_render_entry(each) for each in value)
        case Type.METHODS:
            return ", ".join(_term(each) for each in value)
        case Type.KIND:
            return _term(value)
        case Type.HOURS:
            return f"{value:g} h/week"
        case Type.DATE:
            return value.isoformat() if isinstance(value, date) else ""
    return escape_value(str(value))


def _term(value: str) -> str:
    return str(value).replace("-", " ")


def _render_user(name: str) -> str:
    if re.search(f"[{re.escape(SEPARATORS)}·]", name):
        return f"[[User:{escape_value(name)}]]"
    return f"User:{escape_value(name)}"


def _render_language(language: Language) -> str:
    return f"{language.code}-{'N' if language.level == NATIVE else language.level}"


def render_item(each: Offer | Want, *, names: TemplateNames) -> str:
    """Write one offer or want: in words where that reads back, else as a nested template."""
    text = each.text or each.capacity
    details = _details(each)
    # Where the directory does not know the name, a dash after it could be parameter of another name.
    loose = is_unlisted(each.capacity) and (each.note or details or may_be_several(text))
    thing = bool(each.place or each.since or (isinstance(each, Offer) and each.until))
    typed = are_details(each.note, wanted=isinstance(each, Want), thing=thing)
    typed = typed or bool(each.place and not is_plain_place(each.place))
    # A note of signs alone could join two names.
    signs = bool(each.note) and not any(letter.isalnum() for letter in each.note)
    if loose or typed or signs or _SPLITS.search(text) or text.isspace():
        return _render_nested(each, text, names)
    written = escape_value(text)
    if details:
        written += f" ({details})"
    if each.note:
        written += f" – {escape_value(each.note)}"
    return written


def _details(each: Offer | Want) -> str:
    groups = [", ".join(_term(method) for method in each.methods)]
    if each.level is not None:
        groups.append(_lower(each.level))
    if isinstance(each, Want) and each.priority is not Priority.NORMAL:
        groups.append(_lower(each.priority))
    groups += [f"in {each.place}" if each.place else "", write_days(each.since, each.until)]
    return "; ".join(filter(None, groups))


def _lower(value: Level | Priority) -> str:
    return value.name.lower()


def _render_nested(each: Offer | Want, text: str, names: TemplateNames) -> str:
    """Write an item as ``{{Capacity|…}}``."""
    name = escape_value(text)
    parameters: list[tuple[str, str]] = [("1" if "=" in name else "", name)]
    parameters.append(("methods", ", ".join(_term(method) for method in each.methods)))
    parameters.append(("level", _lower(each.level) if each.level is not None else ""))
    if isinstance(each, Want):
        urgent = each.priority is not Priority.NORMAL
        parameters.append(("priority", _lower(each.priority) if urgent else ""))
    days = write_days(each.since, each.until)
    parameters.append(("until", days if each.since else days.removeprefix("until ")))
    parameters += [("place", escape_value(each.place)), ("note", escape_value(each.note))]
    return _render_template(names.item_title, parameters)


def _render_template(title: str, parameters: Iterable[tuple[str, str]]) -> str:
    filled = (f"{name}={value}" if name else value for name, value in parameters if value)
    return "{{" + "|".join([title, *filled]) + "}}"


# --- changing a page ---

_LIST = ("*", "#", ":", ";")
TemplateKind = Literal["profile", "request", "programme"]


def edit_profile(
    text: str,
    changes: Mapping[str, str | None],
    *,
    names: TemplateNames,
    which: int = 0,
    kind: TemplateKind = "profile",
) -> str:
    """Return the page's text with only these parameters of its profile (or request) changed.

    ``changes`` maps a parameter's name (as in ``fields.PROFILE``) to its new value in wikitext
    (``formats`` writes values), or to None to take it out. Every other byte of the page stays.
    ``which`` counts the templates of this kind on the page. Raises ``LookupError`` where there is
    none, and ``ValueError`` where a value would break out of its parameter.
    """
    wanted = {_field(name, kind): value for name, value in changes.items()}
    if not wanted:
        return text
    for field in dict.fromkeys(BY_NAME[kind].values()):
        if field in wanted:
            text = _change(text, field, wanted[field], names, which, kind)
    return text


def written_value(
    text: str, name: str, *, names: TemplateNames, which: int = 0, kind: TemplateKind = "profile"
) -> str | None:
    """Return a parameter's value as it is written, or None where there is none or several."""
    found = find_templates(parse_page(text), names, kind)[which]
    field = _field(name, kind)
    mine = [each for each in whole_parameters(found) if _is(each, field, kind)]
    if len(mine) != 1:
        return None
    start, end = _core(found.page, mine[0].value, mine[0].end)
    return text[start:end]


def row_renderer(
    name: str, names: TemplateNames, *, apart: bool = False
) -> Callable[[Any], str] | None:
    """Return what writes one row of a list, or None where a parameter is no list.

    ``apart`` writes an item so that it takes nothing of what follows on its line for its note.
    """
    match _field(name, "profile").type:
        case Type.ITEMS if apart:
            return lambda each: _render_nested(each, each.text or each.capacity, names)
        case Type.ITEMS:
            return lambda each: render_item(each, names=names)
        case Type.LANGUAGES:
            return _render_language
        case Type.TEXTS:
            return _render_entry
        case Type.USERS:
            return _render_user
        case Type.METHODS:
            return _term
    return None


def find_templates(
    found: ParsedPage, names: TemplateNames, kind: TemplateKind
) -> list[Transclusion]:
    """Return the templates of one kind on a page, in order."""
    titles: frozenset[str] = getattr(names, kind)
    return [each for each in live_transclusions(found) if names.title(each.title) in titles]


def remove_templates(text: str, *, names: TemplateNames, keep: Callable[[str], bool]) -> str:
    """Return the page's text without our profiles and requests, but for those to ``keep``.

    ``keep`` is asked with the wikitext of each. A line that only one of them stood on goes with it;
    every other byte of the page stays.
    """
    ours = names.profile | names.request
    pieces: list[str] = []
    at = 0
    for each in live_transclusions(parse_page(text)):
        if each.start < at or names.title(each.title) not in ours or keep(each.raw):
            continue
        before, end = text[at : each.start], each.end
        line = text.find("\n", end)
        rest = text[end : line if line >= 0 else len(text)]
        if not rest.strip(" \t") and (each.start == 0 or text[each.start - 1] == "\n"):
            end = line + 1 if line >= 0 else len(text)
            above = text[: each.start]
            if (not above or above.endswith("\n\n")) and text[end : end + 1] == "\n":
                end += 1  # An empty line above and one below become one.
        pieces.append(before)
        at = end
    return "".join([*pieces, text[at:]])


def render_profile(profile: ProfileTemplate, *, names: TemplateNames) -> str:
    """Write a profile as a new template, one parameter a line: only what is explicit."""
    rows = ["{{" + names.profile_title]
    for name, value in to_parameters(profile, names=names).items():
        rows.append(f"| {name} ={_gap(value)}{value}")
    return "\n".join([*rows, "}}"])


def _gap(value: str) -> str:
    """What stands between the equals sign and a value: a list begins on a line of its own."""
    return "\n" if value.startswith(_LIST) else " "


def _field(name: str, kind: TemplateKind) -> Field:
    field = find_field(fold(name), BY_NAME[kind])
    if field is None:
        raise LookupError(f"there is no parameter {name!r} in the {kind}")
    return field


def _change(
    text: str,
    field: Field,
    value: str | None,
    names: TemplateNames,
    which: int,
    kind: TemplateKind,
) -> str:
    before = find_templates(parse_page(text), names, kind)
    if which >= len(before):
        raise LookupError(f"there is no {kind} number {which + 1} on the page")
    profile = before[which]
    parameters = whole_parameters(profile)
    mine = [at for at, parameter in enumerate(parameters) if _is(parameter, field, kind)]
    keep = _effective(parameters, mine, field) if value is not None else -1
    splices = [(parameters[at].start - 1, parameters[at].end, "") for at in mine if at != keep]
    if value is not None and keep >= 0:
        splices.append(_replacement(profile, parameters[keep], value))
    elif value is not None:
        splices.append(_insertion(profile, parameters, field, value, kind))
    changed = text
    for start, end, new in sorted(splices, reverse=True):
        changed = changed[:start] + new + changed[end:]
    now = find_templates(parse_page(changed), names, kind)
    _check(now[which] if which < len(now) else None, field, value, profile, kind)
    return changed


def _is(parameter: Parameter, field: Field, kind: TemplateKind) -> bool:
    return parameter.equals >= 0 and find_field(fold(parameter.key), BY_NAME[kind]) is field


def _effective(parameters: Sequence[Parameter], mine: list[int], field: Field) -> int:
    """Which of a field's parameters to keep: the last of its own name, else the last of an alias."""
    own = [at for at in mine if fold(parameters[at].key) == fold(field.name)]
    return own[-1] if own else mine[-1] if mine else -1


def _replacement(profile: Transclusion, parameter: Parameter, value: str) -> tuple[int, int, str]:
    """Where the value of a parameter stands, without the spaces and comments around it."""
    start, end = _core(profile.page, parameter.value, parameter.end)
    text = profile.page.text
    if start == end:
        # An empty value: put the new one on the line where the name is.
        line = text.find("\n", parameter.value, parameter.end)
        start = end = line if line >= 0 else parameter.end
        gap = "" if text[parameter.value : start].endswith((" ", "\t")) else " "
        if text[parameter.value : start].strip(" \t"):
            gap = " "
    else:
        gap = ""
    if value.startswith(_LIST) and "\n" not in text[parameter.value : start]:
        gap = "\n"
        if not text[parameter.value : start].strip(" \t"):
            start = parameter.value
    elif value and text[parameter.value : start].endswith("\n") and start == end:
        gap = ""
    return start, end, (gap + value if value else "")


def _core(found: ParsedPage, start: int, end: int) -> tuple[int, int]:
    """Take spaces and comments from both ends of a stretch; give what is left of it."""
    comments = [each for each in found.opaque_spans(start, end) if each.tag == ""]
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
    profile: Transclusion,
    parameters: Sequence[Parameter],
    field: Field,
    value: str,
    kind: TemplateKind,
) -> tuple[int, int, str]:
    """Where a new parameter goes, and how it looks: like its neighbours."""
    order = {each.name: at for at, each in enumerate(dict.fromkeys(BY_NAME[kind].values()))}
    text = profile.page.text
    at, model = profile.title_end, None
    for parameter in parameters:
        known = find_field(fold(parameter.key), BY_NAME[kind]) if parameter.equals >= 0 else None
        if known and order[known.name] < order[field.name]:
            at, model = parameter.end, parameter
    model = model or next((parameter for parameter in parameters if parameter.equals >= 0), None)
    indent = next(
        (found for parameter in parameters if (found := _indent(text, parameter)) is not None), None
    )
    if not parameters:
        indent = ""
    name, after_pipe, around = field.name, " ", " "
    if model:
        written = text[model.start : model.equals]
        after_pipe = " " if written[:1].isspace() else ""
        around = " " if written[-1:].isspace() else ""
        columns = {
            parameter.equals - parameter.start for parameter in parameters if parameter.equals >= 0
        }
        if len(columns) == 1 and len(parameters) > 1:
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


def _indent(text: str, parameter: Parameter) -> str | None:
    """Return the spaces before a parameter's pipe, or None where it does not begin its line."""
    line = text.rfind("\n", 0, parameter.start) + 1
    before = text[line : parameter.start - 1]
    return before if line and not before.strip(" \t") else None


def _check(
    now: Transclusion | None, field: Field, value: str | None, old: Transclusion, kind: TemplateKind
) -> None:
    """See that the parameter has its new value as it is read back, and every other is as before."""
    said = None if now is None else _values_as_written(now, field, kind)
    before = _values_as_written(old, field, kind)
    new = [] if value is None else [value.strip()]
    if said is None or said[False] != before[False] or said[True] != new:
        raise ValueError(f"{field.name}: this value would change more than its parameter")


def _values_as_written(
    profile: Transclusion, field: Field, kind: TemplateKind
) -> dict[bool, list[str]]:
    """What each parameter says as written: {whether it is this field's: texts in order}."""
    found: dict[bool, list[str]] = {True: [], False: []}
    text = profile.page.text
    for parameter in whole_parameters(profile):
        if _is(parameter, field, kind):
            start, end = _core(profile.page, parameter.value, parameter.end)
            found[True].append(text[start:end])
        else:
            found[False].append(text[parameter.start : parameter.end].strip())
    return found
