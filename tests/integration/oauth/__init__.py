"""An OAuth 1.0a provider that speaks as MediaWiki's Extension:OAuth does."""
