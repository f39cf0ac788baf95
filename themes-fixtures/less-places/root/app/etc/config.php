<?php
return [
    'modules' => [
        'Acme_One' => 1,
        'Acme_Two' => 1,
    ],
    'scopes' => [
        'websites' => [
            'admin' => ['website_id' => '0', 'code' => 'admin', 'name' => 'Admin', 'default_group_id' => '0', 'is_default' => '0'],
            'base' => ['website_id' => '1', 'code' => 'base', 'name' => 'Main', 'default_group_id' => '1', 'is_default' => '1'],
        ],
        'groups' => [
            ['group_id' => '0', 'website_id' => '0', 'name' => 'Default', 'root_category_id' => '0', 'default_store_id' => '0', 'code' => 'default'],
            ['group_id' => '1', 'website_id' => '1', 'name' => 'Main', 'root_category_id' => '2', 'default_store_id' => '1', 'code' => 'main'],
        ],
        'stores' => [
            'admin' => ['store_id' => '0', 'code' => 'admin', 'website_id' => '0', 'group_id' => '0', 'name' => 'Admin', 'is_active' => '1'],
            'default' => ['store_id' => '1', 'code' => 'default', 'website_id' => '1', 'group_id' => '1', 'name' => 'Default', 'is_active' => '1'],
        ],
    ],
    'themes' => [],
    'system' => [
        'default' => [
            'dev' => [
                'js' => ['minify_files' => '0', 'minify_exclude' => ''],
                'css' => ['minify_files' => '0', 'minify_exclude' => ''],
            ],
        ],
    ],
];
