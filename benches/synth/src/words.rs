//! The words that names, sentences and phrases are made of.

use crate::random::Random;

/// Vendors of modules.
pub(crate) const VENDORS: [&str; 20] = [
    "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Iris", "Juniper",
    "Kapok", "Larch", "Maple", "Nettle", "Oak", "Pine", "Quince", "Rowan", "Sorrel", "Tansy",
];

/// What modules are about.
pub(crate) const TOPICS: [&str; 40] = [
    "Account",
    "Address",
    "Banner",
    "Basket",
    "Blog",
    "Brand",
    "Bundle",
    "Carrier",
    "Catalog",
    "Checkout",
    "Compare",
    "Consent",
    "Coupon",
    "Delivery",
    "Export",
    "Feed",
    "Filter",
    "Gallery",
    "Gift",
    "Import",
    "Invoice",
    "Label",
    "Loyalty",
    "Menu",
    "Newsletter",
    "Offer",
    "Order",
    "Payment",
    "Picker",
    "Price",
    "Quote",
    "Rating",
    "Refund",
    "Review",
    "Rule",
    "Search",
    "Stock",
    "Store",
    "Tax",
    "Wishlist",
];

/// Nouns, for names of files, classes and variables.
const NOUNS: [&str; 32] = [
    "amount", "badge", "button", "card", "column", "counter", "dialog", "field", "form", "grid",
    "header", "hint", "icon", "item", "label", "list", "message", "modal", "option", "pager",
    "panel", "picker", "preview", "row", "section", "slider", "summary", "switcher", "table",
    "tab", "toggle", "total",
];

const VERBS: [&str; 12] = [
    "add", "apply", "change", "check", "choose", "close", "edit", "open", "remove", "save", "show",
    "update",
];

const ADJECTIVES: [&str; 12] = [
    "active",
    "available",
    "current",
    "default",
    "empty",
    "first",
    "large",
    "new",
    "open",
    "primary",
    "small",
    "wide",
];

/// A noun.
pub(crate) fn noun(random: &mut Random) -> &'static str {
    random.pick(&NOUNS)
}

/// A verb.
pub(crate) fn verb(random: &mut Random) -> &'static str {
    random.pick(&VERBS)
}

/// A name of a file or class, different for different numbers.
pub(crate) fn name(random: &mut Random, number: usize) -> String {
    format!("{}-{}-{number}", random.pick(&ADJECTIVES), noun(random))
}

/// Something that is shown to people and can be translated; there are about 70,000.
pub(crate) fn phrase(random: &mut Random) -> String {
    let mut verb = verb(random).to_owned();
    verb[..1].make_ascii_uppercase();
    let adjective = random.pick(&ADJECTIVES);
    let topic = TOPICS[random.between(0, TOPICS.len() - 1)].to_lowercase();
    match random.between(0, 3) {
        0 => format!("{verb} %1 {adjective} {topic} {}", noun(random)),
        _ => format!("{verb} the {adjective} {topic} {}", noun(random)),
    }
}

/// A sentence of a comment.
pub(crate) fn sentence(random: &mut Random) -> String {
    let mut text = phrase(random);
    for _ in 0..random.between(1, 3) {
        text += &format!(
            " when the {} {} is {}",
            random.pick(&ADJECTIVES),
            noun(random),
            random.pick(&ADJECTIVES)
        );
    }
    text + "."
}
