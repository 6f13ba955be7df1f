"""Parameters: the parameters of one template, by field."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from exchange.fold import fold
from exchange.model import Problem
from exchange.template import fields
from exchange.template.fields import Field
from exchange.template.problems import Code, problem
from exchange.template.scan import Part, Transclusion
from exchange.template.value import Value, value_of

_TABLES: Mapping[str, Mapping[str, Field]] = {
    "profile": fields.PROFILE_BY_NAME,
    "request": fields.REQUEST_BY_NAME,
    "item": fields.ITEM_BY_NAME,
}


@dataclass(slots=True)
class Parameters:
    """The parameters of one template that have a value, by field, and what is wrong with them."""

    template: Transclusion
    parts: dict[str, tuple[Field, Part]]
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, template: Transclusion, kind: str) -> Parameters:
        """Sort a template's parameters; the last of a name counts, as in MediaWiki."""
        table = _TABLES[kind]
        found = cls(template, {})
        last: dict[str, Part] = {}
        for part in template.parts:
            key = fold(part.key)
            if key in last and (key in table or part.equals >= 0):
                found.add(Code.DUPLICATE_PARAMETER, part.key, last[key])
            last[key] = part
        for key, part in last.items():
            known = table.get(key)
            if not template.scan.visible(part.value, part.end).strip():
                continue
            if known is None:
                found._unknown(part, table)
            elif known.name not in found.parts:
                found.parts[known.name] = known, part
            else:
                found._twice(known, part)
        return found

    def add(self, code: Code, parameter: str, part: Part | None = None, hint: str = "") -> None:
        """Note a problem with what stands in a parameter."""
        part = part or self.parts[parameter][1]
        text = self.template.scan.text[part.value : part.end]
        self.problems.append(problem(code, parameter[:100], text, hint))

    def _unknown(self, part: Part, table: Mapping[str, Field]) -> None:
        if part.equals < 0:
            self.add(Code.UNNAMED_VALUE, "", part)
            return
        near = difflib.get_close_matches(fold(part.key[:50]), table, n=1, cutoff=0.75)
        self.add(Code.UNKNOWN_PARAMETER, part.key, part, table[near[0]].name if near else "")

    def _twice(self, known: Field, part: Part) -> None:
        """Of a name and its aliases, the first in the field's order counts."""
        other = self.parts[known.name][1]
        order = [fold(name) for name in known.names]
        if order.index(fold(part.key)) < order.index(fold(other.key)):
            self.parts[known.name] = known, part
            part, other = other, part
        self.add(Code.DUPLICATE_PARAMETER, part.key, part)

    def value(self, name: str, *, targets: bool = False) -> Value:
        """Give the value of a field as plain text."""
        part = self.parts[name][1]
        return value_of(self.template.scan, part.value, part.end, targets=targets)
