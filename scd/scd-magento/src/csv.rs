//! The CSV dialect of translation files: PHP's `fgetcsv` with comma, double quote and the NUL byte as escape character.
//!
//! Mirrors how `Magento\Framework\File\Csv` and `Magento\Framework\Filesystem\Driver\File` call it, with everything that
//! it does to hostile text: checked against PHP 8.2 with random files.

/// Rows and fields of a file. Empty lines are skipped; nothing is an error.
///
/// A byte-order mark belongs to the first field. An unterminated quote takes in the rest of the file.
pub fn parse_csv(source: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut rows = Vec::new();
    let mut reader = Reader {
        rest: source,
        line: &[],
        limit: 0,
        at: 0,
    };
    while reader.next_line() {
        if reader.limit > 0 {
            rows.push(reader.row());
        }
    }
    rows
}

/// What the bytes of a quoted field mean.
#[derive(Clone, Copy)]
enum State {
    Inside,
    /// Behind a NUL byte: the next byte stands for itself.
    Escaped,
    /// Behind a quote, which ends the field unless another one follows.
    Closed,
}

/// A file, line by line.
struct Reader<'a> {
    /// What follows the line.
    rest: &'a [u8],
    /// The physical line with its end.
    line: &'a [u8],
    /// Where the line's end begins.
    limit: usize,
    /// The byte that is looked at. A quote as the last byte of a line leads one behind `limit`.
    at: usize,
}

impl Reader<'_> {
    fn next_line(&mut self) -> bool {
        let end = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |at| at + 1);
        if end == 0 {
            return false;
        }
        (self.line, self.rest) = self.rest.split_at(end);
        self.limit = content_length(self.line);
        self.at = 0;
        true
    }

    fn row(&mut self) -> Vec<Vec<u8>> {
        let mut row = Vec::new();
        loop {
            let behind_blanks = self.behind_blanks();
            if self.at < self.limit && self.line.get(behind_blanks) == Some(&b'"') {
                self.at = behind_blanks + 1;
                row.push(self.quoted());
            } else {
                let start = self.at;
                self.skip_to_comma();
                let field = &self.line[start..self.at];
                // PHP takes an end of line off every unquoted field, not only the last.
                row.push(field[..content_length(field)].to_vec());
            }
            if self.at >= self.limit {
                return row;
            }
            // Behind the comma, which may be the last byte: then an empty field follows.
            self.at += 1;
        }
    }

    fn behind_blanks(&self) -> usize {
        let ahead = self.line.get(self.at..).unwrap_or_default();
        self.at + ahead.iter().take_while(|byte| is_blank(**byte)).count()
    }

    fn skip_to_comma(&mut self) {
        let ahead = self.line.get(self.at..self.limit).unwrap_or_default();
        self.at += memchr::memchr(b',', ahead).unwrap_or(ahead.len());
    }

    /// The field behind an opening quote, with what stands between its closing quote and the comma.
    fn quoted(&mut self) -> Vec<u8> {
        let mut field = Vec::new();
        let mut state = State::Inside;
        let mut copied = self.at;
        // PHP looks at the byte behind the opening quote even where that is the end of the line.
        let mut is_first = true;
        loop {
            if is_first || self.at < self.limit {
                is_first = false;
                let byte = self.byte(self.at);
                match state {
                    State::Inside => {
                        state = match byte {
                            b'"' => State::Closed,
                            0 => State::Escaped,
                            _ => State::Inside,
                        };
                        self.at += 1;
                        if matches!(state, State::Inside) && self.at < self.limit {
                            let ahead = &self.line[self.at..self.limit];
                            self.at += memchr::memchr2(b'"', 0, ahead).unwrap_or(ahead.len());
                        }
                    }
                    State::Escaped => {
                        self.at += 1;
                        state = State::Inside;
                    }
                    State::Closed if byte == b'"' => {
                        self.copy(copied, self.at, &mut field);
                        self.at += 1;
                        copied = self.at;
                        state = State::Inside;
                    }
                    State::Closed => {
                        self.copy(copied, self.at - 1, &mut field);
                        copied = self.at;
                        break;
                    }
                }
                continue;
            }
            match state {
                State::Closed => {
                    self.copy(copied, self.at - 1, &mut field);
                    copied = self.at;
                    break;
                }
                State::Escaped => {
                    self.copy(copied, self.at, &mut field);
                    copied = self.at;
                }
                State::Inside => {}
            }
            if copied != self.limit {
                self.copy(copied, self.at, &mut field);
                copied = self.at;
            }
            // The end of the line as it stands in the file belongs to the field.
            field.extend_from_slice(&self.line[self.limit..]);
            if !self.next_line() {
                break;
            }
            copied = 0;
            state = State::Inside;
        }
        self.skip_to_comma();
        self.copy(copied, self.at, &mut field);
        field
    }

    /// A byte of the line; behind it PHP keeps a NUL.
    fn byte(&self, at: usize) -> u8 {
        self.line.get(at).copied().unwrap_or_default()
    }

    fn copy(&self, from: usize, to: usize, field: &mut Vec<u8>) {
        let end = to.min(self.line.len());
        field.extend_from_slice(self.line.get(from..end).unwrap_or_default());
        // At most the NUL behind the line.
        field.extend((end.max(from)..to).map(|at| self.byte(at)));
    }
}

/// The length without CRLF, LF or a final CR.
///
/// PHP walks over characters and does not take note of bytes that are none, so such bytes in front of the end go with it
/// when a CR stands before them.
fn content_length(bytes: &[u8]) -> usize {
    let (last, before) = match bytes {
        [.., before, last] if before.is_ascii() && last.is_ascii() => (*last, *before),
        _ => last_characters(bytes),
    };
    bytes.len()
        - match (before, last) {
            (b'\r', b'\n') => 2,
            (_, b'\n' | b'\r') => 1,
            _ => 0,
        }
}

/// The first bytes of the last character and of the one before it.
fn last_characters(bytes: &[u8]) -> (u8, u8) {
    let characters = bytes
        .utf8_chunks()
        .flat_map(|chunk| chunk.valid().chars())
        .map(|character| character.encode_utf8(&mut [0; 4]).as_bytes()[0]);
    let mut last = (0, 0);
    for byte in characters {
        last = (byte, last.0);
    }
    last
}

/// White space for C's `isspace`.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::parse_csv;

    fn rows(source: &str) -> Vec<Vec<String>> {
        let text = |field: Vec<u8>| String::from_utf8_lossy(&field).into_owned();
        parse_csv(source.as_bytes())
            .into_iter()
            .map(|row| row.into_iter().map(text).collect())
            .collect()
    }

    #[test]
    fn every_oddity_of_the_dialect() {
        let cases: [(&str, &[&[&str]]); 19] = [
            ("a,b\r\n\r\n\nc,d", &[&["a", "b"], &["c", "d"]]),
            ("\"a\"\"b\",\"c\"d,e\n", &[&["a\"b", "cd", "e"]]),
            ("\"back\\\"slash\",x\n", &[&["back\\slash\"", "x"]]),
            ("\"C15 \",\" x \"\n", &[&["C15 ", " x "]]),
            ("  \"q\" , u \n", &[&["q ", " u "]]),
            ("\"one\r\ntwo\",3\n", &[&["one\r\ntwo", "3"]]),
            ("\u{feff}\"k\",v\n", &[&["\u{feff}\"k\"", "v"]]),
            ("'s',#c;d\n", &[&["'s'", "#c;d"]]),
            ("a\rb,c\n", &[&["a\rb", "c"]]),
            ("a\r,\r\r\n,\n", &[&["a", ""], &["", ""]]),
            ("", &[]),
            // Quotes that do not end take in the rest, and one more end of line where nothing follows the quote.
            ("\"a,b\nc", &[&["a,b\nc"]]),
            ("a,\"\n", &[&["a", "\n\n"]]),
            ("a,\"\r\n", &[&["a", "\r\n\r"]]),
            ("a,\"", &[&["a", "\0"]]),
            ("a,\"\nb", &[&["a", "\nb"]]),
            // A NUL byte keeps a quote from ending the field.
            ("\"a\0\"b\",c\n", &[&["a\0\"b", "c"]]),
            ("\"a\0\nb\",c\n", &[&["a\0\nb", "c"]]),
            ("a\0b,c\n", &[&["a\0b", "c"]]),
        ];
        for (source, expected) in cases {
            assert_eq!(rows(source), expected, "{source:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_characters_go_with_the_end_of_a_line() {
        let cases: [(&[u8], &[u8]); 4] = [
            (b"a\xff\n", b"a\xff"),
            (b"a\r\xff\n", b"a"),
            (b"a\r\xff", b"a"),
            (b"a\xc3\xa9\r\n", b"a\xc3\xa9"),
        ];
        for (source, expected) in cases {
            assert_eq!(parse_csv(source), [[expected]], "{source:?}");
        }
    }
}
