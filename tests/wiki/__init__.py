"""A real MediaWiki for the tests (``tests.wiki.mediawiki``) and for ``make wiki``."""
