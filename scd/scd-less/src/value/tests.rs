//! Numbers and units against what less.php prints.

use super::{
    Dimension, Fault, Operator, Rules, Value, compare_text, css, operate, round, text_of_float,
};
use crate::options::Dialect;
use std::cmp::Ordering;

#[test]
fn prints_numbers_as_recorded() {
    let mut rows = 0;
    for line in include_str!("numbers.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let fields: Vec<&str> = line.split('\t').collect();
        let [bits, expanded, compressed, plain, rounded] = fields[..] else {
            panic!("five fields expected: {line}")
        };
        let value = f64::from_bits(u64::from_str_radix(bits, 16).expect("hexadecimal bits"));
        let mut found = [const { String::new() }; 4];
        let rules = |compress| Rules {
            compress,
            ..Rules::default()
        };
        let number = Dimension::plain(value);
        number.print(rules(false), &mut found[0]).expect("no unit");
        number.print(rules(true), &mut found[1]).expect("no unit");
        text_of_float(value, &mut found[2]);
        text_of_float(round(value), &mut found[3]);
        assert_eq!(found, [expanded, compressed, plain, rounded], "bits {bits}");
        rows += 1;
    }
    assert!(rows > 200, "only {rows} rows were read");
}

fn number(value: f64, unit: &str) -> Value {
    Value::Dimension(Dimension::new(value, unit))
}

fn chain(steps: &[(Operator, f64, &str)], first: (f64, &str)) -> String {
    chain_in(Rules::default(), steps, first).expect("numbers can be combined and printed")
}

fn chain_in(
    rules: Rules,
    steps: &[(Operator, f64, &str)],
    first: (f64, &str),
) -> Result<String, Fault> {
    let mut value = number(first.0, first.1);
    for (operator, amount, unit) in steps {
        value = operate(*operator, &value, &number(*amount, unit), rules)?;
    }
    css(&value, rules)
}

/// Recorded from less.php: `6px / 2px + 1`, `2px * 3s / 1px`, `1 / 2px + 1s`, `4em * 1px / 2em *
/// 1s`, `6px / 2px + 1em`.
#[test]
fn keeps_track_of_compound_units() {
    use Operator::{Add, Divide, Multiply};
    assert_eq!(
        chain(&[(Divide, 2.0, "px"), (Add, 1.0, "")], (6.0, "px")),
        "4px"
    );
    assert_eq!(
        chain(&[(Multiply, 3.0, "s"), (Divide, 1.0, "px")], (2.0, "px")),
        "6s"
    );
    assert_eq!(
        chain(&[(Divide, 2.0, "px"), (Add, 1.0, "s")], (1.0, "")),
        "1.5px"
    );
    let three = [
        (Multiply, 1.0, "px"),
        (Divide, 2.0, "em"),
        (Multiply, 1.0, "s"),
    ];
    assert_eq!(chain(&three, (4.0, "em")), "2px");
    assert_eq!(
        chain(&[(Divide, 2.0, "px"), (Add, 1.0, "em")], (6.0, "px")),
        "4em"
    );
}

#[test]
fn compares_texts_like_php() {
    assert_eq!(compare_text("10", "9"), Ordering::Greater);
    assert_eq!(compare_text("1e1", " 10 "), Ordering::Equal);
    assert_eq!(compare_text("10", "9a"), Ordering::Less);
    assert_eq!(
        compare_text("99999999999999999999", "99999999999999999998"),
        Ordering::Greater
    );
    assert_eq!(compare_text("abc", "abd"), Ordering::Less);
}

/// Recorded from less.php of both dialects with `strictUnits`.
#[test]
fn strict_units_refuse_to_guess() {
    use Operator::{Add, Divide, Multiply};
    for (dialect, inches) in [(Dialect::V3, "97.00012095px"), (Dialect::V5, "97px")] {
        let rules = Rules {
            strict_units: true,
            dialect,
            ..Rules::default()
        };
        let chain = |steps: &[_], first| {
            chain_in(rules, steps, first).unwrap_or_else(|fault| fault.message)
        };
        let multiple =
            "Multiple units in dimension. Correct the units or use the unit function. Bad unit: ";
        assert_eq!(
            chain(&[(Multiply, 3.0, "px")], (2.0, "px")),
            format!("{multiple}px*px")
        );
        assert_eq!(
            chain(&[(Divide, 2.0, "px")], (1.0, "")),
            format!("{multiple}/px")
        );
        assert_eq!(
            chain(&[(Multiply, 3.0, "px"), (Divide, 1.0, "px")], (2.0, "px")),
            "6px"
        );
        assert_eq!(chain(&[(Divide, 2.0, "px")], (6.0, "px")), "3");
        let incompatible =
            "Incompatible units. Change the units or use the unit function. Bad units: ";
        assert_eq!(
            chain(&[(Add, 1.0, "em")], (1.0, "px")),
            format!("{incompatible}'px' and em'.")
        );
        assert_eq!(
            chain(&[(Multiply, 3.0, "s"), (Add, 1.0, "s")], (2.0, "px")),
            format!("{incompatible}'px*s' and s'.")
        );
        assert_eq!(chain(&[(Add, 1.0, "in")], (1.0, "px")), inches);
        assert_eq!(chain(&[(Add, 2.0, "")], (1.0, "px")), "3px");
    }
}
