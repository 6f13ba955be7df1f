"""Our templates: wikitext <-> profiles. Read a page, merge readings, write back."""

from exchange.profiles.document import PageReading, ProfileTemplate, RequestTemplate
from exchange.profiles.merge import merge_readings
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page
from exchange.profiles.writer import edit_profile, render_profile, to_parameters

__all__ = [
    "PageReading",
    "ProfileTemplate",
    "RequestTemplate",
    "TemplateNames",
    "edit_profile",
    "merge_readings",
    "read_page",
    "render_profile",
    "to_parameters",
]
