//! Encodings of text: the three percent encodings that less.php uses, and base64.

/// Percent-encodes every byte except letters, digits, `-`, `_`, `.` and those in `keep`.
pub(super) fn percent(bytes: &[u8], keep: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) || keep.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

/// `rawurlencode`.
pub(super) fn raw_url(bytes: &[u8]) -> String {
    percent(bytes, b"~")
}

/// `urlencode`: a blank becomes `+`.
pub(super) fn form_url(text: &str) -> String {
    percent(text.as_bytes(), b" ").replace(' ', "+")
}

/// Base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for index in 0..4 {
            let six = group >> (18 - 6 * index) & 63;
            out.push(if index <= chunk.len() {
                char::from(ALPHABET[six as usize])
            } else {
                '='
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_base64() {
        let encoded: Vec<String> = ["", "a", "ab", "abc", "abcd"]
            .iter()
            .map(|text| base64(text.as_bytes()))
            .collect();
        assert_eq!(encoded, ["", "YQ==", "YWI=", "YWJj", "YWJjZA=="]);
    }

    #[test]
    fn encodes_percent() {
        assert_eq!(raw_url("a b+~é".as_bytes()), "a%20b%2B~%C3%A9");
        assert_eq!(form_url("a b+~"), "a+b%2B%7E");
        assert_eq!(percent(b"a%2B", b"~+"), "a%252B");
    }
}
