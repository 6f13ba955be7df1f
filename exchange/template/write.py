"""Write: change a page's profile and nothing else, or write a new one."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.template.declaration import Declaration
from exchange.template.names import Names


def edit(text: str, changes: Mapping[str, str | None], *, names: Names, which: int = 0) -> str:
    """Give the page's text with only these parameters of its profile changed.

    ``changes`` maps a parameter's name (as in ``fields.PROFILE``) to its new value in wikitext
    (``formats`` writes values), or to None to take it out. Every other byte of the page stays.
    ``which`` counts the profiles on the page. Raises ``LookupError`` where there is none.
    """
    return text


def render(declaration: Declaration, *, names: Names, template: str = "") -> str:
    """Write a declaration as a new template, one parameter a line: only what is explicit."""
    return ""


def formats(declaration: Declaration) -> dict[str, str]:
    """Write the explicit values of a declaration as wikitext: {parameter: value}, in order."""
    return {}
