"""A real MediaWiki for the tests (``tests.support.wiki.mediawiki``) and for ``make wiki``."""
