"""Joining: a user name put among those who joined a request on a page, or taken out again.

Nothing else on the page changes: what people wrote beside the names stays, and so do their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from exchange.model import Want
from exchange.profiles.document import PageReading, RequestTemplate
from exchange.profiles.list_rows import edit_rows
from exchange.profiles.names import TemplateNames
from exchange.profiles.writer import edit_profile, escape_value, find_templates, written_value
from exchange.wikitext.preprocessor import parse_page


@dataclass(frozen=True, slots=True)
class JoinableRequest:
    """A request on a page's text that asks for a capacity, by its place among the page's requests.

    ``read`` reads a text as it would be read on that page.
    """

    text: str
    which: int
    request: RequestTemplate
    names: TemplateNames
    read: Callable[[str], PageReading]

    @classmethod
    def find(
        cls, text: str, capacity: str, *, names: TemplateNames, read: Callable[[str], PageReading]
    ) -> JoinableRequest | None:
        """Return the page's first request that asks for a capacity, or None."""
        for at, each in enumerate(find_templates(parse_page(text), names, "request")):
            for one in read(each.raw).requests:
                if any(want.capacity == capacity for want in one.wants):
                    return cls(text, at, one, names, read)
        return None

    @property
    def joined(self) -> tuple[str, ...]:
        """The user names of those who joined it, whoever wrote them there."""
        return self.request.joined

    @property
    def wants(self) -> tuple[Want, ...]:
        """All that it asks for."""
        return self.request.wants

    def with_name(self, name: str) -> str:
        """Return the page's text with this user name among those who joined.

        Raises ``ValueError`` where it would not read so.
        """
        if name in self.joined:
            return self.text
        after = (*self.joined, name)
        raw, row = self._written(), f"* {_link(name)}"
        changed = edit_rows(raw, self.joined, after, read=self._names, render=_link)
        return self._with(changed or (f"{raw}\n{row}" if raw else row), after)

    def without_names(self, names: Collection[str]) -> str:
        """Return the page's text without these user names; ``ValueError`` where that cannot be."""
        after = tuple(one for one in self.joined if one not in names)
        if after == self.joined:
            return self.text
        raw = self._written()
        changed = edit_rows(raw, self.joined, after, read=self._names, render=_link)
        if changed is None:
            lines = [line for line in raw.split("\n") if not {*names} & {*self._names(line)}]
            changed = "\n".join(lines).strip()
        return self._with(changed, after)

    def _written(self) -> str:
        return (
            written_value(self.text, "joined", names=self.names, which=self.which, kind="request")
            or ""
        )

    def _names(self, value: str) -> tuple[str, ...]:
        template = f"{self.names.request_title}|want=help|joined=\n{value}\n"
        return self.read("{{" + template + "}}").joined

    def _with(self, value: str, after: tuple[str, ...]) -> str:
        text = edit_profile(
            self.text, {"joined": value}, names=self.names, which=self.which, kind="request"
        )
        raw = find_templates(parse_page(text), self.names, "request")[self.which].raw
        if self.read(raw).joined != after:
            raise ValueError("joined: a name beside it would be read otherwise")
        return text


def _link(name: str) -> str:
    return f"[[User:{escape_value(name)}]]"
