//! The known name that a mistyped one probably means.

/// The candidate with the smallest edit distance to `name`, letter case disregarded; none where even
/// that one has little in common with it. Of equally near ones the first wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        let edits = edit_distance(&name, &other);
        // Half of the letters wrong is no typing error any more.
        if edits * 2 > name.len().max(other.len()) {
            continue;
        }
        if best.is_none_or(|(least, _)| edits < least) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters must be inserted, removed or replaced to turn `from` into `to`.
fn edit_distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        let distance = |a: &str, b: &str| {
            edit_distance(
                &a.chars().collect::<Vec<_>>(),
                &b.chars().collect::<Vec<_>>(),
            )
        };
        assert_eq!(distance("", ""), 0);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("luma", "lume"), 1);
    }

    #[test]
    fn finds_the_nearest_and_nothing_far_away() {
        let themes = ["Magento/blank", "Magento/luma", "Acme/summer"];
        assert_eq!(nearest("magento/Luna", themes), Some("Magento/luma"));
        assert_eq!(nearest("Acme/sumer", themes), Some("Acme/summer"));
        assert_eq!(nearest("x", themes), None);
        assert_eq!(nearest("ab", ["aa", "bb"]), Some("aa"));
    }
}
