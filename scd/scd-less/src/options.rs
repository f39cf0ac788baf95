//! What a caller can choose.

/// Choices that parsing depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOptions {
    /// Whether the output will be compressed. less.php reads values differently then, so this is part of what a
    /// [`Stylesheet`](crate::Stylesheet) is.
    pub compress: bool,
    /// Which compiler's grammar applies.
    pub dialect: Dialect,
    /// How deep blocks, parentheses and calls may nest. One level takes up to 3 KiB of stack while parsing.
    /// A statement may have eight times as many operators.
    pub depth_limit: u32,
    /// How many statements a file may have; the largest stylesheets that people write have some 10,000.
    pub statement_limit: u32,
    /// How many errors of one file are collected before the rest is left out.
    pub error_limit: u32,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self {
            compress: false,
            dialect: Dialect::default(),
            depth_limit: 128,
            statement_limit: 100_000,
            error_limit: 50,
        }
    }
}

/// Choices that compiling depends on.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Compressed output. Must be what the stylesheets were parsed with.
    pub compress: bool,
    /// Which compiler's rules apply. Must be what the stylesheets were parsed with.
    pub dialect: Dialect,
    /// When arithmetic is done; `None` for what the dialect does by default.
    pub math: Option<Math>,
    /// Whether combining different units is an error instead of a guess (`strictUnits`).
    pub strict_units: bool,
    /// What becomes of addresses in `url()` and in imports for the browser.
    pub urls: Urls,
    /// Whether to tell where every part of the CSS comes from. The CSS is the same with and without.
    pub source_map: bool,
    /// Bounds that turn endless input into messages.
    pub limits: Limits,
}

/// The rules of one generation of wikimedia/less.php.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// less.php 3.x, the language of less.js 2.5.
    #[default]
    V3,
    /// less.php 5.x, the language of less.js 3.13.
    V5,
}

/// When arithmetic is done (`math`, formerly `strictMath`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Math {
    /// Everywhere; what dialect 3 does by default.
    Always,
    /// Everywhere, but division only in parentheses; what dialect 5 does by default.
    ParensDivision,
    /// Only in parentheses.
    Parens,
}

impl Options {
    /// When arithmetic is done: as chosen, else as the dialect does by default.
    #[must_use]
    pub fn math(&self) -> Math {
        self.math.unwrap_or(match self.dialect {
            Dialect::V3 => Math::Always,
            Dialect::V5 => Math::ParensDivision,
        })
    }
}

/// What becomes of addresses. By default they stay what they are, but for `.` and `..`, which are folded away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Urls {
    /// Which relative addresses in `url()` are rewritten to be right as seen from the entry (`relativeUrls`).
    pub rewrite: Rewrite,
    /// The address of the entry's directory, to be put before what is rewritten and before imports for the browser (the second
    /// argument of `Less_Parser::parseFile`). Without rewriting it is put before every relative address and nothing else is, as
    /// less.js does it; less.php does not.
    pub root_path: String,
    /// Arguments to be appended to every address that is not of data (`urlArgs`), for example `v=1`. As less.php has it, they are
    /// appended anew whenever a variable or a mixin hands an address on.
    pub args: String,
}

/// Which relative addresses are rewritten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rewrite {
    /// None; what Magento chooses.
    #[default]
    Off,
    /// Those that begin with `.`; a choice of less.js that less.php does not have.
    Local,
    /// All; what less.php and its tests do by default. In addresses without quotes, parentheses, quotes and blanks of directories
    /// become `$1`, because less.php makes that of them.
    All,
}

impl Urls {
    /// The root path, empty or ending in `/`.
    pub(crate) fn root_directory(&self) -> String {
        if self.root_path.is_empty() {
            return String::new();
        }
        format!("{}/", self.root_path.trim_end_matches('/'))
    }

    /// Whether arguments are appended. PHP takes `0` for nothing.
    pub(crate) fn has_args(&self) -> bool {
        !self.args.is_empty() && self.args != "0"
    }
}

/// Bounds on what one compile may do. Every one is far above what stylesheets need.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many mixin calls, blocks and variable uses may be open at a time. One level takes up to 6 KiB of stack.
    pub depth: u32,
    /// How many statements and variable uses may be evaluated in all; the largest real stylesheets need some 100,000.
    pub statements: u64,
    /// How many selectors may be printed in all, with the elements that joining adds to them and the selectors that extending
    /// makes; the largest real stylesheets need less than 50,000.
    pub selectors: u64,
    /// How many bytes of CSS may be printed.
    pub output: usize,
    /// How many bytes of text interpolation and functions may make in all.
    pub text: usize,
    /// How many files may be imported, repeated ones included.
    pub imports: u32,
    /// How many errors of one entry are collected before the rest is left out.
    pub errors: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 1_000,
            statements: 1_500_000,
            selectors: 250_000,
            output: 32 << 20,
            text: 16 << 20,
            imports: 10_000,
            errors: 50,
        }
    }
}
