//! The formats of compression, and one text through one of them.

use std::fmt;
use std::io;
use std::str::FromStr;

use brotli::enc::BrotliEncoderParams;
use libdeflater::{CompressionLvl, Compressor, Decompressor};

/// A format, by what a browser calls it in `Accept-Encoding` and how the files are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// `gzip`: `x.css.gz`.
    Gzip,
    /// `br`: `x.css.br`.
    Brotli,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 2] = [Format::Gzip, Format::Brotli];

    /// The name in options.
    pub fn name(self) -> &'static str {
        match self {
            Format::Gzip => "gzip",
            Format::Brotli => "brotli",
        }
    }

    /// What is appended to the name of a file, with its dot.
    pub fn suffix(self) -> &'static str {
        match self {
            Format::Gzip => ".gz",
            Format::Brotli => ".br",
        }
    }

    /// The lowest and the highest level.
    pub fn levels(self) -> (u8, u8) {
        match self {
            Format::Gzip => (1, 12),
            Format::Brotli => (0, 11),
        }
    }

    /// The level of those who name none: the last one before time rises faster than sizes fall. On the reference tree
    /// (22 MB) gzip 9 takes 0.6 s and 12 takes 4.6 s for 3% less; brotli 5 takes 0.8 s, 9 takes 7 s for 3% less, and 11
    /// takes 40 s for 10% less.
    pub fn default_level(self) -> u8 {
        match self {
            Format::Gzip => 9,
            Format::Brotli => 5,
        }
    }

    /// The format that a name's suffix tells, and the name without it.
    pub fn of_name(name: &str) -> Option<(Self, &str)> {
        Self::ALL
            .into_iter()
            .find_map(|format| Some((format, name.strip_suffix(format.suffix())?)))
    }

    /// Whether a compressed file holds a text, and nothing but it.
    pub fn holds(self, compressed: &[u8], text: &[u8]) -> bool {
        match self {
            Format::Gzip => {
                // One byte more than wanted would not fit, and without any place nothing can be checked.
                let mut found = vec![0; text.len().max(1)];
                let length = Decompressor::new().gzip_decompress(compressed, &mut found);
                length.is_ok_and(|length| found[..length] == *text)
            }
            Format::Brotli => {
                let mut rest = Expected(text);
                let mut input = io::Cursor::new(compressed);
                brotli::BrotliDecompress(&mut input, &mut rest).is_ok() && rest.0.is_empty()
            }
        }
    }

    /// What makes the bytes, with its version: results of another one are not the same.
    pub fn maker(self) -> &'static str {
        match self {
            Format::Gzip => "libdeflate-sys 1.26.1",
            Format::Brotli => "brotli 9.1.1",
        }
    }
}

/// A format and how hard it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Codec {
    format: Format,
    level: u8,
}

/// A codec that there is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// No format has the name.
    #[error(
        "there is no compression `{0}`; expected `gzip` or `brotli`, with a level as in `gzip:9`"
    )]
    UnknownFormat(String),
    /// The level is none of the format's.
    #[error(
        "`{text}` is no level of {name}; expected a number from {lowest} to {highest}",
        name = format.name(), lowest = format.levels().0, highest = format.levels().1
    )]
    Level {
        /// The format.
        format: Format,
        /// What was given as its level.
        text: String,
    },
}

impl Codec {
    /// A format at a level, its default level when none.
    ///
    /// # Errors
    /// A level that the format does not have.
    pub fn new(format: Format, level: Option<u8>) -> Result<Self, CodecError> {
        let level = level.unwrap_or_else(|| format.default_level());
        let (lowest, highest) = format.levels();
        if !(lowest..=highest).contains(&level) {
            let text = level.to_string();
            return Err(CodecError::Level { format, text });
        }
        Ok(Self { format, level })
    }

    /// The format.
    pub fn format(self) -> Format {
        self.format
    }

    /// How hard it tries.
    pub fn level(self) -> u8 {
        self.level
    }

    /// The compressed text: the same bytes for the same text on every machine and at any time, because the header of a
    /// gzip file holds neither name nor time.
    pub(super) fn compress(self, text: &[u8]) -> Vec<u8> {
        match self.format {
            Format::Gzip => gzip(text, self.level),
            Format::Brotli => brotli(text, self.level),
        }
    }

    /// About how long a text takes, in units that compare between codecs.
    pub(super) fn weight(self, length: usize) -> u64 {
        let slowness = match (self.format, self.level) {
            (Format::Gzip, ..=9) | (Format::Brotli, ..=4) => 1,
            (Format::Brotli, ..=6) => 2,
            (Format::Gzip, _) | (Format::Brotli, ..=9) => 10,
            (Format::Brotli, _) => 60,
        };
        length as u64 * slowness
    }
}

/// Takes what is expected and nothing else.
struct Expected<'a>(&'a [u8]);

impl io::Write for Expected<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let rest = self.0.strip_prefix(bytes);
        self.0 = rest.ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn gzip(text: &[u8], level: u8) -> Vec<u8> {
    let level = CompressionLvl::new(level.into()).expect("`Codec::new` checked the level");
    let mut compressor = Compressor::new(level);
    let mut compressed = vec![0; compressor.gzip_compress_bound(text.len())];
    let length = compressor
        .gzip_compress(text, &mut compressed)
        .expect("the buffer has the size that was asked for");
    compressed.truncate(length);
    compressed
}

fn brotli(text: &[u8], level: u8) -> Vec<u8> {
    let parameters = BrotliEncoderParams {
        quality: level.into(),
        size_hint: text.len(),
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::with_capacity(text.len() / 3);
    let mut input = io::Cursor::new(text);
    brotli::BrotliCompress(&mut input, &mut compressed, &parameters)
        .expect("neither reading nor writing memory fails");
    compressed
}

/// `gzip`, `gzip:9`.
impl FromStr for Codec {
    type Err = CodecError;

    fn from_str(text: &str) -> Result<Self, CodecError> {
        let (name, level) = match text.split_once(':') {
            Some((name, level)) => (name, Some(level)),
            None => (text, None),
        };
        let format = Format::ALL.into_iter().find(|format| format.name() == name);
        let format = format.ok_or_else(|| CodecError::UnknownFormat(name.to_owned()))?;
        let level = level.map(|text| {
            let text = text.to_owned();
            text.parse().map_err(|_| CodecError::Level { format, text })
        });
        Self::new(format, level.transpose()?)
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.format.name(), self.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_are_written_with_or_without_a_level() {
        for (text, written) in [
            ("gzip", "gzip:9"),
            ("gzip:1", "gzip:1"),
            ("brotli", "brotli:5"),
            ("brotli:0", "brotli:0"),
            ("brotli:11", "brotli:11"),
        ] {
            assert_eq!(text.parse::<Codec>().unwrap().to_string(), written);
        }
        let refused = |text: &str| text.parse::<Codec>().unwrap_err().to_string();
        assert!(refused("zstd:3").contains("`zstd`"));
        assert!(
            refused("gzip:0").contains("`0` is no level of gzip; expected a number from 1 to 12")
        );
        assert!(refused("gzip:").contains("`` is no level"));
        assert!(refused("brotli:-1").contains("`-1` is no level of brotli"));
        assert!(refused("brotli:999").contains("`999`"));
    }

    #[test]
    fn a_gzip_header_has_no_name_and_no_time() {
        let compressed = gzip(b"a { b: c }", 9);
        // Magic number, deflate, no flags (so no name), no time.
        assert_eq!(compressed[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_compressed_file_holds_its_text_and_no_other() {
        for text in [&b"a { b: c }\n".repeat(100)[..], b"x", b""] {
            for codec in ["gzip", "gzip:12", "brotli:0", "brotli:11"] {
                let codec: Codec = codec.parse().unwrap();
                let compressed = codec.compress(text);
                let holds = |text: &[u8]| codec.format().holds(&compressed, text);
                assert!(holds(text), "{codec}");
                assert!(!holds(&[text, b"more"].concat()), "{codec}");
                assert!(
                    !holds(b"other") && (text.is_empty() || !holds(b"")),
                    "{codec}"
                );
                assert!(!codec.format().holds(b"nonsense", text), "{codec}");
                let cut = &compressed[..compressed.len() - 1];
                assert!(!codec.format().holds(cut, text), "{codec}");
            }
        }
        let told = Format::of_name("css/a.css.br");
        assert_eq!(told, Some((Format::Brotli, "css/a.css")));
        assert_eq!(Format::of_name("css/a.css"), None);
    }

    #[test]
    fn the_makers_are_those_that_are_built_in() {
        let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
        let lock = std::fs::read_to_string(lock).unwrap();
        for format in Format::ALL {
            let (name, version) = format.maker().split_once(' ').unwrap();
            let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
            assert!(lock.contains(&entry), "{} is out of date", format.maker());
        }
    }
}
