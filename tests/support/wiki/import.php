<?php
// An import and all that follows it in one process: started one by one, MediaWiki's own scripts take
// most of their time to begin.
require_once getenv( 'MW_INSTALL_PATH' ) . '/maintenance/Maintenance.php';

use MediaWiki\MediaWikiServices;

class WholeImport extends Maintenance {
	public function __construct() {
		parent::__construct();
		$this->addDescription( 'Import an XML export; links, recent changes and counts are fresh.' );
		$this->addArg( 'dump', 'An XML export' );
		$this->addArg( 'titles', 'A JSON list of the titles in it, whose links are refreshed' );
	}

	public function execute() {
		$folder = getenv( 'MW_INSTALL_PATH' ) . '/maintenance';
		$import = $this->runChild( BackupReader::class, "$folder/importDump.php" );
		$import->loadParamsAndArgs( null, [ 'no-updates' => true ], [ $this->getArg( 0 ) ] );
		$import->execute();

		$pages = MediaWikiServices::getInstance()->getWikiPageFactory();
		foreach ( json_decode( file_get_contents( $this->getArg( 1 ) ) ) as $text ) {
			$title = Title::newFromText( $text );
			if ( $title && $title->exists() ) {
				$page = $pages->newFromTitle( $title );
				$page->doPurge();
				$page->doSecondaryDataUpdates( [ 'recursive' => true ] );
			}
		}
		DeferredUpdates::doUpdates();

		$this->runChild( RebuildRecentchanges::class, "$folder/rebuildrecentchanges.php" )->execute();
		$counts = $this->runChild( InitSiteStats::class, "$folder/initSiteStats.php" );
		$counts->loadParamsAndArgs( null, [ 'update' => true ], [] );
		$counts->execute();
		$this->runChild( RunJobs::class, "$folder/runJobs.php" )->execute();
	}
}

$maintClass = WholeImport::class;
require_once RUN_MAINTENANCE_IF_MAIN;
