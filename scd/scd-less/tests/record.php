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
error_reporting(E_ALL);
ini_set('memory_limit', '256M');
ini_set('display_errors', '0');
foreach (['SCD_LESSPHP3', 'SCD_LESSPHP5'] as $variable) {
    if (!getenv($variable)) {
        fwrite(STDERR, "$variable must name the directory of wikimedia/less.php\n");
        exit(2);
    }
}

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

/** Loads all of less.php, so that no case depends on what others loaded: some of its class names only differ in case. */
function load(string $root): void
{
    require $root . '/lib/Less/Autoloader.php';
    Less_Autoloader::register();
    $files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator("$root/lib/Less", FilesystemIterator::SKIP_DOTS));
    $paths = array_map('strval', iterator_to_array($files, false));
    sort($paths);
    foreach ($paths as $path) {
        $class = 'Less_' . strtr(substr($path, strlen("$root/lib/Less/"), -4), '/', '_');
        if (substr($path, -4) === '.php') {
            class_exists($class) || interface_exists($class) || require_once $path;
        }
    }
}

/** Compiles in this process, which ends afterwards. */
function compiled(string $root, string $section, bool $compress, string $directory): string
{
    $files = array_merge([['case.less', preg_split('~^// --- ~m', $section)[0]]], divided($section, '---'));
    foreach ($files as [$name, $text]) {
        if (!is_dir(dirname("$directory/$name"))) {
            mkdir(dirname("$directory/$name"), 0777, true);
        }
        file_put_contents("$directory/$name", $text);
    }
    // As Magento does it: whatever PHP complains about ends the compile.
    set_error_handler(function ($level, $message) {
        if (!(error_reporting() & $level)) {
            return false;
        }
        $kind = $level & E_DEPRECATED ? 'Deprecated Functionality' : 'Warning';
        throw new Exception("$kind: $message");
    });
    $places = ["$directory/", "$root/lib/Less/"];
    try {
        $parser = new Less_Parser(['compress' => $compress, 'relativeUrls' => false]);
        return str_replace($places, '', rtrim($parser->parseFile("$directory/case.less")->getCss(), "\n")) . "\n";
    } catch (Exception $e) {
        $kind = '! error';
    } catch (Error $e) {
        $kind = '! fatal';
    }
    $message = preg_replace('~, called in \S+ on line \d+~', '', str_replace($places, '', $e->getMessage()));
    return rtrim($kind . ' ' . explode("\n", $message)[0]) . "\n";
}

/** Compiles in a process of its own: less.php keeps state, and may end its process. */
function apart(string $root, string $section, bool $compress): string
{
    $directory = sys_get_temp_dir() . '/less-cases-' . getmypid();
    $result = $directory . '.result';
    mkdir($directory);
    $child = pcntl_fork();
    if ($child === 0) {
        set_time_limit(20);
        file_put_contents($result, compiled($root, $section, $compress, $directory));
        posix_kill(getmypid(), SIGKILL);
    }
    pcntl_waitpid($child, $status);
    $text = @file_get_contents($result);
    exec('rm -rf ' . escapeshellarg($directory) . ' ' . escapeshellarg($result));
    return $text === false ? "! crash\n" : $text;
}

/** Records the named case files, or all, with one less.php. */
function record(string $dialect, string $root, array $names): void
{
    load($root);
    foreach (glob(__DIR__ . '/cases/*.less') as $file) {
        if ($names && !in_array(basename($file, '.less'), $names, true)) {
            continue;
        }
        $out = '';
        foreach (divided(file_get_contents($file), '===') as [$title, $section]) {
            $expanded = apart($root, $section, false);
            $compressed = apart($root, $section, true);
            $out .= "// === $title\n$expanded";
            if ($expanded !== $compressed || $expanded[0] !== '!') {
                $out .= "// --- compressed\n$compressed";
            }
        }
        file_put_contents(substr($file, 0, -4) . "$dialect.css", $out);
    }
}

foreach (['v3' => getenv('SCD_LESSPHP3'), 'v5' => getenv('SCD_LESSPHP5')] as $dialect => $root) {
    if (pcntl_fork() === 0) {
        record($dialect, $root, array_slice($argv, 1));
        exit(0);
    }
}
while (pcntl_wait($status) > 0);
