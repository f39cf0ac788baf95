<?php
/*
 * Records what PHP deploys from the fixtures: php record.php <reference root> <scratch directory> [fixture[/configuration]...]
 *
 * A developer's act, not part of the tests. The reference root is copied to the scratch directory once (an existing
 * copy is used again; delete it afterwards). There all of Magento's own view files, themes, packs and lib/web are
 * taken away, while its modules stay enabled because Magento needs them to boot. What is deployed then comes from
 * the fixture alone.
 *
 * A case that names a version as `less_php` is recorded with that wikimedia/less.php in place of the reference root's own;
 * SCD_LESSPHP names the directory of its sources.
 */

declare(strict_types=1);

[, $reference, $scratch] = $argv + [null, null, null];
if ($scratch === null) {
    fwrite(STDERR, "usage: php record.php <reference root> <scratch directory> [fixture[/configuration]...]\n");
    exit(2);
}
$names = array_slice($argv, 3) ?: array_map('basename', glob(__DIR__ . '/*', GLOB_ONLYDIR));

if (!is_dir($scratch)) {
    run(sprintf('cp -a --reflink=auto %s %s', escapeshellarg($reference), escapeshellarg($scratch)));
}
emptyMagento($scratch);
foreach ($names as $name) {
    [$fixture, $wanted] = explode('/', $name) + [1 => null];
    foreach (configurations(__DIR__ . "/$fixture") as $configuration) {
        if ($wanted === null || $wanted === $configuration) {
            record($fixture, $configuration, $scratch);
        }
    }
}

/** The configurations of a fixture, by what stands in `case.<configuration>.toml`; empty for `case.toml`. */
function configurations(string $fixture): array
{
    return array_map(
        fn ($file) => preg_replace('~^case\\.?(.*)\\.toml$~', '$1', basename($file)),
        glob("$fixture/case*.toml")
    );
}

function run(string $command): void
{
    passthru($command, $status);
    if ($status !== 0) {
        fwrite(STDERR, "failed: $command\n");
        exit(1);
    }
}

/** Takes away every source that Magento itself would deploy. */
function emptyMagento(string $scratch): void
{
    foreach (glob("$scratch/vendor/*/*/registration.php") as $registration) {
        $component = dirname($registration);
        foreach (["$component/view", "$component/i18n"] as $sources) {
            if (is_dir($sources)) {
                run('rm -rf ' . escapeshellarg($sources));
            }
        }
        if (is_file("$component/theme.xml") || is_file("$component/language.xml")) {
            file_put_contents($registration, "<?php\n");
        }
    }
}

function record(string $name, string $configuration, string $scratch): void
{
    $fixture = __DIR__ . "/$name";
    $mark = $configuration === '' ? '' : ".$configuration";
    $at = escapeshellarg($scratch);
    run("cd $at && rm -rf app/code app/design app/i18n lib/web pub/static var generated"
        . ' && mkdir -p app/code app/design app/i18n lib/web pub/static var generated');
    foreach (['app/code', 'app/design', 'app/i18n', 'lib/web'] as $part) {
        if (is_dir("$fixture/root/$part")) {
            run('cp -a ' . escapeshellarg("$fixture/root/$part/.") . " $at/$part/");
        }
    }
    $case = file_get_contents("$fixture/case$mark.toml");
    writeConfig("$fixture/root/app/etc/" . (textOf($case, 'config') ?? 'config.php'), $scratch);

    $restore = swapLessPhp(textOf($case, 'less_php'), $scratch);
    $command = "cd $at && timeout 300 php -d memory_limit=1G bin/magento setup:static-content:deploy --no-ansi";
    foreach (listOf($case, 'arguments') as $argument) {
        $command .= ' ' . escapeshellarg($argument);
    }
    exec("$command 2>&1", $output, $status);
    $restore();

    $expected = "$fixture/expected$mark";
    run('rm -rf ' . escapeshellarg($expected));
    mkdir($expected);
    $hashes = [];
    $entries = [];
    $bundleHashes = [];
    $texts = array_map(fn ($path) => "static/$path", listOf($case, 'full_text'));
    foreach (outputs($scratch) as $path => $file) {
        if (preg_match('~^static/(.*)/js/bundle/bundle\\d+(\\.min)?\\.js$~', $path, $match)) {
            foreach (bundled($file) as $entry) {
                $entries[] = "$match[1]  $entry\n";
            }
            $bundleHashes[] = hash_file('sha256', $file) . "  $path\n";
            continue;
        }
        $hashes[] = hash_file('sha256', $file) . "  $path\n";
        // Minified scripts compare by their syntax tree, and maps by what they hold, so their text is kept; the
        // resolver's is Magento's own.
        $isMap = preg_match('~/(result_map|map)\\.json$|/requirejs-map\\.js$~', $path);
        if ($isMap || (str_ends_with($path, '.min.js') && !str_contains($path, 'requirejs-min-resolver'))) {
            $texts[] = $path;
        }
        if (in_array($path, $texts, true)) {
            @mkdir(dirname("$expected/$path"), 0777, true);
            copy($file, "$expected/$path");
        }
    }
    file_put_contents("$expected/hashes.txt", implode('', $hashes));
    sort($entries, SORT_STRING);
    file_put_contents("$expected/bundles.txt", implode('', $entries));
    if (str_contains($case, "\nbundle_files = true\n")) {
        file_put_contents("$expected/bundle-hashes.txt", implode('', $bundleHashes));
        file_put_contents("$expected/bundle-order.txt", implode('', readingOrder("$scratch/pub/static")));
    }
    $messages = array_filter($output, fn ($line) => preg_match('~error|exception|fail|unable|circular~i', $line));
    file_put_contents("$expected/php.txt", "exit code $status\n" . str_replace($scratch, '<root>', implode("\n", $messages))
        . ($messages ? "\n" : ''));
    printf("%-32s exit %d, %d outputs\n", $name . $mark, $status, count($hashes));
}

/** The fixture's configuration plus Magento's modules, which come first. */
function writeConfig(string $from, string $scratch): void
{
    static $magento = null;
    $magento ??= array_filter(
        (include "$scratch/app/etc/config.php")['modules'],
        fn ($module) => str_starts_with($module, 'Magento_'),
        ARRAY_FILTER_USE_KEY
    );
    $config = include $from;
    $config['modules'] = $magento + $config['modules'];
    file_put_contents("$scratch/app/etc/config.php", "<?php\nreturn " . var_export($config, true) . ";\n");
}

/** Package after package in the order of bundling, each file in the order in which Magento's search for files lists them. */
function readingOrder(string $static): array
{
    exec('ls -trd ' . escapeshellarg($static) . '/*/*/*/*/js/bundle/bundle0*', $firstBundles);
    $lines = [];
    foreach ($firstBundles as $bundle) {
        $package = dirname($bundle, 3);
        foreach (listed($package) as $file) {
            $path = substr($file, strlen($package) + 1);
            if (!str_starts_with($path, 'js/bundle/')) {
                $lines[] = substr($package, strlen($static) + 1) . "  $path\n";
            }
        }
    }
    return $lines;
}

/** What Magento\Framework\App\Utility\Files::getFiles finds for `*.*`. */
function listed(string $directory): array
{
    $folders = glob("$directory/*", GLOB_ONLYDIR | GLOB_NOSORT | GLOB_BRACE);
    $files = array_diff(glob("$directory/*.*", GLOB_NOSORT | GLOB_BRACE), $folders);
    return array_merge($files, ...array_map('listed', $folders));
}

/** The names of what a bundle holds. */
function bundled(string $file): array
{
    $text = file_get_contents($file);
    // The first statement is `require.config(<object>);`, with a second one behind it in the last bundle.
    $end = strpos($text, "\n}});");
    $config = json_decode(substr($text, strlen('require.config('), $end + 3 - strlen('require.config(')), true, 512, JSON_THROW_ON_ERROR);
    return array_map('strval', array_keys(array_merge(...array_values($config['config']))));
}

/** Puts another less.php in place of the installed one; the result puts the installed one back. */
function swapLessPhp(?string $version, string $scratch): callable
{
    $installed = "$scratch/vendor/wikimedia/less.php";
    $own = "$installed.own";
    if (is_dir($own)) {
        // An earlier recording was interrupted.
        run('rm -rf ' . escapeshellarg($installed));
        rename($own, $installed);
    }
    if ($version === null) {
        return fn () => null;
    }
    $wanted = getenv('SCD_LESSPHP') ?: '';
    $file = "$wanted/lib/Less/Version.php";
    if (!is_file($file) || !str_contains(file_get_contents($file), "'$version'")) {
        fwrite(STDERR, "SCD_LESSPHP must name the sources of wikimedia/less.php $version\n");
        exit(2);
    }
    rename($installed, $own);
    run('cp -a ' . escapeshellarg($wanted) . ' ' . escapeshellarg($installed));
    return function () use ($installed, $own) {
        run('rm -rf ' . escapeshellarg($installed));
        rename($own, $installed);
    };
}

/** A string in case.toml. */
function textOf(string $case, string $key): ?string
{
    return preg_match("~^$key = \"([^\"]*)\"$~m", $case, $match) ? $match[1] : null;
}

/** A list of strings in case.toml. */
function listOf(string $case, string $key): array
{
    preg_match("~^$key = (\\[.*\\])$~m", $case, $match);
    return json_decode($match[1] ?? '[]', true, 512, JSON_THROW_ON_ERROR);
}

/** Everything that counts as output, by path: all of pub/static but the version, and the minified templates. */
function outputs(string $scratch): array
{
    $found = [];
    $roots = ['static' => "$scratch/pub/static", 'view_preprocessed' => "$scratch/var/view_preprocessed/pub/static"];
    foreach ($roots as $kind => $root) {
        if (!is_dir($root)) {
            continue;
        }
        $files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($root, FilesystemIterator::SKIP_DOTS));
        foreach ($files as $file) {
            $path = substr($file->getPathname(), strlen($root) + 1);
            $isTemplate = str_ends_with($path, '.phtml');
            if ($kind === 'static' ? $path !== 'deployed_version.txt' : $isTemplate) {
                $found["$kind/$path"] = $file->getPathname();
            }
        }
    }
    ksort($found, SORT_STRING);
    return $found;
}
