<?php
return [
    'modules' => ['Acme_One' => 1],
    'scopes' => [
        'websites' => ['base' => ['website_id' => '1', 'code' => 'base', 'is_default' => '1', 'default_group_id' => '1']],
        'groups' => [1 => ['group_id' => '1', 'website_id' => '1', 'default_store_id' => '1']],
        'stores' => ['default' => ['store_id' => '1', 'code' => 'default', 'website_id' => '1', 'group_id' => '1']],
    ],
    'system' => [
        'default' => [
            'general' => ['locale' => ['code' => 'de_DE']],
            'dev' => ['js' => ['minify_files' => '1'], 'css' => ['minify_files' => '1']],
        ],
    ],
    'admin_user' => ['locale' => ['code' => ['en_US']]],
];
