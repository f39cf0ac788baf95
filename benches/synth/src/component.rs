//! What registers components, and the shop's configuration.

use anyhow::Result;

use crate::module::full_name;
use crate::{Shape, Sink, theme};

/// A component's `registration.php`.
pub(crate) fn registration(kind: &str, name: &str) -> String {
    format!(
        "<?php\n\nuse Magento\\Framework\\Component\\ComponentRegistrar;\n\n\
         ComponentRegistrar::register(ComponentRegistrar::{kind}, '{name}', __DIR__);\n"
    )
}

/// Everything below `app/etc`.
pub(crate) fn configuration(shape: &Shape, sink: &mut Sink<'_>) -> Result<()> {
    sink(
        "app/etc/registration_globlist.php",
        b"<?php\nreturn [\n    'app/code/*/*/registration.php',\n    'app/design/*/*/*/registration.php',\n    'app/i18n/*/*/registration.php',\n];\n",
    )?;
    sink(
        "app/etc/NonComposerComponentRegistration.php",
        b"<?php\nforeach (require __DIR__ . '/registration_globlist.php' as $pattern) {\n    foreach (glob(dirname(__DIR__, 2) . '/' . $pattern) as $file) {\n        require_once $file;\n    }\n}\n",
    )?;
    sink(
        "app/etc/env.php",
        b"<?php\nreturn [\n    'MAGE_MODE' => 'production',\n];\n",
    )?;
    sink("app/etc/config.php", config(shape).as_bytes())
}

fn config(shape: &Shape) -> String {
    let mut text = String::from("<?php\nreturn [\n    'modules' => [\n");
    for number in 0..shape.modules {
        // One in twenty-five is switched off.
        let state = u8::from(number % 25 != 24);
        text += &format!("        '{}' => {state},\n", full_name(number));
    }
    text += "    ],\n    'scopes' => [\n        'websites' => [\n\
             \x20           'admin' => ['website_id' => '0', 'code' => 'admin', 'name' => 'Admin', 'default_group_id' => '0', 'is_default' => '0'],\n\
             \x20           'base' => ['website_id' => '1', 'code' => 'base', 'name' => 'Main', 'default_group_id' => '1', 'is_default' => '1'],\n\
             \x20       ],\n        'groups' => [\n\
             \x20           ['group_id' => '0', 'website_id' => '0', 'name' => 'Default', 'root_category_id' => '0', 'default_store_id' => '0', 'code' => 'default'],\n\
             \x20           ['group_id' => '1', 'website_id' => '1', 'name' => 'Main', 'root_category_id' => '2', 'default_store_id' => '1', 'code' => 'main'],\n\
             \x20       ],\n        'stores' => [\n\
             \x20           'admin' => ['store_id' => '0', 'code' => 'admin', 'website_id' => '0', 'group_id' => '0', 'name' => 'Admin', 'is_active' => '1'],\n";
    for (number, locale) in shape.locale_names().iter().enumerate() {
        let (id, code) = (number + 1, locale.to_lowercase());
        text += &format!(
            "            '{code}' => ['store_id' => '{id}', 'code' => '{code}', 'website_id' => '1', 'group_id' => '1', 'name' => '{locale}', 'is_active' => '1'],\n"
        );
    }
    text += "        ],\n    ],\n    'themes' => [\n";
    for number in 0..shape.themes {
        let (area, code) = (theme::area(number), theme::code(number));
        let parent = theme::parent(number).map_or_else(String::new, |parent| {
            format!("{area}/{}", theme::code(parent))
        });
        text += &format!(
            "        '{area}/{code}' => ['parent_id' => '{parent}', 'theme_path' => '{code}', 'theme_title' => '{code}', 'is_featured' => '0', 'area' => '{area}', 'type' => '0', 'code' => '{code}'],\n"
        );
    }
    text += "    ],\n    'system' => [\n        'default' => [\n            'dev' => [\n\
             \x20               'js' => ['minify_files' => '1', 'minify_exclude' => ''],\n\
             \x20               'css' => ['minify_files' => '1', 'minify_exclude' => ''],\n\
             \x20               'template' => ['minify_html' => '1'],\n\
             \x20           ],\n        ],\n    ],\n];\n";
    text
}
