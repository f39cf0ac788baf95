<?php
/**
 * Records what wikimedia/less.php makes of the cases in this directory.
 *
 * Usage: SCD_LESSPHP=/path/to/wikimedia/less.php php record.php
 *
 * Lines "// --- path" inside a section begin further files, which the section may import.
 *
 * A case file holds sections that begin with a line "// === title". Every section is compiled on its own, expanded into
 * NAME.css and compressed into NAME.min.css, under the same titles. A failure is recorded as "! error" or, where PHP raised an
 * error that it does not catch, "! fatal".
 */
$root = getenv('SCD_LESSPHP');
if (!$root) {
    fwrite(STDERR, "SCD_LESSPHP must name the directory of wikimedia/less.php\n");
    exit(2);
}
require $root . '/lib/Less/Autoloader.php';
Less_Autoloader::register();
error_reporting(E_ALL);
set_error_handler(function ($level, $message) {
    throw new Exception("Warning: $message");
}, E_ALL & ~E_DEPRECATED);

foreach (glob(__DIR__ . '/cases/*.less') as $file) {
    $parts = preg_split('~^// === (.*)\n~m', file_get_contents($file), -1, PREG_SPLIT_DELIM_CAPTURE);
    foreach (['css' => false, 'min.css' => true] as $extension => $compress) {
        $out = '';
        for ($i = 1; $i < count($parts); $i += 2) {
            $parser = new Less_Parser(['compress' => $compress, 'relativeUrls' => false]);
            Less_Environment::$mixin_stack = 0;
            Less_Environment::$parensStack = 0;
            Less_Environment::$tabLevel = 0;
            Less_Environment::$lastRule = false;
            Less_Tree_DefaultFunc::reset();
            $files = preg_split('~^// --- (.*)\n~m', $parts[$i + 1], -1, PREG_SPLIT_DELIM_CAPTURE);
            $directory = sys_get_temp_dir() . '/less-cases-' . getmypid();
            exec('rm -rf ' . escapeshellarg($directory));
            mkdir($directory);
            file_put_contents("$directory/case.less", $files[0]);
            for ($f = 1; $f < count($files); $f += 2) {
                if (!is_dir(dirname("$directory/{$files[$f]}"))) {
                    mkdir(dirname("$directory/{$files[$f]}"), 0777, true);
                }
                file_put_contents("$directory/{$files[$f]}", $files[$f + 1]);
            }
            try {
                $css = $parser->parseFile("$directory/case.less")->getCss();
            } catch (Exception $e) {
                $css = "! error\n";
            } catch (Error $e) {
                $css = "! fatal\n";
            }
            $out .= '// === ' . $parts[$i] . "\n" . rtrim($css, "\n") . "\n";
        }
        file_put_contents(substr($file, 0, -4) . $extension, $out);
    }
}
exec('rm -rf ' . escapeshellarg(sys_get_temp_dir() . '/less-cases-' . getmypid()));
