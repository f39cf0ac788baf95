//! What is derived from the finished files of a deploy: dictionaries and other generated files.

pub mod dictionary;
pub mod message_format;
mod number_pattern;
pub mod php_json;
pub mod php_number;
pub mod php_sort;
pub mod phrase;
pub mod translation_table;
