<?php
// Router for PHP's own web server: /wiki/Title, the entry points, and static files.
$path = urldecode( parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );
$root = $_SERVER['DOCUMENT_ROOT'];

if ( strpos( $path, '/wiki/' ) === 0 || $path === '/' ) {
	$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
	$_SERVER['SCRIPT_FILENAME'] = "$root/index.php";
	chdir( $root );
	require "$root/index.php";
	return true;
}
if ( preg_match( '#^/(index|api|load|rest)\.php(/|$)#', $path ) ) {
	return false;
}
// Nothing else of the installation is for visitors, except what skins and extensions show.
if ( !preg_match( '#^/(resources|skins|extensions)/.+\.(css|js|json|svg|png|gif|ico|woff2?)$#', $path )
	|| strpos( $path, '..' ) !== false
) {
	http_response_code( 404 );
	return true;
}
return false;
