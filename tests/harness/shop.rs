//! A small shop made by a test: one module, one theme, nothing of Magento.

use crate::fixture::Fixture;

/// A shop with the enabled module `Acme_One`, the disabled module `Acme_Off` and the theme `frontend/Acme/base`,
/// minification on, in production mode.
pub fn shop() -> Fixture {
    let fixture = Fixture::empty();
    fixture
        .write("app/etc/config.php", config("1"))
        .write(
            "app/etc/env.php",
            "<?php\nreturn ['MAGE_MODE' => 'production'];\n",
        )
        .write("app/etc/registration_globlist.php", GLOBS)
        .write(
            "app/etc/NonComposerComponentRegistration.php",
            "<?php\n// Includes what the list names.\n",
        )
        .write("pub/static/.htaccess", "# kept\n");
    module(&fixture, "One");
    module(&fixture, "Off");
    theme(&fixture, "base", None);
    fixture
        .write("lib/web/lib.js", "var lib = 1; // a comment\n")
        .write(
            "app/code/Acme/One/view/frontend/web/js/one.js",
            "define([], function () {\n    return 1;\n});\n",
        )
        .write(
            "app/code/Acme/One/view/frontend/web/template/t.html",
            "<b>  kept  </b>\n",
        )
        .write(
            "app/code/Acme/One/view/frontend/templates/a.phtml",
            "<p>\n    <?= 1 // one ?>\n</p>\n",
        )
        .write(
            "app/design/frontend/Acme/base/web/css/plain.css",
            "a {\n    color: #ff0000;\n}\nb {\n    color: blue;\n}\n",
        )
        .write(
            "app/design/frontend/Acme/base/web/css/styles.less",
            "@import 'source/_x';\n.a { color: @c; .b { width: 1px + 1 } }\n",
        )
        .write(
            "app/design/frontend/Acme/base/web/css/source/_x.less",
            "@c: #ff0000;\n",
        )
        .write(
            "app/design/frontend/Acme/base/web/images/i.png",
            [0x89, b'P', b'N', b'G', 0, 255],
        );
    fixture
}

/// `config.php` with minification switched by `minify`.
pub fn config(minify: &str) -> String {
    format!(
        "<?php\nreturn [\n    'modules' => ['Acme_One' => 1, 'Acme_Off' => 0],\n    'scopes' => [\n        \
         'websites' => ['base' => ['website_id' => '1', 'code' => 'base', 'is_default' => '1', 'default_group_id' => '1']],\n        \
         'groups' => [1 => ['group_id' => '1', 'website_id' => '1', 'default_store_id' => '1']],\n        \
         'stores' => ['default' => ['store_id' => '1', 'code' => 'default', 'website_id' => '1', 'group_id' => '1']],\n    ],\n    \
         'themes' => [],\n    \
         'system' => ['default' => ['dev' => ['js' => ['minify_files' => '{minify}'], 'css' => ['minify_files' => '{minify}']]]],\n];\n"
    )
}

const GLOBS: &str = "<?php\nreturn ['app/code/*/*/registration.php', 'app/design/*/*/*/registration.php', 'app/i18n/*/*/registration.php'];\n";

/// Writes the `registration.php` of a component; `kind` is `module` or `theme`.
pub fn register(fixture: &Fixture, folder: &str, kind: &str, name: &str) {
    let kind = kind.to_uppercase();
    fixture.write(
        &format!("{folder}/registration.php"),
        format!(
            "<?php\nuse Magento\\Framework\\Component\\ComponentRegistrar;\nComponentRegistrar::register(ComponentRegistrar::{kind}, '{name}', __DIR__);\n"
        ),
    );
}

/// Registers a module `Acme_<name>`.
pub fn module(fixture: &Fixture, name: &str) {
    let folder = format!("app/code/Acme/{name}");
    register(fixture, &folder, "module", &format!("Acme_{name}"));
    fixture.write(
        &format!("{folder}/etc/module.xml"),
        format!("<?xml version=\"1.0\"?>\n<config><module name=\"Acme_{name}\"/></config>\n"),
    );
}

/// Registers a theme `frontend/Acme/<name>`.
pub fn theme(fixture: &Fixture, name: &str, parent: Option<&str>) {
    let folder = format!("app/design/frontend/Acme/{name}");
    register(fixture, &folder, "theme", &format!("frontend/Acme/{name}"));
    let parent = parent
        .map(|parent| format!("<parent>{parent}</parent>"))
        .unwrap_or_default();
    fixture.write(
        &format!("{folder}/theme.xml"),
        format!("<?xml version=\"1.0\"?>\n<theme><title>{name}</title>{parent}</theme>\n"),
    );
}
