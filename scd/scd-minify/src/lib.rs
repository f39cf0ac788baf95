//! CSS, JavaScript and template minifiers that reproduce Magento's own, and checks of equality in meaning.
