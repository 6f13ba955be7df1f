"""Messages in a reader's language, numbers and dates, and text made safe for wikitext."""

from exchange.i18n.escape import escape_wikitext, one_line
from exchange.i18n.messages import Localizer, Person, available_languages, is_reviewed

__all__ = [
    "Localizer",
    "Person",
    "available_languages",
    "escape_wikitext",
    "is_reviewed",
    "one_line",
]
