<?php
/**
 * Records what wikimedia/less.php makes of the stylesheets of the reference tree: a developer's act. Only lengths and hashes are kept, nothing of
 * Magento is in this repository.
 *
 * Usage: SCD_LESSPHP3=… SCD_LESSPHP5=… SCD_EXPECTED=/outputs/of/PHP php reference.php
 *
 * reference.txt has one line for each dialect, form and entry: dialect, form, package, entry, bytes of CSS, their FNV-1a hash. Entries are read from
 * its lines and written anew. The sources are written for dialect 3, so dialect 5 reads them with math=always.
 */
require __DIR__ . '/lessphp.php';
ini_set('memory_limit', '4G');

/** The line of an entry; less.php keeps state, so each is made in a process of its own. */
function line(string $dialect, string $form, string $name, string $root): string
{
    $options = ['compress' => $form === 'compressed', 'relativeUrls' => false];
    if ($dialect === 'v5') {
        $options['math'] = 'always';
    }
    $result = scratch() . '/line';
    if (pcntl_fork() === 0) {
        $parser = new Less_Parser($options);
        $parser->parseFile($root . '/' . strtr($name, ' ', '/') . '.less');
        $css = $parser->getCss();
        file_put_contents($result, implode(' ', [$dialect, $form, $name, strlen($css), hash('fnv1a64', $css)]));
        posix_kill(getmypid(), SIGKILL);
    }
    pcntl_wait($status);
    $line = file_get_contents($result);
    remove(dirname($result));
    return $line;
}

$root = directory('SCD_EXPECTED', 'what PHP deployed') . '/min/view_preprocessed/pub/static';
$file = __DIR__ . '/reference.txt';
$names = [];
foreach (file($file, FILE_IGNORE_NEW_LINES) as $line) {
    $names[implode(' ', array_slice(explode(' ', $line), 2, 2))] = true;
}
$parts = scratch();
with_dialects(function (string $dialect) use ($names, $root, $parts) {
    $lines = [];
    foreach (['expanded', 'compressed'] as $form) {
        foreach (array_keys($names) as $name) {
            $lines[] = line($dialect, $form, $name, $root);
        }
    }
    file_put_contents("$parts/$dialect", implode("\n", $lines) . "\n");
});
file_put_contents($file, file_get_contents("$parts/v3") . file_get_contents("$parts/v5"));
remove($parts);
