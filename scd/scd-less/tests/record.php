<?php
/**
 * Records what wikimedia/less.php makes of the cases in this directory: a developer's act, the tests use what is recorded.
 *
 * Usage: SCD_LESSPHP3=/path/to/less.php-3.2.1 SCD_LESSPHP5=/path/to/less.php-5.5.1 php record.php [NAME ...]
 *
 * A case file holds sections that begin with a line "// === title"; lines "// --- path" inside a section begin further files,
 * which the section may import. Every section is compiled in a process of its own, expanded and compressed, into NAME.v3.css
 * and NAME.v5.css, under the same titles; what compressing makes follows "// --- compressed". A failure is recorded with the
 * first line of less.php's message: "! error", "! fatal" where PHP raised an error that Magento does not catch, and "! crash"
 * where PHP ran out of memory or stack. Where both forms fail alike this is said once.
 */
require __DIR__ . '/lessphp.php';

/** The pairs of title and text that lines of a form divide a text into; text before the first is lost. */
function divided(string $text, string $mark): array
{
    $parts = preg_split("~^// $mark (.*)\n~m", $text, -1, PREG_SPLIT_DELIM_CAPTURE);
    $pairs = [];
    for ($i = 1; $i < count($parts); $i += 2) {
        $pairs[] = [$parts[$i], $parts[$i + 1]];
    }
    return $pairs;
}

/** What less.php makes of a section. */
function recorded(string $root, string $section, bool $compress): string
{
    $directory = scratch();
    $files = array_merge([['case.less', preg_split('~^// --- ~m', $section)[0]]], divided($section, '---'));
    foreach ($files as [$name, $text]) {
        if (!is_dir(dirname("$directory/$name"))) {
            mkdir(dirname("$directory/$name"), 0777, true);
        }
        file_put_contents("$directory/$name", $text);
    }
    $text = apart($root, "$directory/case.less", ['compress' => $compress, 'relativeUrls' => false]);
    remove($directory);
    return $text;
}

/** Records the named case files, or all, with one less.php. */
function record(string $dialect, string $root, array $names): void
{
    foreach (glob(__DIR__ . '/cases/*.less') as $file) {
        if ($names && !in_array(basename($file, '.less'), $names, true)) {
            continue;
        }
        $out = '';
        foreach (divided(file_get_contents($file), '===') as [$title, $section]) {
            $expanded = recorded($root, $section, false);
            $compressed = recorded($root, $section, true);
            $out .= "// === $title\n$expanded";
            if ($expanded !== $compressed || $expanded[0] !== '!') {
                $out .= "// --- compressed\n$compressed";
            }
        }
        file_put_contents(substr($file, 0, -4) . "$dialect.css", $out);
    }
}

with_dialects(fn ($dialect, $root) => record($dialect, $root, array_slice($argv, 1)));
