//! Classes whose work is mirrored, and what of the output depends on each.

use std::fmt;

/// What of the output a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Which files there are, where they come from, what they are called.
    Everything,
    /// JavaScript.
    Scripts,
    /// Stylesheets, compiled or plain.
    Styles,
    /// What the minifiers of scripts and stylesheets do.
    Minified,
    /// What the minifier of scripts does.
    MinifiedScripts,
    /// What the minifier of stylesheets does.
    MinifiedStyles,
    /// Static HTML.
    Html,
    /// Minified templates.
    Templates,
    /// `js-translation.json`.
    Dictionaries,
    /// The configuration of RequireJS.
    RequireJs,
    /// Bundles of scripts.
    Bundles,
    /// Which locales may be asked for.
    Locales,
    /// A strategy that has to be asked for by its name.
    OtherStrategy,
}

impl fmt::Display for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Everything => "all files",
            Self::Scripts => "scripts",
            Self::Styles => "stylesheets",
            Self::Minified => "minified scripts and stylesheets",
            Self::MinifiedScripts => "minified scripts",
            Self::MinifiedStyles => "minified stylesheets",
            Self::Html => "static HTML",
            Self::Templates => "minified templates",
            Self::Dictionaries => "translation dictionaries",
            Self::RequireJs => "the RequireJS configuration",
            Self::Bundles => "bundles",
            Self::Locales => "which locales are known",
            Self::OtherStrategy => "deploys with this strategy",
        })
    }
}

/// Names and name spaces with what they concern, the more special before the more general; a name ending in `\` stands
/// for everything in it. None: it works when pages are made, not when files are deployed.
const WATCHED: &[(&str, Option<Effect>)] = &[
    ("AlternativeSourceProcessors", Some(Effect::Styles)),
    ("AssetPreProcessorPool", Some(Effect::Everything)),
    (
        "PreProcessorInstructionImportForBaseFlow",
        Some(Effect::Styles),
    ),
    ("cssMinificationAdapter", Some(Effect::MinifiedStyles)),
    ("cssMinificationProcessor", Some(Effect::MinifiedStyles)),
    ("jsMinificationAdapter", Some(Effect::MinifiedScripts)),
    ("jsMinificationProcessor", Some(Effect::MinifiedScripts)),
    ("viewFileFallbackResolver", Some(Effect::Everything)),
    ("viewFileMinifiedFallbackResolver", Some(Effect::Everything)),
    (r"Magento\Deploy\Collector\", Some(Effect::Everything)),
    (r"Magento\Deploy\Config\BundleConfig", Some(Effect::Bundles)),
    (
        r"Magento\Deploy\Console\DeployStaticOptions",
        Some(Effect::Everything),
    ),
    (
        r"Magento\Deploy\Console\InputValidator",
        Some(Effect::Everything),
    ),
    (r"Magento\Deploy\Package\Bundle\", Some(Effect::Bundles)),
    (
        r"Magento\Deploy\Package\BundleInterface",
        Some(Effect::Bundles),
    ),
    (r"Magento\Deploy\Package\", Some(Effect::Everything)),
    (r"Magento\Deploy\Process\", Some(Effect::Everything)),
    (r"Magento\Deploy\Service\Bundle", Some(Effect::Bundles)),
    (
        r"Magento\Deploy\Service\DeployRequireJsConfig",
        Some(Effect::RequireJs),
    ),
    (
        r"Magento\Deploy\Service\DeployTranslationsDictionary",
        Some(Effect::Dictionaries),
    ),
    (
        r"Magento\Deploy\Service\MinifyTemplates",
        Some(Effect::Templates),
    ),
    (r"Magento\Deploy\Service\", Some(Effect::Everything)),
    (r"Magento\Deploy\Source\", Some(Effect::Everything)),
    (r"Magento\Deploy\Strategy\", Some(Effect::Everything)),
    (
        r"Magento\Framework\App\Language\Dictionary",
        Some(Effect::Dictionaries),
    ),
    (
        r"Magento\Framework\App\View\Asset\",
        Some(Effect::Everything),
    ),
    (
        r"Magento\Framework\Code\Minifier\Adapter\Css\",
        Some(Effect::MinifiedStyles),
    ),
    (
        r"Magento\Framework\Code\Minifier\Adapter\Js\",
        Some(Effect::MinifiedScripts),
    ),
    (r"Magento\Framework\Code\Minifier\", Some(Effect::Minified)),
    (r"Magento\Framework\Css\", Some(Effect::Styles)),
    (r"Magento\Framework\Locale\Config", Some(Effect::Locales)),
    (
        r"Magento\Framework\Locale\ConfigInterface",
        Some(Effect::Locales),
    ),
    (r"Magento\Framework\Phrase\Renderer\Inline", None),
    (
        r"Magento\Framework\Phrase\Renderer\",
        Some(Effect::Dictionaries),
    ),
    (
        r"Magento\Framework\Phrase\RendererInterface",
        Some(Effect::Dictionaries),
    ),
    (r"Magento\Framework\RequireJs\", Some(Effect::RequireJs)),
    (r"Magento\Framework\Translate", Some(Effect::Dictionaries)),
    (
        r"Magento\Framework\TranslateInterface",
        Some(Effect::Dictionaries),
    ),
    (r"Magento\Framework\View\Asset\Bundle\", None),
    (r"Magento\Framework\View\Asset\Collection", None),
    (r"Magento\Framework\View\Asset\Config", None),
    (r"Magento\Framework\View\Asset\ConfigInterface", None),
    (r"Magento\Framework\View\Asset\ContextInterface", None),
    (r"Magento\Framework\View\Asset\GroupedCollection", None),
    (r"Magento\Framework\View\Asset\MergeService", None),
    (r"Magento\Framework\View\Asset\MergeStrategy\", None),
    (r"Magento\Framework\View\Asset\MergeStrategyInterface", None),
    (r"Magento\Framework\View\Asset\Merged", None),
    (
        r"Magento\Framework\View\Asset\PreProcessor\Minify",
        Some(Effect::Minified),
    ),
    (r"Magento\Framework\View\Asset\PropertyGroup", None),
    (r"Magento\Framework\View\Asset\Remote", None),
    (r"Magento\Framework\View\Asset\", Some(Effect::Everything)),
    (
        r"Magento\Framework\View\Design\FileResolution\Fallback\TemplateFile",
        None,
    ),
    (
        r"Magento\Framework\View\Design\FileResolution\Fallback\EmailTemplateFile",
        None,
    ),
    (
        r"Magento\Framework\View\Design\FileResolution\",
        Some(Effect::Everything),
    ),
    (
        r"Magento\Framework\View\Design\Fallback\",
        Some(Effect::Everything),
    ),
    (
        r"Magento\Framework\View\Template\Html\Minifier",
        Some(Effect::Templates),
    ),
    (
        r"Magento\Framework\View\Template\Html\MinifierInterface",
        Some(Effect::Templates),
    ),
    (r"Magento\RequireJs\Model\", Some(Effect::RequireJs)),
    (
        r"Magento\Setup\Console\Command\DeployStaticContentCommand",
        Some(Effect::Everything),
    ),
    (r"Magento\Translation\Model\Js\", Some(Effect::Dictionaries)),
    (
        r"Magento\Translation\Model\Json\",
        Some(Effect::Dictionaries),
    ),
];

/// What a change of a class or virtual type concerns; none where no deploy uses it.
pub(super) fn effect_of(class: &str) -> Option<Effect> {
    let is_meant = |watched: &str| match watched.strip_suffix('\\') {
        Some(_) => class.starts_with(watched),
        None => class == watched,
    };
    WATCHED
        .iter()
        .find(|(watched, _)| is_meant(watched))
        .and_then(|(_, effect)| *effect)
}

/// What a change of one argument concerns; `path` is its name with those of the items that lead to the value.
pub(super) fn effect_of_argument(class: &str, path: &str) -> Option<Effect> {
    let effect = effect_of(class)?;
    let mut names = path.split('/');
    let (argument, item) = (names.next(), names.next());
    Some(match (class, argument, item) {
        ("AssetPreProcessorPool", Some("preprocessors"), Some(kind)) => match kind {
            "js" => Effect::Scripts,
            "css" | "less" => Effect::Styles,
            "html" => Effect::Html,
            "json" => Effect::Dictionaries,
            _ => effect,
        },
        (r"Magento\Deploy\Strategy\DeployStrategyFactory", Some("strategies"), Some(name))
            if !matches!(name, "quick" | "standard" | "compact") =>
        {
            Effect::OtherStrategy
        }
        _ => effect,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_special_name_wins() {
        let everything = Some(Effect::Everything);
        for (class, expected) in [
            (r"Magento\Framework\View\Asset\Minification", everything),
            (r"Magento\Framework\View\Asset\MergeService", None),
            (r"Magento\Framework\View\Asset\Merged", None),
            (
                r"Magento\Framework\View\Asset\PreProcessor\Minify",
                Some(Effect::Minified),
            ),
            (
                r"Magento\Framework\View\Asset\PreProcessor\ModuleNotation",
                everything,
            ),
            (r"Magento\Deploy\Service\Bundle", Some(Effect::Bundles)),
            (r"Magento\Deploy\Service\DeployPackage", everything),
            (r"Magento\Framework\Translate", Some(Effect::Dictionaries)),
            (r"Magento\Framework\Translate\Inline", None),
            (r"Magento\Framework\Locale\Resolver", None),
            (r"Magento\Catalog\Model\Product", None),
        ] {
            assert_eq!(effect_of(class), expected, "{class}");
        }
    }

    #[test]
    fn items_of_the_pool_concern_their_kind_of_file() {
        let effect = |path| effect_of_argument("AssetPreProcessorPool", path);
        assert_eq!(effect("preprocessors/js/x/class"), Some(Effect::Scripts));
        assert_eq!(effect("preprocessors/less/x/class"), Some(Effect::Styles));
        assert_eq!(
            effect("preprocessors/scss/x/class"),
            Some(Effect::Everything)
        );
        let factory = r"Magento\Deploy\Strategy\DeployStrategyFactory";
        let strategy = |name| effect_of_argument(factory, name);
        assert_eq!(strategy("strategies/mine"), Some(Effect::OtherStrategy));
        assert_eq!(strategy("strategies/quick"), Some(Effect::Everything));
    }
}
