"""Template: wikitext <-> profiles. Scan a page, read it, merge readings, write back."""

from exchange.template.declaration import Declaration, Reading, Request
from exchange.template.merge import merge
from exchange.template.names import Names
from exchange.template.read import read
from exchange.template.scan import Scan, Transclusion, scan
from exchange.template.write import edit, formats, render

__all__ = [
    "Declaration",
    "Names",
    "Reading",
    "Request",
    "Scan",
    "Transclusion",
    "edit",
    "formats",
    "merge",
    "read",
    "render",
    "scan",
]
