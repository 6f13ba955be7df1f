<?php

/**
 * Takes the tags and marks of units out of a page before it is parsed, by the rules of Translate's
 * TranslatablePageParser::cleanupTags. Like there, only of the page itself: what a page transcludes
 * keeps them. It names no languages and has no translations.
 */
class CapacityExchangeTestUnits {
	public static function show( $parser, &$text, $state ) {
		$text = preg_replace( '~<translate( nowrap)?>\n?~', '', $text ?? '' );
		$text = preg_replace( '~\n?</translate>~', '', $text );
		$text = preg_replace( '~<tvar\s+name\s*=\s*"?[^">]*"?\s*>(.*?)</tvar\s*>~us', '\1', $text );
		$text = preg_replace( '~(^=.*=) <!--T:[^_/\n<>]+-->$~um', '\1', $text );
		$text = preg_replace( '~<!--T:[^_/\n<>]+-->[\n ]?~um', '', $text );
	}

	public static function register( $parser ) {
		$parser->setHook( 'languages', static fn () => '<div class="mw-pt-languages"></div>' );
	}
}
