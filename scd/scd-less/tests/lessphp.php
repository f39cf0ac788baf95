<?php
/**
 * Runs wikimedia/less.php for the recorders beside this file: each compile in a process of its own, because less.php keeps state
 * and may end its process.
 */
error_reporting(E_ALL);
ini_set('memory_limit', '256M');
ini_set('display_errors', '0');

/** The directories of the two generations of less.php, by dialect. */
function dialects(): array
{
    $roots = ['v3' => getenv('SCD_LESSPHP3'), 'v5' => getenv('SCD_LESSPHP5')];
    foreach ($roots as $dialect => $root) {
        if (!$root) {
            fwrite(STDERR, 'SCD_LESSPHP' . $dialect[1] . " must name the directory of wikimedia/less.php\n");
            exit(2);
        }
    }
    return $roots;
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

/**
 * Compiles a file in this process, which ends afterwards. `$address` is that of its directory, `$globals` and `$modified` are
 * variables around it. A failure is "! error …" or "! fatal …" with less.php's message.
 */
function compiled(
    string $root,
    string $file,
    array $options,
    string $address = '',
    array $globals = [],
    array $modified = []
): string
{
    // As Magento does it: whatever PHP complains about ends the compile.
    set_error_handler(function ($level, $message) {
        if (!(error_reporting() & $level)) {
            return false;
        }
        $kind = $level & E_DEPRECATED ? 'Deprecated Functionality' : 'Warning';
        throw new Exception("$kind: $message");
    });
    $places = [dirname($file) . '/', "$root/lib/Less/"];
    try {
        $parser = new Less_Parser($options);
        if ($globals) {
            $parser->parse(Less_Parser::serializeVars($globals));
        }
        $parser->parseFile($file, $address);
        if ($modified) {
            $parser->ModifyVars($modified);
        }
        return str_replace($places, '', rtrim($parser->getCss(), "\n")) . "\n";
    } catch (Exception $e) {
        $kind = '! error';
    } catch (Error $e) {
        $kind = '! fatal';
    }
    $message = preg_replace('~, called in \S+ on line \d+~', '', str_replace($places, '', $e->getMessage()));
    return rtrim($kind . ' ' . explode("\n", $message)[0]) . "\n";
}

/** The same in a process of its own; "! crash" if that runs out of memory, stack or time. */
function apart(string $root, string $file, array $options, ...$further): string
{
    $result = sys_get_temp_dir() . '/less-result-' . getmypid();
    $child = pcntl_fork();
    if ($child === 0) {
        set_time_limit(20);
        file_put_contents($result, compiled($root, $file, $options, ...$further));
        posix_kill(getmypid(), SIGKILL);
    }
    pcntl_waitpid($child, $status);
    $text = @file_get_contents($result) ?: "! crash\n";
    exec('rm -f ' . escapeshellarg($result));
    return $text;
}
