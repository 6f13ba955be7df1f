"""Applying: a user name put among those who apply to a programme on a page, or taken out again.

Nothing else on the page changes: whatever people wrote beside the names stays, and so do their lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exchange.profiles.document import PageReading, ProgrammeTemplate
from exchange.profiles.names import TemplateNames
from exchange.profiles.programme_values import ApplicantLine
from exchange.profiles.writer import edit_profile, escape_value, written_value


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """The programme on a page's text. ``read`` reads a text as it would be read on that page."""

    text: str
    programme: ProgrammeTemplate
    names: TemplateNames
    read: Callable[[str], PageReading]

    @classmethod
    def find(
        cls, text: str, *, names: TemplateNames, read: Callable[[str], PageReading]
    ) -> ProgrammePage | None:
        """Return the programme of a page's text, or None where there is none."""
        found = read(text).programme
        return None if found is None else cls(text, found, names, read)

    def line_of(self, name: str) -> ApplicantLine | None:
        """Return somebody's line, whoever wrote it there."""
        return next((one for one in self.programme.applicants if one.name == name), None)

    def with_line(self, name: str, partners: tuple[str, ...] = (), *, afresh: bool = False) -> str:
        """Return the page's text in which somebody applies, with whom they want to be paired.

        ``afresh`` writes a line anew that stands there already, because somebody else wrote it: the
        text is another one then in any case. Raises ``ValueError`` where it would not read so.
        """
        line, old = ApplicantLine(name, partners), self.line_of(name)
        if old == line and not afresh:
            return self.text
        raw = self._without(name) if old else self._written()
        after = (*self._others(name), line)
        text = self.text
        for label in (False, True):
            row = render_line(line, label=label)
            text = self._with(f"{raw}\n{row}" if raw else row, after)
            if text != self.text:
                break
        return text

    def without_line(self, name: str) -> str:
        """Return the page's text without somebody's line; ``ValueError`` where that cannot be."""
        if self.line_of(name) is None:
            return self.text
        return self._with(self._without(name), self._others(name))

    def _others(self, name: str) -> tuple[ApplicantLine, ...]:
        return tuple(one for one in self.programme.applicants if one.name != name)

    def _written(self) -> str:
        return written_value(self.text, "applicants", names=self.names, kind="programme") or ""

    def _without(self, name: str) -> str:
        """Return the value without the lines on which somebody applies; others there are kept."""
        kept = []
        for written in self._written().split("\n"):
            applicants = self._read_value(written)
            if not any(one.name == name for one in applicants):
                kept.append(written)
            else:
                kept += [render_line(one) for one in applicants if one.name != name]
        return "\n".join(kept).strip()

    def _read_value(self, value: str) -> tuple[ApplicantLine, ...]:
        template = "{{" + f"{self.names.programme_title}|applicants=\n{value}\n" + "}}"
        found = self.read(template).programme
        return found.applicants if found else ()

    def _with(self, value: str, after: tuple[ApplicantLine, ...]) -> str:
        text = edit_profile(self.text, {"applicants": value}, names=self.names, kind="programme")
        found = self.read(text).programme
        if found is None or sorted(found.applicants, key=_name) != sorted(after, key=_name):
            raise ValueError("applicants: a name beside it would be read otherwise")
        return text


def _name(line: ApplicantLine) -> str:
    return line.name


def render_line(line: ApplicantLine, *, label: bool = False) -> str:
    """Return a line as it is written onto the page; ``label`` shows the name without "User:"."""
    with_ = "".join(f" with {_link(one)}" for one in line.partners)
    mine = f"[[User:{escape_value(line.name)}|{escape_value(line.name)}]]"
    return f"* {mine if label else _link(line.name)}{with_}"


def _link(name: str) -> str:
    return f"[[User:{escape_value(name)}]]"
