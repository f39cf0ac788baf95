//! Tests of the minifiers through their public interface.

#![expect(
    clippy::disallowed_methods,
    reason = "the bans are the crate's; its tests read sources and watch the clock"
)]

mod css;
mod html;
mod js;
mod reference;
mod template;
mod template_rows;
