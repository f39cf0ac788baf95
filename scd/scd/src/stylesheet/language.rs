//! Which LESS a stylesheet is written in, and in which form its CSS is wanted: everything besides the sources that the
//! compiler's output depends on.

use scd_less::{Dialect, Limits, Math, Options, ParseOptions, Urls};
use scd_magento::{LessDialect, Mode};

use crate::diagnostic::Diagnostic;

/// The language of a stylesheet and the form of its CSS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Language {
    /// The generation of less.php whose bytes are wanted.
    pub dialect: Dialect,
    /// When arithmetic is done; none for what the dialect does by default.
    pub math: Option<Math>,
    /// Whether combining different units is an error.
    pub strict_units: bool,
    /// Compressed output, and the way of reading values that goes with it.
    pub compress: bool,
}

impl Language {
    /// What a Magento root compiles with: the dialect of the installed less.php unless another one is `chosen`, with the
    /// options of `Magento\Framework\Css\PreProcessor\Adapter\Less\Processor`, which leaves arithmetic and units to the
    /// compiler's defaults and compresses in every mode but `developer`.
    pub fn of_root(installed: Option<LessDialect>, chosen: Option<Dialect>, mode: Mode) -> Self {
        let (dialect, math) = match (chosen, installed) {
            (Some(dialect), _) => (dialect, None),
            (None, Some(LessDialect::Five)) => (Dialect::V5, None),
            // Division without parentheses is what 4.x still does and 5.0 gave up.
            (None, Some(LessDialect::Four)) => (Dialect::V5, Some(Math::Always)),
            (None, Some(LessDialect::Three) | None) => (Dialect::V3, None),
        };
        Self {
            dialect,
            math,
            strict_units: false,
            compress: mode != Mode::Developer,
        }
    }

    /// What parsing needs to know.
    pub(crate) fn parse_options(&self) -> ParseOptions {
        ParseOptions {
            compress: self.compress,
            dialect: self.dialect,
            ..ParseOptions::default()
        }
    }

    /// What compiling needs to know; the output is the same with and without a source map.
    pub(crate) fn options(&self, source_map: bool) -> Options {
        Options {
            source_map,
            compress: self.compress,
            dialect: self.dialect,
            math: self.math,
            strict_units: self.strict_units,
            // Magento leaves addresses as they are.
            urls: Urls::default(),
            limits: Limits::default(),
        }
    }

    /// The same as bytes, for digests.
    pub(crate) fn bytes(&self) -> [u8; 4] {
        let dialect = match self.dialect {
            Dialect::V3 => 3,
            // The enumeration may grow; whatever is newer than the newest known one comes last.
            _ => 5,
        };
        let math = match self.math {
            None => 0,
            Some(Math::Always) => 1,
            Some(Math::ParensDivision) => 2,
            Some(Math::Parens) => 3,
        };
        [
            dialect,
            math,
            u8::from(self.strict_units),
            u8::from(self.compress),
        ]
    }
}

impl Language {
    /// The language of which [`Language::bytes`] are these.
    pub(crate) fn of_bytes([dialect, math, strict_units, compress]: [u8; 4]) -> Option<Self> {
        let flag = |byte| match byte {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
        Some(Self {
            dialect: match dialect {
                3 => Dialect::V3,
                5 => Dialect::V5,
                _ => return None,
            },
            math: match math {
                0 => None,
                1 => Some(Math::Always),
                2 => Some(Math::ParensDivision),
                3 => Some(Math::Parens),
                _ => return None,
            },
            strict_units: flag(strict_units)?,
            compress: flag(compress)?,
        })
    }
}

/// What is to be said about the installed less.php when no dialect is chosen.
pub(crate) fn finding(
    installed: Option<LessDialect>,
    chosen: Option<Dialect>,
) -> Option<Diagnostic> {
    (installed == Some(LessDialect::Four) && chosen.is_none()).then(|| {
        Diagnostic::warning(
            "the installed wikimedia/less.php is 4.x, which scd does not follow; dialect 5 with division everywhere is the nearest and was taken",
        )
        .with_hint("compare the stylesheets with PHP's (`scd verify`), or choose with --less-dialect")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_comes_back_from_its_bytes() {
        for dialect in [Dialect::V3, Dialect::V5] {
            for mode in [Mode::Developer, Mode::Production] {
                for math in [
                    None,
                    Some(Math::Always),
                    Some(Math::ParensDivision),
                    Some(Math::Parens),
                ] {
                    let language = Language {
                        math,
                        ..Language::of_root(None, Some(dialect), mode)
                    };
                    assert_eq!(Language::of_bytes(language.bytes()), Some(language));
                }
            }
        }
        assert_eq!(Language::of_bytes([4, 0, 0, 0]), None);
        assert_eq!(Language::of_bytes([3, 0, 2, 0]), None);
    }

    #[test]
    fn the_installed_compiler_decides_unless_a_dialect_is_chosen() {
        let of = |installed, chosen| {
            let language = Language::of_root(installed, chosen, Mode::Production);
            (language.dialect, language.options(false).math())
        };
        let five = (Dialect::V5, Math::ParensDivision);
        let three = (Dialect::V3, Math::Always);
        assert_eq!(of(None, None), three);
        assert_eq!(of(Some(LessDialect::Three), None), three);
        assert_eq!(
            of(Some(LessDialect::Four), None),
            (Dialect::V5, Math::Always)
        );
        assert_eq!(of(Some(LessDialect::Five), None), five);
        assert_eq!(of(Some(LessDialect::Three), Some(Dialect::V5)), five);
        assert_eq!(of(Some(LessDialect::Four), Some(Dialect::V5)), five);
        assert_eq!(of(Some(LessDialect::Five), Some(Dialect::V3)), three);
        assert!(Language::of_root(None, None, Mode::Default).compress);
        assert!(!Language::of_root(None, None, Mode::Developer).compress);
    }

    #[test]
    fn only_the_generation_between_is_warned_about() {
        assert!(finding(Some(LessDialect::Four), None).is_some());
        assert!(finding(Some(LessDialect::Four), Some(Dialect::V5)).is_none());
        assert!(finding(Some(LessDialect::Five), None).is_none());
    }

    #[test]
    fn every_choice_shows_in_the_bytes() {
        let base = Language::default();
        let others = [
            Language {
                dialect: Dialect::V5,
                ..base
            },
            Language {
                math: Some(Math::Always),
                ..base
            },
            Language {
                math: Some(Math::Parens),
                ..base
            },
            Language {
                strict_units: true,
                ..base
            },
            Language {
                compress: true,
                ..base
            },
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(base.bytes(), other.bytes());
            for later in &others[index + 1..] {
                assert_ne!(other.bytes(), later.bytes());
            }
        }
    }
}
