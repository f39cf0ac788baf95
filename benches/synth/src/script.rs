//! JavaScript, static templates and RequireJS configuration.

use crate::random::Random;
use crate::words::{noun, phrase, sentence, verb};

/// An AMD module or a jQuery widget of about so many bytes.
pub(crate) fn module(random: &mut Random, name: &str, size: usize) -> String {
    let mut text = format!(
        "/**\n * {}\n */\ndefine([\n    'jquery',\n    'mage/translate',\n    'ko'\n], function ($, $t, ko) {{\n    'use strict';\n\n",
        sentence(random)
    );
    text += &format!(
        "    var settings = {{\n        name: '{name}',\n        delay: {},\n        isOpen: ko.observable(false)\n    }};\n\n",
        random.between(0, 5000)
    );
    let mut methods = Vec::new();
    while text.len() < size {
        let method = format!("{}{}{}", verb(random), capital(noun(random)), methods.len());
        text += &function(random, &method);
        methods.push(method);
    }
    text += "    return {\n        settings: settings";
    for method in &methods {
        text += &format!(",\n        {method}: {method}");
    }
    text + "\n    };\n});\n"
}

fn function(random: &mut Random, name: &str) -> String {
    let (one, other) = (noun(random), noun(random));
    let mut text = format!(
        "    /**\n     * {}\n     *\n     * @param {{Object}} {one}\n     * @returns {{Boolean}}\n     */\n    function {name}({one}) {{\n        var found{} = $('.{other}', {one}.element),\n            count = 0;\n\n",
        sentence(random),
        capital(other)
    );
    for _ in 0..random.between(1, 4) {
        text += &match random.between(0, 3) {
            0 => format!(
                "        if ({one}.isActive && settings.delay > {}) {{\n            count += {};\n        }}\n",
                random.between(1, 999),
                random.between(1, 9)
            ),
            1 => format!(
                "        // {}\n        found{}.text($t('{}'));\n",
                sentence(random),
                capital(other),
                phrase(random)
            ),
            2 => format!(
                "        $.each({one}.items || [], function (index, entry) {{\n            if (entry.{} === 'x{}') {{\n                count = count + index;\n            }}\n        }});\n",
                noun(random),
                random.between(0, 99)
            ),
            _ => format!(
                "        settings.isOpen(/^[a-z]{{{}}}$/.test({one}.code) ? !settings.isOpen() : false);\n",
                random.between(1, 9)
            ),
        };
    }
    text + "\n        return count > 0;\n    }\n\n"
}

fn capital(word: &str) -> String {
    let mut word = word.to_owned();
    word[..1].make_ascii_uppercase();
    word
}

/// A Knockout template.
pub(crate) fn html(random: &mut Random) -> String {
    let mut text = format!(
        "<!-- {} -->\n<div class=\"{}\" data-bind=\"visible: isVisible\">\n",
        sentence(random),
        noun(random)
    );
    for _ in 0..random.skewed(2, 24) {
        let class = noun(random);
        text += &match random.between(0, 2) {
            0 => format!(
                "    <span class=\"{class}\" data-bind=\"i18n: '{}'\"></span>\n",
                phrase(random)
            ),
            1 => format!(
                "    <!-- ko i18n: '{}' --><!-- /ko -->\n    <b data-bind=\"text: {class}\"></b>\n",
                phrase(random)
            ),
            _ => format!(
                "    <!-- ko foreach: {class} -->\n    <div class=\"{class}-{}\" attr=\"'data-role': '{class}'\"></div>\n    <!-- /ko -->\n",
                noun(random)
            ),
        };
    }
    text + "</div>\n"
}

/// A module's `requirejs-config.js`.
pub(crate) fn config(random: &mut Random, module: &str, scripts: &[String]) -> String {
    let mut text = String::from("var config = {\n    map: {\n        '*': {\n");
    let named: Vec<&String> = scripts.iter().filter(|_| random.chance(40)).collect();
    for (number, script) in named.iter().enumerate() {
        let comma = if number + 1 < named.len() { "," } else { "" };
        let path = script.trim_end_matches(".js");
        let short = module.to_lowercase().replace('_', "-");
        text += &format!("            '{short}-{number}': '{module}/{path}'{comma}\n");
    }
    text + "        }\n    },\n    config: {\n        mixins: {}\n    }\n};\n"
}

/// A template with translations.
pub(crate) fn phtml(random: &mut Random, name: &str) -> String {
    let mut text = format!(
        "<?php\n/**\n * {}\n *\n * @var $block \\Synth\\Block\\{}\n * @var $escaper \\Synth\\Escaper\n */\n?>\n<div class=\"{name}\">\n",
        sentence(random),
        capital(noun(random))
    );
    for _ in 0..random.skewed(2, 30) {
        let class = noun(random);
        text += &match random.between(0, 3) {
            0 => format!(
                "    <h2 class=\"{class}\"><?= $escaper->escapeHtml(__('{}')) ?></h2>\n",
                phrase(random)
            ),
            1 => format!(
                "    <?php if ($block->get{}()): ?>\n        <p><?= $block->getChildHtml('{class}') ?></p>\n    <?php endif; ?>\n",
                capital(class)
            ),
            2 => format!(
                "    <?php foreach ($block->getItems() as $item): // {} ?>\n        <li><?= (int) $item->getId() ?></li>\n    <?php endforeach ?>\n",
                noun(random)
            ),
            _ => format!(
                "    <!-- {} -->\n    <a href=\"#{class}\"   title=\"x\">  <?= /* @noEscape */ $block->getUrl('{class}') ?>  </a>\n",
                sentence(random)
            ),
        };
    }
    text += "</div>\n";
    if random.chance(40) {
        text += &format!(
            "<script type=\"text/x-magento-init\">\n    {{\n        \"*\": {{\n            \"{name}\": {{}}\n        }}\n    }}\n</script>\n"
        );
    }
    text
}
