<?php
/*
 * Writes the configuration of a scratch root: php configure.php <reference's config.php> < settings.json
 *
 * The settings are an object of paths and values, `{"system/default/dev/js/minify_files": "1", "a/b": null}`; null takes
 * a key away. Of the reference's own configuration the modules, scopes and themes stay. Without an argument the result has
 * the settings alone.
 */

declare(strict_types=1);

$config = isset($argv[1]) ? array_intersect_key(include $argv[1], array_flip(['modules', 'scopes', 'themes'])) : [];
foreach (json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR) as $path => $value) {
    $keys = explode('/', $path);
    $last = array_pop($keys);
    $at = &$config;
    foreach ($keys as $key) {
        $at[$key] ??= [];
        $at = &$at[$key];
    }
    if ($value === null) {
        unset($at[$last]);
    } else {
        $at[$last] = $value;
    }
    unset($at);
}
echo "<?php\nreturn ", var_export($config, true), ";\n";
