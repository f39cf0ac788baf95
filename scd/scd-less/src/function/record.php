<?php
// Records what less.php makes of the inputs in cases.tsv (dialect 3) or dialect5/cases.tsv anew.
//
//   SCD_LESSPHP=/path/to/wikimedia/less.php php record.php cases.tsv > new.tsv
//
// The rows are those of the version of less.php that is found there. Warnings become exceptions as under Magento.
require __DIR__ . '/../../tests/lessphp.php';
load(directory('SCD_LESSPHP', 'wikimedia/less.php'));
throw_complaints();
$old = (int)Less_Version::version < 4;

$folder = scratch();
$files = [
    'x.less' => 'x',
    't.html' => '<p>é x</p>',
    'zero.txt' => '0',
    'a b.gif' => 'GIF',
    'b.png' => implode('', array_map('chr', range(0, 99))),
    'big.png' => str_repeat("\0", 40000),
    's.svg' => '<?xml version="1.0"?><!-- c --><svg width="12.5px" height="30"><g/></svg>',
    // Errors name a line of the file that the text claims to be.
    'entry.less' => str_repeat("x\n", 5000),
];
foreach ($files as $name => $content) {
    file_put_contents("$folder/$name", $content);
}

function source(array $row, bool $inline): string {
    switch ($row[0]) {
        case 'v':
            return ".a{b: $row[1];}";
        case 'n':
            return $inline ? ".a{b: -($row[1]);}" : "@l: $row[1]; .a{b: -@l;}";
        case 'o':
            return $inline ? ".a{b: ($row[1] $row[2] $row[3]);}" : "@l: $row[1]; @r: $row[3]; .a{b: (@l $row[2] @r);}";
        case 'x':
            $text = '';
            $sum = '';
            for ($i = 1; $i < count($row); $i += 2) {
                $text .= "@x$i: $row[$i]; ";
                $sum = $i === 1 ? '@x1' : "($sum {$row[$i - 1]} @x$i)";
            }
            return "$text.a{b: $sum;}";
        default:
            $test = $inline ? "$row[1] $row[2] $row[3]" : "@l $row[2] @r";
            $set = $inline ? '' : "@l: $row[1]; @r: $row[3]; ";
            return "$set.m() when ($test) {b: true} .m() when not ($test) {b: false} .a{.m();}";
    }
}

function record(string $less, bool $compress, string $folder): string {
    try {
        $parser = new Less_Parser(['relativeUrls' => false, 'compress' => $compress]);
        $parser->parse($less, "$folder/entry.less");
        $css = $parser->getCss();
        $pattern = $compress ? '/^\.a\{b:(.*)\}$/s' : '/^\.a \{\n  b: (.*);\n\}\n$/s';
        return preg_match($pattern, $css, $found) ? str_replace("$folder/", '/entry/', $found[1]) : "?? $css";
    } catch (Exception $e) {
        $mark = '!';
    } catch (Error $e) {
        $mark = '!!';
    } finally {
        Less_Tree_DefaultFunc::reset();
    }
    ini_set('precision', '14');
    $text = preg_replace('/ passed in \S+ on line \d+ and/', ' passed and', $e->getMessage());
    $text = preg_replace('/ in \/\S+ on line \d+| index: \d+| in entry\.less.*/s', '', $text);
    return $mark . trim(strtr($text, [' given, called' => ' given', "$folder/" => '', "\n" => ' ']));
}

foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $line) {
    if (str_starts_with($line, '# ')) {
        echo "$line\n";
        continue;
    }
    [$input] = explode("\t=>\t", $line);
    // Dialect 5 reads raw text again when it comes out of a variable.
    $inline = !$old && preg_match('/\be\(|get-?unit\(|%\(|percent\(|argb/', $input);
    $less = source(explode("\t", $input), (bool)$inline);
    [$expanded, $compressed] = [record($less, false, $folder), record($less, true, $folder)];
    echo "$input\t=>\t$expanded", $expanded === $compressed ? '' : "\t$compressed", "\n";
}

remove($folder);
