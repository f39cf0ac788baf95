<?php
// Records what Magento's own CSS minifier writes. Usage:
//   php record.php rows <magento root> <table>    rewrites the second column of the table
//   php record.php files <magento root>           reads file names from standard input, writes for each one
//                                                 "<length>\n<bytes>", or "-\n" where the minifier fails
error_reporting(E_ALL);
set_error_handler(function (int $number, string $message): never {
    throw new ErrorException($message);
});
foreach (['Utils', 'Colors', 'Minifier'] as $class) {
    require "$argv[2]/vendor/tubalmartin/cssmin/src/$class.php";
}
ini_set('memory_limit', '4G');
ini_set('pcre.recursion_limit', '1000');
$minifier = new tubalmartin\CssMin\Minifier(false);
if ($argv[1] === 'files') {
    while (($name = fgets(STDIN)) !== false) {
        try {
            $result = $minifier->run(file_get_contents(rtrim($name, "\n")));
            echo strlen($result), "\n", $result;
        } catch (Throwable) {
            echo "-\n";
        }
    }
    exit;
}
$rows = file($argv[3], FILE_IGNORE_NEW_LINES);
foreach ($rows as &$row) {
    if ($row === '' || $row[0] === '#') {
        continue;
    }
    $input = explode("\t", $row)[0];
    $row = $input . "\t" . addcslashes($minifier->run(stripcslashes($input)), "\\\0..\37\177..\377");
}
file_put_contents($argv[3], implode("\n", $rows) . "\n");
