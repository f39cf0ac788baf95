//! The CSV dialect of translation files: PHP's `fgetcsv` with comma, double quote and no escape character.

/// Rows and fields of a file. Empty lines are skipped; nothing is an error.
///
/// A byte-order mark belongs to the first field. An unterminated quote takes in the rest of the file.
pub fn parse_csv(source: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut rows = Vec::new();
    let mut rest = source;
    while !rest.is_empty() {
        let (line, _) = split_line(rest);
        if without_eol(line).is_empty() {
            rest = &rest[line.len()..];
            continue;
        }
        let (row, after) = parse_row(rest);
        rows.push(row);
        rest = after;
    }
    rows
}

/// The physical line with its LF, and what follows it.
fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
    bytes.split_at(end)
}

/// Without CRLF, LF or a final CR.
fn without_eol(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn parse_row(source: &[u8]) -> (Vec<Vec<u8>>, &[u8]) {
    let mut row = Vec::new();
    let (line, mut after) = split_line(source);
    let mut line = without_eol(line);
    loop {
        let blanks = line.iter().take_while(|b| is_blank(**b)).count();
        if line.get(blanks) == Some(&b'"') {
            let mut field = Vec::new();
            let mut rest = &line[blanks + 1..];
            // The end of the line in hand, as it stands in the file, in case the quote goes on.
            loop {
                match memchr::memchr(b'"', rest) {
                    Some(at) if rest.get(at + 1) == Some(&b'"') => {
                        field.extend_from_slice(&rest[..=at]);
                        rest = &rest[at + 2..];
                    }
                    Some(at) => {
                        field.extend_from_slice(&rest[..at]);
                        rest = &rest[at + 1..];
                        break;
                    }
                    None => {
                        field.extend_from_slice(rest);
                        let consumed = source.len() - after.len();
                        let end = &source[..consumed];
                        field.extend_from_slice(&end[without_eol(end).len()..]);
                        if after.is_empty() {
                            row.push(field);
                            return (row, after);
                        }
                        let (next, following) = split_line(after);
                        after = following;
                        rest = without_eol(next);
                    }
                }
            }
            let comma = memchr::memchr(b',', rest);
            field.extend_from_slice(&rest[..comma.unwrap_or(rest.len())]);
            row.push(field);
            match comma {
                Some(at) => line = &rest[at + 1..],
                None => return (row, after),
            }
        } else {
            let comma = memchr::memchr(b',', line);
            // PHP takes an end of line off every unquoted field, not only the last.
            row.push(without_eol(&line[..comma.unwrap_or(line.len())]).to_vec());
            match comma {
                Some(at) => line = &line[at + 1..],
                None => return (row, after),
            }
        }
    }
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
        let cases: [(&str, &[&[&str]]); 11] = [
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
        ];
        for (source, expected) in cases {
            assert_eq!(rows(source), expected, "{source:?}");
        }
    }
}
