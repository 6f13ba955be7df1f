"""Wording: messages in a reader's language, numbers and dates, and text made safe for wikitext."""

from exchange.wording.escape import escape, plain
from exchange.wording.messages import Person, Wording, available

__all__ = ["Person", "Wording", "available", "escape", "plain"]
