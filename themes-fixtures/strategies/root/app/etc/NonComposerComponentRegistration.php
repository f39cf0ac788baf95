<?php
foreach (require __DIR__ . '/registration_globlist.php' as $pattern) {
    foreach (glob(dirname(__DIR__, 2) . '/' . $pattern) as $file) {
        require_once $file;
    }
}
