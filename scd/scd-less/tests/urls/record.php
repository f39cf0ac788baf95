<?php
/**
 * Writes what less.php makes of `main.less` under each row of `variants.tsv`: NAME.v3.css and NAME.v5.css. A developer's act.
 *
 * Usage: SCD_LESSPHP3=/path/3.2.1 SCD_LESSPHP5=/path/5.5.1 php record.php
 *
 * A row: name, "relative" to rewrite addresses, the address of the entry's directory, arguments for addresses.
 */
require __DIR__ . '/../lessphp.php';

with_dialects(function ($dialect, $root) {
    foreach (file(__DIR__ . '/variants.tsv', FILE_IGNORE_NEW_LINES) as $row) {
        [$name, $relative, $address, $args] = explode("\t", $row);
        $options = [
            'relativeUrls' => $relative !== '',
            'urlArgs' => $args,
            'import_dirs' => [__DIR__ . '/include' => 'address/of/include'],
        ];
        $css = apart($root, __DIR__ . '/main.less', $options, $address);
        file_put_contents(__DIR__ . "/$name.$dialect.css", $css);
    }
});
