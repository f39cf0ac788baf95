<?php
/**
 * Runs wikimedia/less.php for the recorders beside this file: each compile in a process of its own, because less.php keeps state
 * and may end its process.
 */
error_reporting(E_ALL);
ini_set('memory_limit', '256M');
ini_set('display_errors', '0');

/** The directory that an environment variable must name. */
function directory(string $variable, string $content): string
{
    $path = getenv($variable);
    if (!$path) {
        fwrite(STDERR, "$variable must name the directory of $content\n");
        exit(2);
    }
    return $path;
}

/** The directories of the two generations of less.php, by dialect. */
function dialects(): array
{
    $content = 'wikimedia/less.php';
    return ['v3' => directory('SCD_LESSPHP3', $content), 'v5' => directory('SCD_LESSPHP5', $content)];
}

/** Runs something with each generation of less.php, both at the same time, and waits. */
function with_dialects(callable $run): void
{
    foreach (dialects() as $dialect => $root) {
        if (pcntl_fork() === 0) {
            load($root);
            $run($dialect, $root);
            exit(0);
        }
    }
    while (pcntl_wait($status) > 0);
}

/** As Magento does it: whatever PHP complains about ends the compile. */
function throw_complaints(): void
{
    set_error_handler(function ($level, $message) {
        if (!(error_reporting() & $level)) {
            return false;
        }
        $names = [E_NOTICE => 'Notice', E_DEPRECATED => 'Deprecated Functionality'];
        throw new Exception(($names[$level] ?? 'Warning') . ": $message");
    });
}

/** A new empty directory for files that are compiled. */
function scratch(): string
{
    static $count = 0;
    $path = sys_get_temp_dir() . '/scd-less-' . getmypid() . '-' . $count++;
    mkdir($path);
    return $path;
}

/** Removes files and directories with what is in them. */
function remove(string ...$paths): void
{
    exec('rm -rf ' . implode(' ', array_map('escapeshellarg', $paths)));
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
    throw_complaints();
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
    remove($result);
    return $text;
}
