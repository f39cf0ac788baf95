//! What Magento itself declares about the classes that are watched, in the releases 2.4.4 to 2.4.9: all of it is part of
//! what is mirrored.

/// The plugin whose entry `/pay.google.com/` is appended to every exclusion list; that is followed.
pub(super) const BRAINTREE: &str = r"PayPal\Braintree\Plugin\ExcludeFromMinification";

/// Classes and virtual types, sorted.
const CLASSES: &[&str] = &[
    "AlternativeSourceProcessors",
    "AssetPreProcessorPool",
    "FileGeneratorPublicationDecoratorForBaseFlow",
    r"Magento\Backend\Model\Locale\Resolver\Proxy",
    r"Magento\Csp\Model\Deploy\Package\Processor\PostProcessor\Integrity",
    r"Magento\Csp\Model\Deploy\Package\Processor\PostProcessor\Map",
    r"Magento\Csp\Plugin\AfterAssetPublishPlugin",
    r"Magento\Csp\Plugin\AfterRequireJsDeployPlugin",
    r"Magento\Csp\Plugin\GenerateAssetIntegrity",
    r"Magento\Csp\Plugin\GenerateBundleAssetIntegrity",
    r"Magento\Csp\Plugin\RemoveAllAssetIntegrityHashes",
    r"Magento\Csp\Plugin\StoreAssetIntegrityHashes",
    r"Magento\Deploy\Package\Bundle\RequireJs",
    r"Magento\Deploy\Package\Processor\PostProcessor\CssUrls",
    r"Magento\Deploy\Package\Processor\PostProcessor\Map",
    r"Magento\Deploy\Package\Processor\PreProcessor\Css",
    r"Magento\Deploy\Package\Processor\PreProcessor\Less",
    r"Magento\Deploy\Source\Lib",
    r"Magento\Deploy\Source\Modules",
    r"Magento\Deploy\Source\Themes",
    r"Magento\Developer\Model\View\Asset\PreProcessor\PreprocessorStrategy",
    r"Magento\Framework\App\Cache\Type\Translate",
    r"Magento\Framework\App\Request\Http\Proxy",
    r"Magento\Framework\Code\Minifier\Adapter\Css\CSSmin",
    r"Magento\Framework\Code\Minifier\Adapter\Js\JShrink",
    r"Magento\Framework\Css\PreProcessor\Adapter\Less\Processor",
    r"Magento\Framework\Css\PreProcessor\ErrorHandler",
    r"Magento\Framework\Css\PreProcessor\File\Collector\Aggregated",
    r"Magento\Framework\Css\PreProcessor\File\Collector\Library",
    r"Magento\Framework\Css\PreProcessor\Instruction\Import",
    r"Magento\Framework\Css\PreProcessor\Instruction\MagentoImport",
    r"Magento\Framework\Locale\Config",
    r"Magento\Framework\Locale\Resolver\Proxy",
    r"Magento\Framework\Phrase\Renderer\Composite",
    r"Magento\Framework\Phrase\Renderer\Inline",
    r"Magento\Framework\Phrase\Renderer\Placeholder",
    r"Magento\Framework\Phrase\Renderer\Translate",
    r"Magento\Framework\Translate",
    r"Magento\Framework\Translate\ResourceInterface\Proxy",
    r"Magento\Framework\View\Asset\LockerProcess",
    r"Magento\Framework\View\Asset\PreProcessor\AlternativeSource",
    r"Magento\Framework\View\Asset\PreProcessor\ChainFactory",
    r"Magento\Framework\View\Asset\PreProcessor\Helper\Sort",
    r"Magento\Framework\View\Asset\PreProcessor\MinificationFilenameResolver",
    r"Magento\Framework\View\Asset\PreProcessor\Minify",
    r"Magento\Framework\View\Asset\PreProcessor\ModuleNotation",
    r"Magento\Framework\View\Asset\PreProcessor\Passthrough",
    r"Magento\Framework\View\Asset\PreProcessor\Pool",
    r"Magento\Framework\View\Asset\PreProcessor\VariableNotation",
    r"Magento\Framework\View\Design\FileResolution\Fallback\Resolver\Alternative",
    r"Magento\Framework\View\Design\FileResolution\Fallback\Resolver\Minification",
    r"Magento\Framework\View\Design\FileResolution\Fallback\Resolver\Simple",
    r"Magento\Framework\View\File\Collector\Theme",
    r"Magento\Framework\View\Template\Html\Minifier",
    r"Magento\ReCaptchaFrontendUi\Plugin\ExcludeFromMinification",
    r"Magento\Translation\Model\Js\Config",
    r"Magento\Translation\Model\Js\DataProvider",
    r"Magento\Translation\Model\Js\PreProcessor",
    r"Magento\Translation\Model\Json\PreProcessor",
    r"PayPal\Braintree\Plugin\ExcludeFromMinification",
    "PreProcessorInstructionImportForBaseFlow",
    "cssMinificationAdapter",
    "cssMinificationProcessor",
    "cssSourceBaseFilesSorted",
    "cssSourceOverriddenBaseFiles",
    "dataProviderCompositeRenderer",
    "jsMinificationAdapter",
    "jsMinificationProcessor",
    "requirejsConfigFileSourceBaseSorted",
    "requirejsFileSourceThemeSorted",
    "viewFileFallbackResolver",
    "viewFileMinifiedFallbackResolver",
];

/// Whether Magento itself brings the class in.
pub(super) fn is_stock(class: &str) -> bool {
    CLASSES.binary_search(&class).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(CLASSES.is_sorted());
        assert!(is_stock(BRAINTREE));
        assert!(!is_stock(r"Acme\Minify\Model\Js"));
    }
}
