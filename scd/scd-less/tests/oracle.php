<?php
/**
 * Writes conformance.tsv: what less.php itself makes of its own fixtures and of those of less.js. A developer's act.
 *
 * Usage: SCD_LESSPHP3=… SCD_LESSPHP5=… SCD_LESS_TEST_DATA=/path/to/@less/test-data php oracle.php
 *
 * A row: dialect, group, name, root (which of the three variables), stylesheet, expected css ("-" in a suite of errors),
 * options, digest of the expected css, digest of less.php's output or the kind of its failure. Digests are FNV-1a (64 bits) of
 * the text without white space at its ends. Names and digests only: nothing of a fixture is kept.
 *
 * Where less.php fails three columns follow: file, line and column that it tells ("-" if it tells none), the kind of the error,
 * and the digest of its words without the place.
 */
require __DIR__ . '/lessphp.php';

$data = directory('SCD_LESS_TEST_DATA', 'the npm package @less/test-data');

/** less.php's options from the table's: words, joined by commas. */
function php_options(string $words, string $directory, string $dialect): array
{
    $options = ['relativeUrls' => false];
    foreach (array_filter(explode(',', $words)) as $word) {
        [$key, $value] = explode('=', $word, 2) + [1 => ''];
        switch ($key) {
            case 'math':
                $options += $dialect === 'v3' ? ['strictMath' => $value === 'parens'] : ['math' => $value];
                break;
            case 'relative':
                $options['relativeUrls'] = true;
                break;
            case 'units':
                $options['strictUnits'] = true;
                break;
            case 'compress':
                $options['compress'] = true;
                break;
            case 'args':
                $options['urlArgs'] = $value;
                break;
            case 'include':
                $options['import_dirs']["$directory/$value"] = '';
                break;
        }
    }
    return $options;
}

/** What less.php takes besides options: the address of the directory, and variables from the file beside the stylesheet. */
function surroundings(string $words, string $sheet): array
{
    $found = ['', [], []];
    foreach (explode(',', $words) as $word) {
        [$key, $value] = explode('=', $word, 2) + [1 => ''];
        if ($key === 'root') {
            $found[0] = $value;
        } elseif ($key === 'variables') {
            $found[$value === 'global' ? 1 : 2] = json_decode(file_get_contents(substr($sheet, 0, -4) . 'json'), true);
        }
    }
    return $found;
}

/** The fixtures of a pair of directories: name, stylesheet and expectation, relative to the root. */
function fixtures(string $root, string $less, string $css, ?string $override = null): array
{
    $found = [];
    foreach (glob("$root/$css/*.css") as $path) {
        $name = basename($path, '.css');
        $sheet = "$less/$name.less";
        $expected = "$css/$name.css";
        if ($override !== null && is_file("$root/$override/$name.less")) {
            $sheet = "$override/$name.less";
        }
        if ($override !== null && is_file("$root/$override/$name.css")) {
            $expected = "$override/$name.css";
        }
        if (is_file("$root/$sheet")) {
            $found[] = [$name, $sheet, $expected];
        }
    }
    return $found;
}

/** All fixtures of a dialect: group, name, root, stylesheet, expectation, options. */
function suite(string $dialect, string $root, string $data): array
{
    $rows = [];
    $add = function (string $variable, string $group, string $directory, array $fixtures, string $options) use (&$rows) {
        foreach ($fixtures as $fixture) {
            $rows[] = [$group, $fixture[0], $variable, $fixture[1], $fixture[2], $options, $directory];
        }
    };
    if ($dialect === 'v3') {
        foreach (glob("$root/test/Fixtures/*", GLOB_ONLYDIR) as $path) {
            $group = basename($path);
            // What its own tests use of that group.
            $css = $group === 'lessjs' ? 'expected' : 'css';
            $base = "test/Fixtures/$group";
            $add('SCD_LESSPHP3', "less.php $group", $root, fixtures($root, "$base/less", "$base/$css"), '');
        }
    } else {
        foreach (require "$root/test/fixtures.php" as $group => $fixture) {
            $short = fn ($path) => $path === null ? null : substr($path, strlen($root) + 1);
            $given = $fixture['options'] ?? [];
            $words = [];
            if (isset($given['math']) || isset($given['strictMath'])) {
                $words[] = 'math=' . ($given['math'] ?? 'parens');
            }
            if (isset($given['strictUnits'])) {
                $words[] = 'units=strict';
            }
            if (isset($given['compress'])) {
                $words[] = 'compress';
            }
            foreach (array_keys($given['import_dirs'] ?? []) as $path) {
                $words[] = 'include=' . $short($path);
            }
            $found = fixtures($root, $short($fixture['lessDir']), $short($fixture['cssDir']), $short($fixture['overrideDir'] ?? null));
            $add('SCD_LESSPHP5', "less.php $group", $root, $found, implode(',', $words));
        }
    }
    // The package says nothing about options: they follow from the directories' names.
    $options = [
        'math/strict' => 'math=parens', 'math/always' => 'math=always', 'math/parens-division' => 'math=parens-division',
        'units/strict' => 'units=strict,math=always', 'units/no-strict' => 'math=always', 'compression' => 'compress',
        'include-path' => 'include=less/data,include=less/_main/import', 'include-path-string' => 'include=less/data',
        'static-urls' => 'math=parens,root=folder (1)/', 'url-args' => 'math=parens,args=424242',
        'rewrite-urls-all' => 'relative', 'rootpath-rewrite-urls-all' => 'relative,root=http://example.com/assets/css/',
        // less.php does not know `local`.
        'rewrite-urls-local' => 'local', 'rootpath-rewrite-urls-local' => 'local,root=http://example.com/assets/css/',
        'globalVars' => 'variables=global', 'modifyVars' => 'variables=modify',
    ];
    $directories = array_merge(glob("$data/less/*", GLOB_ONLYDIR), glob("$data/less/{math,units}/*", GLOB_ONLYDIR | GLOB_BRACE));
    sort($directories);
    foreach ($directories as $path) {
        $group = substr($path, strlen("$data/less/"));
        $add('SCD_LESS_TEST_DATA', "@less/test-data $group", $data, fixtures($data, "less/$group", "css/$group"), $options[$group] ?? '');
    }
    foreach (['eval', 'parse'] as $kind) {
        $found = [];
        foreach (glob("$data/errors/$kind/*.less") as $path) {
            $name = basename($path, '.less');
            $found[] = [$name, "errors/$kind/$name.less", '-'];
        }
        $add('SCD_LESS_TEST_DATA', "@less/test-data errors/$kind", $data, $found, 'math=parens,units=strict');
    }
    return $rows;
}

function digest(string $text): string
{
    return hash('fnv1a64', trim($text));
}

/** What the message of a failure tells: place, kind, and the digest of its words without the place. */
function told(string $failure): array
{
    $words = trim(preg_replace('~^! \w+ ?~', '', $failure));
    $place = '-';
    if (preg_match('~^(.*) in (\S+) on line (\d+), column (\d+)$~', $words, $found)) {
        [, $words, $file, $line, $column] = $found;
        // Columns count from 0 there.
        $place = basename($file) . ":$line:" . ($column + 1);
    }
    $words = preg_replace('~ in file \S+( in \S+)?$| in \S+\.\w+( in \S+\.\w+)?$| index: \d+$| Index \d+ Filename: \S+$~', '', $words);
    $words = preg_replace('~ in \\S+\\.php on line \\d+ ~', ' ', $words);
    // less.php 3 has no colon there.
    $words = preg_replace('~^(error evaluating function `[^`]*`) (?=.)~', '$1: ', $words);
    $kinds = [
        'php' => '^(Warning|Notice|Deprecated)|: (Warning|Notice|Deprecated)|^! fatal',
        'function' => '^error evaluating function',
        'parse' => '^ParseError|^[Ee]xpected |missing block or ending|only currently allowed|could not understand',
        'variable' => '^variable ',
        'cycle' => '^Recursive',
        'property' => '^property |^Property |^Variable ',
        'file' => '^File ',
        'arguments' => '^No matching|^Named argument|^Wrong number',
        'mixin' => ' is undefined$',
        'root' => '^properties must be inside',
        'units' => 'ncompatible|Multiple units',
        'operation' => '^Operation|^Division|^Modulo|comparison',
    ];
    $kind = strncmp($failure, '! error', 7) === 0 ? 'other' : 'php';
    foreach ($kinds as $name => $pattern) {
        if ($kind === 'other' && preg_match("~$pattern~", $words)) {
            $kind = $name;
        }
    }
    return [$place, $kind, digest($words)];
}

/** The rows of a dialect. */
function rows(string $dialect, string $root, string $data): string
{
    $lines = '';
    foreach (suite($dialect, $root, $data) as [$group, $name, $variable, $sheet, $expected, $words, $directory]) {
        $around = surroundings($words, "$directory/$sheet");
        $text = apart($root, "$directory/$sheet", php_options($words, $directory, $dialect), ...$around);
        if (strpos($group, 'less.php ') === 0 || preg_match('~ _main$~', $group)) {
            // They are meant to be run with relative urls; said only where that makes a difference.
            $relative = ltrim("$words,relative", ',');
            $text_relative = apart($root, "$directory/$sheet", php_options($relative, $directory, $dialect), ...$around);
            if ($text_relative !== $text) {
                [$text, $words] = [$text_relative, $relative];
            }
        }
        $has_failed = strncmp($text, '! ', 2) === 0;
        $made = $has_failed ? trim(explode(' ', $text)[1]) : digest($text);
        $wanted = $expected === '-' ? '-' : digest(file_get_contents("$directory/$expected"));
        $lines .= implode("\t", [$dialect, $group, $name, $variable, $sheet, $expected, $words ?: '-', $wanted, $made, ...($has_failed ? told($text) : [])]) . "\n";
    }
    return $lines;
}

$parts = scratch();
with_dialects(fn ($dialect, $root) => file_put_contents("$parts/$dialect", rows($dialect, $root, $data)));
file_put_contents(__DIR__ . '/conformance.tsv', file_get_contents("$parts/v3") . file_get_contents("$parts/v5"));
remove($parts);
