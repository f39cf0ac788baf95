//! Whether a text is a number pattern that ICU's `DecimalFormat` accepts, such as `#,##0.00`.
//!
//! Needed because a message with a bad pattern in `{0, number, …}` is an error as a whole.

/// Judges a pattern: a subpattern and optionally `;` and a second one, each
/// `padding? affix padding? digits exponent? padding? affix padding?`.
pub(super) fn is_valid(pattern: &str) -> bool {
    let mut reader = Reader { rest: pattern };
    let Some(()) = subpattern(&mut reader) else {
        return false;
    };
    if reader.accept(';') && !reader.rest.is_empty() && subpattern(&mut reader).is_none() {
        return false;
    }
    reader.rest.is_empty()
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next();
        }
        found
    }
}

fn subpattern(reader: &mut Reader<'_>) -> Option<()> {
    let mut has_padding = false;
    padding(reader, &mut has_padding)?;
    affix(reader)?;
    padding(reader, &mut has_padding)?;
    let has_grouping = integer(reader)?;
    if reader.accept('.') {
        fraction(reader)?;
    } else if reader.peek() == Some('\u{a4}') {
        // A currency sign before a digit is the decimal separator, else the start of the suffix.
        if matches!(reader.rest.chars().nth(1), Some('#' | '0'..='9')) {
            reader.next();
            fraction(reader)?;
        }
    }
    if reader.peek() == Some('E') {
        if has_grouping {
            return None;
        }
        reader.next();
        reader.accept('+');
        while reader.accept('0') {}
    }
    padding(reader, &mut has_padding)?;
    affix(reader)?;
    padding(reader, &mut has_padding)
}

/// `*` and a literal, at most once per subpattern.
fn padding(reader: &mut Reader<'_>, has_padding: &mut bool) -> Option<()> {
    if !reader.accept('*') {
        return Some(());
    }
    if std::mem::replace(has_padding, true) {
        return None;
    }
    literal(reader)
}

/// Literals up to a character with a meaning.
fn affix(reader: &mut Reader<'_>) -> Option<()> {
    while let Some(c) = reader.peek() {
        if matches!(c, '#' | '@' | ';' | '*' | '.' | ',' | '0'..='9') {
            break;
        }
        literal(reader)?;
    }
    Some(())
}

/// One character or a quoted text.
fn literal(reader: &mut Reader<'_>) -> Option<()> {
    if reader.next()? == '\'' {
        while reader.next()? != '\'' {}
    }
    Some(())
}

/// The digits before the decimal separator; tells whether there are grouping separators.
fn integer(reader: &mut Reader<'_>) -> Option<bool> {
    // Sizes of the last three groups; the first group of all counts as absent while no separator follows.
    let mut sizes: [Option<u32>; 3] = [Some(0), None, None];
    let (mut digits, mut signs, mut trailing_hashes) = (0u32, 0u32, 0u32);
    while let Some(c) = reader.peek() {
        match c {
            ',' => sizes = [Some(0), sizes[0], sizes[1]],
            '#' if digits > 0 => return None,
            '@' if digits > 0 || trailing_hashes > 0 => return None,
            '0'..='9' if signs > 0 => return None,
            '#' | '@' | '0'..='9' => {
                sizes[0] = sizes[0].map(|size| size + 1);
                match c {
                    '#' => trailing_hashes += u32::from(signs > 0),
                    '@' => signs += 1,
                    _ => digits += 1,
                }
            }
            _ => break,
        }
        reader.next();
    }
    if sizes[0] == Some(0) && sizes[1].is_some() || sizes[1] == Some(0) && sizes[2].is_some() {
        return None;
    }
    Some(sizes[1].is_some())
}

/// The digits behind the decimal separator: numerals, then hashes.
fn fraction(reader: &mut Reader<'_>) -> Option<()> {
    let mut hashes = false;
    while let Some(c) = reader.peek() {
        match c {
            '#' => hashes = true,
            '0'..='9' if hashes => return None,
            '0'..='9' => {}
            _ => break,
        }
        reader.next();
    }
    Some(())
}
