"""The capacity directory: names and aliases in every language, one capacity each.

``load()`` reads the committed directory (config/directory: the capacities, and one file a language
with their names) and, where given, the page on the wiki with which coordinators extend it. ``check()`` is what ``bot doctor`` asks.
"""

from exchange.directory.directory import Directory
from exchange.directory.load import check, extend, load

__all__ = ["Directory", "check", "extend", "load"]
