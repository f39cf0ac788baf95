<?php
/**
 * Compiles stylesheets with wikimedia/less.php and prints one JSON line for each: CPU milliseconds of every run, bytes of CSS.
 *
 * Usage: php lessphp.php DIRECTORY_OF_LESS_PHP RUNS FILE...
 */
[, $library, $runs] = $argv;
require $library . '/lib/Less/Autoloader.php';
Less_Autoloader::register();
error_reporting(0);
$cpu = static function (): float {
    $usage = getrusage();
    return ($usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec']) * 1e3
        + ($usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec']) / 1e3;
};
foreach (array_slice($argv, 3) as $file) {
    $times = [];
    for ($run = 0; $run < $runs; $run++) {
        $before = $cpu();
        $parser = new Less_Parser(['compress' => true, 'relativeUrls' => false]);
        $parser->parseFile($file);
        $css = $parser->getCss();
        $times[] = $cpu() - $before;
    }
    echo json_encode(['file' => $file, 'ms' => $times, 'bytes' => strlen($css)]), "\n";
}
