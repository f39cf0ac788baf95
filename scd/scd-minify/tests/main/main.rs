//! Tests of the minifiers through their public interface.

mod html;
mod js;
mod reference;
mod template;
mod template_rows;
