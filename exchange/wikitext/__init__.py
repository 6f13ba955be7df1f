"""Wikitext: find transclusions by MediaWiki's rules, in linear time. Knows no capacities."""

from exchange.wikitext.nodes import ParsedPage, Transclusion
from exchange.wikitext.preprocessor import parse_page

__all__ = ["ParsedPage", "Transclusion", "parse_page"]
