//! PHP's sort functions, in the order that they really produce.
//!
//! As soon as numeric strings are among the keys, PHP's comparison is not transitive: `10 < 9a`, `9a < b`, but
//! `9 < 10`. The result then depends on which pairs the algorithm compares, so this module performs the same
//! comparisons as PHP 8.2: insertion sort up to 16 entries, else a quick sort with the median of three (from 1024
//! entries on of five) as pivot. Without numeric keys any correct sort gives the same order, and a faster one runs.

use std::cmp::Ordering;

use super::number::{integer_key, integer_string_order, loose_order, number};

/// One array key with its place before the sort.
struct Key<'a> {
    text: &'a [u8],
    integer: Option<i64>,
    place: usize,
}

/// Whether `left` sorts behind `right`. Never undecided: equal keys keep their places.
fn is_greater(left: &Key<'_>, right: &Key<'_>) -> bool {
    let order = match (left.integer, right.integer) {
        (Some(l), Some(r)) => l.cmp(&r),
        (None, None) => loose_order(left.text, right.text),
        (Some(l), None) => integer_string_order(l, right.text),
        (None, Some(r)) => integer_string_order(r, left.text).reverse(),
    };
    match order {
        Ordering::Greater => true,
        Ordering::Less => false,
        Ordering::Equal => left.place > right.place,
    }
}

/// Sorts array entries by key as PHP 8.2's `ksort` does with default flags. Keys must be distinct.
///
/// ```
/// use scd_magento::php::sort::sort_by_key;
///
/// let mut entries = vec![(b"10".to_vec(), ()), (b"9".to_vec(), ()), (b"a".to_vec(), ())];
/// sort_by_key(&mut entries);
/// assert_eq!(entries[0].0, b"9");
/// ```
pub fn sort_by_key<T>(entries: &mut Vec<(Vec<u8>, T)>) {
    if entries.iter().all(|(key, _)| number(key).is_none()) {
        entries.sort_by(|left, right| left.0.cmp(&right.0));
        return;
    }
    let mut keys: Vec<Key<'_>> = entries
        .iter()
        .enumerate()
        .map(|(place, (text, _))| Key {
            text,
            integer: integer_key(text),
            place,
        })
        .collect();
    sort_as_php(&mut keys, &is_greater);
    let places: Vec<usize> = keys.iter().map(|key| key.place).collect();
    let mut unsorted: Vec<Option<(Vec<u8>, T)>> = entries.drain(..).map(Some).collect();
    entries.extend(
        places
            .into_iter()
            .filter_map(|place| unsorted[place].take()),
    );
}

/// Up to this many entries are sorted by insertion.
const INSERTION_LIMIT: usize = 16;

/// Sorts by any comparison, transitive or not, with the steps of PHP 8.2's `zend_sort`. `is_greater` must decide between
/// entries that are equal by their places before the sort, as PHP does.
///
/// A quick sort down to [`INSERTION_LIMIT`] entries. Recursion covers the smaller part only, so it stays shallow.
pub(crate) fn sort_as_php<T>(mut keys: &mut [T], is_greater: &impl Fn(&T, &T) -> bool) {
    while keys.len() > INSERTION_LIMIT {
        let count = keys.len();
        let middle = count / 2;
        if count >= 1024 {
            let quarter = middle / 2;
            order_few(
                keys,
                &[0, quarter, middle, middle + quarter, count - 1],
                is_greater,
            );
        } else {
            order_few(keys, &[0, middle, count - 1], is_greater);
        }
        keys.swap(1, middle);
        let behind = partition(keys, is_greater);
        keys.swap(1, behind - 1);
        let (lower, upper) = keys.split_at_mut(behind);
        let lower = &mut lower[..behind - 1];
        if lower.len() < upper.len() {
            sort_as_php(lower, is_greater);
            keys = upper;
        } else {
            sort_as_php(upper, is_greater);
            keys = lower;
        }
    }
    insertion_sort(keys, is_greater);
}

/// Gathers what is smaller than the pivot, which is the second entry, behind it; returns the end of that part.
fn partition<T>(keys: &mut [T], is_greater: &impl Fn(&T, &T) -> bool) -> usize {
    let mut low = 2;
    let mut high = keys.len() - 1;
    loop {
        while is_greater(&keys[1], &keys[low]) {
            low += 1;
            if low == high {
                return low;
            }
        }
        high -= 1;
        if high == low {
            return low;
        }
        while is_greater(&keys[high], &keys[1]) {
            high -= 1;
            if high == low {
                return low;
            }
        }
        keys.swap(low, high);
        low += 1;
        if low == high {
            return low;
        }
    }
}

/// Orders the entries at two to five places: the first three by a decision tree, each further one by sinking.
fn order_few<T>(keys: &mut [T], at: &[usize], is_greater: &impl Fn(&T, &T) -> bool) {
    if let [a, b] = *at {
        if is_greater(&keys[a], &keys[b]) {
            keys.swap(a, b);
        }
        return;
    }
    let [a, b, c, ref further @ ..] = *at else {
        return;
    };
    if is_greater(&keys[a], &keys[b]) {
        if is_greater(&keys[c], &keys[b]) {
            keys.swap(a, b);
            if is_greater(&keys[b], &keys[c]) {
                keys.swap(b, c);
            }
        } else {
            keys.swap(a, c);
        }
    } else if is_greater(&keys[b], &keys[c]) {
        keys.swap(b, c);
        if is_greater(&keys[a], &keys[b]) {
            keys.swap(a, b);
        }
    }
    for last in 3..3 + further.len() {
        for n in (1..=last).rev() {
            if !is_greater(&keys[at[n - 1]], &keys[at[n]]) {
                break;
            }
            keys.swap(at[n - 1], at[n]);
        }
    }
}

/// Sorts up to [`INSERTION_LIMIT`] entries.
fn insertion_sort<T>(keys: &mut [T], is_greater: &impl Fn(&T, &T) -> bool) {
    if keys.len() <= 5 {
        order_few(keys, &[0, 1, 2, 3, 4][..keys.len()], is_greater);
        return;
    }
    for next in 1..keys.len() {
        if !is_greater(&keys[next - 1], &keys[next]) {
            continue;
        }
        let place = if next < 6 {
            place_by_ones(keys, next, is_greater)
        } else {
            place_by_twos(keys, next, is_greater)
        };
        keys[place..=next].rotate_right(1);
    }
}

/// Where entry `next` belongs among the sorted ones before it, looking at each.
fn place_by_ones<T>(keys: &[T], next: usize, is_greater: &impl Fn(&T, &T) -> bool) -> usize {
    let mut place = next - 1;
    while place > 0 && is_greater(&keys[place - 1], &keys[next]) {
        place -= 1;
    }
    place
}

/// Where entry `next` belongs among the sorted ones before it, looking at every second and then between.
fn place_by_twos<T>(keys: &[T], next: usize, is_greater: &impl Fn(&T, &T) -> bool) -> usize {
    let mut place = next - 1;
    while place >= 2 {
        place -= 2;
        if !is_greater(&keys[place], &keys[next]) {
            let between = usize::from(!is_greater(&keys[place + 1], &keys[next]));
            return place + 1 + between;
        }
        if place == 1 {
            return usize::from(is_greater(&keys[next], &keys[0]));
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::sort_by_key;

    const PHP_TEN: &[&str] = &[
        "-5", "1.0", "1", "9", "10", "10 items", "1e1", "9a", "a", "b",
    ];
    const PHP_MIXED_IN: &[&str] = &[
        "+5", "40x", "29e0", "86", "39", "49x", "72.0", "91 y", "0.5", "0", "19", "00", " 1", "97",
        "Z", "4", "1.0", "1e1", "96e0", "14", "25 y", "48 y", "41 y", "010", "10", "1 ", "83",
        "73x", "b", "1_0", "75", "9", "44e0", "66", "-0", "z", ".5", "92x", "a", "10 items", "60",
        "70.0", "71x", "40 y", "9 items",
    ];
    const PHP_MIXED_OUT: &[&str] = &[
        "0", "00", "-0", "0.5", ".5", " 1", "1.0", "1 ", "4", "+5", "010", "10 items", "19", "1_0",
        "1e1", "10", "14", "25 y", "29e0", "39", "40 y", "40x", "41 y", "44e0", "48 y", "49x", "9",
        "60", "66", "70.0", "71x", "72.0", "73x", "75", "83", "86", "9 items", "91 y", "92x",
        "96e0", "97", "Z", "a", "b", "z",
    ];

    fn sorted(keys: &[&str]) -> Vec<String> {
        let mut entries: Vec<(Vec<u8>, ())> = keys
            .iter()
            .map(|key| (key.as_bytes().to_vec(), ()))
            .collect();
        sort_by_key(&mut entries);
        entries
            .into_iter()
            .map(|(key, ())| String::from_utf8(key).expect("text"))
            .collect()
    }

    #[test]
    fn sorts_as_php_does() {
        // Recorded from PHP 8.2.
        assert_eq!(
            sorted(&[
                "b", "10", "9", "a", "1e1", "9a", "-5", "1.0", "1", "10 items"
            ]),
            PHP_TEN
        );
        assert_eq!(sorted(PHP_MIXED_IN), PHP_MIXED_OUT);
    }

    #[test]
    fn without_numbers_the_order_is_bytewise() {
        assert_eq!(
            sorted(&["b", "B", "a b", "\u{e9}", ""]),
            ["", "B", "a b", "b", "\u{e9}"]
        );
    }
}
