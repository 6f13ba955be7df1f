"""Delivery, shown on a real MediaWiki."""
