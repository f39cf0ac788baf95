//! What modules change of Magento's PHP side: found by name, with what it concerns.

use scd_magento::{Customisation, Effect, Environment, MemoryTree, Project};

/// A root with the enabled modules `Acme_One`, `Acme_Two` and `Magento_Stock`, whose `di.xml` files are given by path.
fn customisations(files: &[(&str, &str)]) -> Vec<Customisation> {
    let config = "<?php return ['modules' => ['Magento_Stock' => 1, 'Acme_One' => 1, 'Acme_Two' => 1, 'Acme_Off' => 0],
        'scopes' => ['websites' => [['code' => 'base', 'is_default' => '1', 'default_group_id' => '1']],
            'groups' => [['group_id' => '1', 'default_store_id' => '1']],
            'stores' => [['store_id' => '1', 'code' => 'default']]]];";
    let mut tree = MemoryTree::new()
        .file("/m/app/etc/config.php", config)
        .file(
            "/m/app/etc/registration_globlist.php",
            "<?php return ['app/code/*/*/registration.php'];",
        )
        .file("/m/app/etc/NonComposerComponentRegistration.php", "<?php");
    for module in ["Magento/Stock", "Acme/One", "Acme/Two", "Acme/Off"] {
        let name = module.replace('/', "_");
        tree = tree.file(
            format!("/m/app/code/{module}/registration.php"),
            format!("<?php \\Magento\\Framework\\Component\\ComponentRegistrar::register('module', '{name}', __DIR__);"),
        );
    }
    for (path, body) in files {
        let text = format!(
            "<config xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n{body}\n</config>"
        );
        tree = tree.file(format!("/m/{path}"), text);
    }
    let project = Project::open(&tree, "/m".as_ref(), &Environment::default()).unwrap();
    project.customisations().to_vec()
}

/// The same for the global `di.xml` of one module, as `target | what | effect`.
fn found(body: &str) -> Vec<String> {
    let found = customisations(&[("app/code/Acme/One/etc/di.xml", body)]);
    let shown = |one: &Customisation| format!("{} | {} | {}", one.target, one.what, one.effect);
    found.iter().map(shown).collect()
}

#[test]
fn every_kind_of_change_is_named_with_what_it_concerns() {
    for (body, expected) in [
        (
            r#"<type name="Magento\Deploy\Service\DeployPackage"><plugin name="p" type="Acme\One\Plugin"/></type>"#,
            r"Magento\Deploy\Service\DeployPackage | the plugin `p` of class `Acme\One\Plugin` | all files",
        ),
        (
            r#"<preference for="Magento\Framework\View\Template\Html\MinifierInterface" type="\Acme\One\Html"/>"#,
            r"Magento\Framework\View\Template\Html\MinifierInterface | the class `Acme\One\Html` | minified templates",
        ),
        (
            r#"<virtualType name="jsMinificationAdapter" type="Acme\One\Js"/>"#,
            r"jsMinificationAdapter | the class `Acme\One\Js` | minified scripts",
        ),
        (
            r#"<virtualType name="AssetPreProcessorPool"><arguments><argument name="preprocessors" xsi:type="array"><item name="css" xsi:type="array"><item name="mine" xsi:type="array"><item name="class" xsi:type="string">Acme\One\Css</item></item></item></argument></arguments></virtualType>"#,
            r"AssetPreProcessorPool | the argument `preprocessors/css/mine/class` with `Acme\One\Css` | stylesheets",
        ),
        (
            r#"<type name="Magento\Deploy\Strategy\DeployStrategyFactory"><arguments><argument name="strategies" xsi:type="array"><item name="mine" xsi:type="string">Acme\One\Strategy</item></argument></arguments></type>"#,
            r"Magento\Deploy\Strategy\DeployStrategyFactory | the argument `strategies/mine` with `Acme\One\Strategy` | deploys with this strategy",
        ),
        (
            r#"<type name="Magento\Translation\Model\Js\Config"><arguments><argument name="patterns" xsi:type="array"><item name="x" xsi:type="string">~x~</item></argument></arguments></type>"#,
            r"Magento\Translation\Model\Js\Config | the argument `patterns/x` with `~x~` | translation dictionaries",
        ),
    ] {
        assert_eq!(found(body), [expected]);
    }
}

#[test]
fn what_works_at_run_time_alone_is_no_change() {
    for body in [
        r#"<type name="Magento\Framework\View\Asset\MergeService"><plugin name="p" type="Acme\One\Plugin"/></type>"#,
        r#"<preference for="Magento\Framework\View\Asset\ContextInterface" type="Acme\One\Context"/>"#,
        r#"<type name="Magento\Catalog\Model\Product"><plugin name="p" type="Acme\One\Plugin"/></type>"#,
        r#"<type name="Magento\Framework\View\Asset\Minification"><plugin name="p" type="Acme\One\Plugin" disabled="true"/></type>"#,
        "",
    ] {
        assert_eq!(found(body), [""; 0], "{body}");
    }
    let off = customisations(&[(
        "app/code/Acme/Off/etc/di.xml",
        r#"<preference for="Magento\Framework\TranslateInterface" type="Acme\Off\T"/>"#,
    )]);
    assert!(off.is_empty(), "the module is disabled: {off:?}");
}

#[test]
fn later_modules_have_the_last_word() {
    let plugin = r#"<type name="Magento\Framework\View\Asset\Minification"><plugin name="p" type="Acme\One\Plugin"/></type>"#;
    let off = r#"<type name="Magento\Framework\View\Asset\Minification"><plugin name="p" disabled="true"/></type>"#;
    let found = customisations(&[
        ("app/code/Acme/One/etc/di.xml", plugin),
        ("app/code/Acme/Two/etc/di.xml", off),
    ]);
    assert!(found.is_empty(), "{found:?}");
    let found = customisations(&[
        ("app/code/Acme/One/etc/di.xml", off),
        ("app/code/Acme/Two/etc/di.xml", plugin),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].module.as_ref().unwrap().as_str(), "Acme_Two");
    let to_stock = r#"<virtualType name="cssMinificationAdapter" type="Magento\Framework\Code\Minifier\Adapter\Css\CSSmin"/>"#;
    let to_own = r#"<virtualType name="cssMinificationAdapter" type="Acme\One\Css"/>"#;
    let found = customisations(&[
        ("app/code/Acme/One/etc/di.xml", to_own),
        ("app/code/Acme/Two/etc/di.xml", to_stock),
    ]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn stock_declarations_are_silent_and_stock_plugins_that_are_switched_off_are_not() {
    let stock = r#"<type name="Magento\Deploy\Service\DeployStaticContent"><plugin name="store" type="Magento\Csp\Plugin\StoreAssetIntegrityHashes"/></type>
        <type name="Magento\Translation\Model\Js\Config"><arguments><argument name="patterns" xsi:type="array"><item name="x" xsi:type="string">~x~</item></argument></arguments></type>"#;
    assert!(customisations(&[("app/code/Magento/Stock/etc/di.xml", stock)]).is_empty());
    let off = r#"<type name="Magento\Deploy\Service\DeployStaticContent"><plugin name="store" disabled="true"/></type>"#;
    let found = customisations(&[
        ("app/code/Magento/Stock/etc/di.xml", stock),
        ("app/code/Acme/One/etc/di.xml", off),
    ]);
    assert_eq!(found.len(), 1);
    assert!(
        found[0]
            .what
            .starts_with("switching off the plugin `store`")
    );
    let unknown = r#"<type name="Magento\Deploy\Service\DeployStaticContent"><plugin name="new" type="Magento\Stock\Plugin\Unheard"/></type>"#;
    assert_eq!(
        customisations(&[("app/code/Magento/Stock/etc/di.xml", unknown)]).len(),
        1
    );
}

#[test]
fn the_plugin_of_braintree_is_followed_on_and_off() {
    let on = r#"<type name="Magento\Framework\View\Asset\Minification"><plugin name="b" type="PayPal\Braintree\Plugin\ExcludeFromMinification"/></type>"#;
    let found = customisations(&[("app/code/Acme/One/etc/di.xml", on)]);
    assert!(found.len() == 1 && found[0].is_known);
    let off = r#"<type name="Magento\Framework\View\Asset\Minification"><plugin name="b" disabled="true"/></type>"#;
    let found = customisations(&[
        ("app/code/Acme/One/etc/di.xml", on),
        ("app/code/Acme/Two/etc/di.xml", off),
    ]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn files_of_areas_and_of_the_root_are_searched() {
    let plugin = r#"<type name="Magento\Framework\View\Asset\Source"><plugin name="p" type="Acme\One\Plugin"/></type>"#;
    let found = customisations(&[("app/code/Acme/One/etc/frontend/di.xml", plugin)]);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].message().ends_with("where no deploy sees it"),
        "{}",
        found[0].message()
    );
    let found = customisations(&[("app/etc/custom/di.xml", plugin)]);
    assert_eq!((found.len(), found[0].effect), (1, Effect::Everything));
    assert_eq!((found[0].module.as_ref(), found[0].line), (None, 2));
}
