//! Units: names, products and quotients of them, and the conversion table.

use super::Rules;
use crate::options::Dialect;
use std::sync::Arc;

/// The name of one unit, `px` or whatever `unit()` was given.
#[derive(Clone, Debug)]
pub(crate) enum Symbol {
    /// One of the usual names, which cost nothing to copy.
    Known(&'static str),
    /// Any other name.
    Other(Arc<str>),
}

impl Symbol {
    /// The symbol of a name.
    pub(crate) fn new(name: &str) -> Self {
        const KNOWN: [&str; 26] = [
            "px", "%", "rem", "em", "s", "ms", "deg", "rad", "grad", "turn", "vw", "vh", "vmin",
            "vmax", "cm", "mm", "in", "pt", "pc", "ex", "ch", "m", "dpi", "dppx", "fr", "x",
        ];
        KNOWN
            .iter()
            .find(|known| **known == name)
            .map_or_else(|| Self::Other(name.into()), |known| Self::Known(known))
    }

    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Known(name) => name,
            Self::Other(name) => name,
        }
    }

    /// The group that the unit can be converted in, and its factor, which dialect 3 truncates.
    fn conversion(&self, dialect: Dialect) -> Option<(Group, f64)> {
        let exact = dialect == Dialect::V5;
        Some(match self.as_str() {
            "px" if exact => (Group::Length, 0.000_264_583_333_33),
            "pt" if exact => (Group::Length, 0.000_352_777_777_777_777_76),
            "pc" if exact => (Group::Length, 0.004_233_333_333_333_333),
            "m" => (Group::Length, 1.0),
            "cm" => (Group::Length, 0.01),
            "mm" => (Group::Length, 0.001),
            "in" => (Group::Length, 0.0254),
            "px" => (Group::Length, 0.000_264_583),
            "pt" => (Group::Length, 0.000_352_778),
            "pc" => (Group::Length, 0.004_233_333),
            "s" => (Group::Duration, 1.0),
            "ms" => (Group::Duration, 0.001),
            "rad" => (Group::Angle, 0.159_154_943_091_9),
            "deg" => (Group::Angle, 0.002_777_778),
            "grad" => (Group::Angle, 0.0025),
            "turn" => (Group::Angle, 1.0),
            _ => return None,
        })
    }
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

/// Units that convert into each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Length,
    Duration,
    Angle,
}

const GROUPS: [Group; 3] = [Group::Length, Group::Duration, Group::Angle];

/// The target unit for each group, in the order of [`GROUPS`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Targets([Option<Symbol>; 3]);

impl Targets {
    /// What comparisons and trigonometry convert to: `px`, `s` and `rad`.
    pub(crate) fn unified() -> Self {
        Self([
            Some(Symbol::Known("px")),
            Some(Symbol::Known("s")),
            Some(Symbol::Known("rad")),
        ])
    }

    /// The single target named by `convert()`; none if the unit has no group.
    pub(crate) fn named(name: &str) -> Self {
        let mut targets = Self::default();
        targets.offer(&Symbol::new(name));
        targets
    }

    fn offer(&mut self, symbol: &Symbol) {
        if let Some((group, _)) = symbol.conversion(Dialect::V3) {
            self.0[group as usize].get_or_insert_with(|| symbol.clone());
        }
    }
}

/// The unit of a number (`Less_Tree_Unit`).
#[derive(Clone, Debug, Default)]
pub(crate) enum Unit {
    /// No unit at all.
    #[default]
    None,
    /// A single unit, which is nearly always the case.
    One(Symbol),
    /// Anything that multiplication and division can make.
    Compound(Arc<Compound>),
}

/// Units above and below the fraction bar.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compound {
    numerator: Vec<Symbol>,
    denominator: Vec<Symbol>,
    /// What is printed if everything cancelled out; in dialect 5 also if several units are left.
    backup: Option<Symbol>,
}

impl Unit {
    /// The unit of a name; an empty name (and `0`, which PHP takes for empty) is no unit.
    pub(crate) fn new(name: &str) -> Self {
        if name.is_empty() || name == "0" {
            Self::None
        } else {
            Self::One(Symbol::new(name))
        }
    }

    /// Whether nothing stands above or below the bar. A cancelled unit is empty although it prints
    /// something.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::None => true,
            Self::One(_) => false,
            Self::Compound(unit) => unit.numerator.is_empty() && unit.denominator.is_empty(),
        }
    }

    /// What is printed after the number. In dialect 3 the first unit above the bar, else below,
    /// else the cancelled one; in dialect 5 the only unit above the bar, else the one that the
    /// calculation began with, else the first below.
    pub(crate) fn printed(&self, rules: Rules) -> &str {
        let unit = match self {
            Self::None => return "",
            Self::One(symbol) => return symbol.as_str(),
            Self::Compound(unit) => unit,
        };
        let backup = unit.backup.as_ref().filter(|_| !rules.strict_units);
        let printed = match (rules.dialect, unit.numerator.as_slice()) {
            (Dialect::V3, _) => unit
                .numerator
                .first()
                .or(unit.denominator.first())
                .or(backup),
            (Dialect::V5, [only]) => Some(only),
            (Dialect::V5, _) => backup.or(unit.denominator.first().filter(|_| !rules.strict_units)),
        };
        printed.map_or("", Symbol::as_str)
    }

    /// Whether strict units let it be printed: no bar and at most one unit.
    pub(crate) fn is_singular(&self) -> bool {
        match self {
            Self::None | Self::One(_) => true,
            Self::Compound(unit) => unit.numerator.len() <= 1 && unit.denominator.is_empty(),
        }
    }

    /// The whole unit as a text, `px*s/em`.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::One(symbol) => symbol.as_str().to_owned(),
            Self::Compound(unit) => {
                let names: Vec<&str> = unit.numerator.iter().map(Symbol::as_str).collect();
                let mut text = names.join("*");
                for symbol in &unit.denominator {
                    text.push('/');
                    text.push_str(symbol.as_str());
                }
                text
            }
        }
    }

    /// Whether the whole unit is the given text.
    pub(crate) fn is(&self, text: &str) -> bool {
        match self {
            Self::None => text.is_empty(),
            Self::One(symbol) => symbol.as_str() == text,
            Self::Compound(_) => self.text() == text,
        }
    }

    /// Whether the whole unit is the given text in any case, which is what dialect 5 asks.
    pub(crate) fn is_like(&self, text: &str) -> bool {
        match self {
            Self::None => text.is_empty(),
            Self::One(symbol) => symbol.as_str().eq_ignore_ascii_case(text),
            Self::Compound(_) => self.text().eq_ignore_ascii_case(text),
        }
    }

    /// The unit of a sum: the left one, the right one's parts if the left one is empty.
    pub(crate) fn sum(&self, other: &Self, dialect: Dialect) -> Self {
        match (self, other) {
            (Self::None, Self::One(_)) => other.clone(),
            _ if self.is_empty() && !other.is_empty() => {
                let (mine, theirs) = (self.parts(dialect), other.parts(dialect));
                let backup = match dialect {
                    Dialect::V3 => mine.backup,
                    Dialect::V5 => mine.backup.or_else(|| theirs.backup.clone()),
                };
                Self::compound(Compound { backup, ..theirs })
            }
            // Dialect 5 keeps the name of a cancelled unit on the right if there is none on the
            // left.
            (Self::None, Self::Compound(_)) if dialect == Dialect::V5 => other.clone(),
            _ => self.clone(),
        }
    }

    /// The unit of a product.
    pub(crate) fn product(&self, other: &Self, dialect: Dialect) -> Self {
        match (self, other) {
            (Self::None | Self::One(_), Self::None) => return self.clone(),
            (Self::None, Self::One(_)) => return other.clone(),
            _ => {}
        }
        let (mut unit, other) = (self.parts(dialect), other.parts(dialect));
        unit.numerator.extend(other.numerator);
        unit.denominator.extend(other.denominator);
        unit.sort();
        unit.cancel(dialect);
        Self::compound(unit)
    }

    /// The unit of a quotient.
    pub(crate) fn quotient(&self, other: &Self, dialect: Dialect) -> Self {
        if let (Self::None | Self::One(_), Self::None) = (self, other) {
            return self.clone();
        }
        let (mut unit, other) = (self.parts(dialect), other.parts(dialect));
        unit.numerator.extend(other.denominator);
        unit.denominator.extend(other.numerator);
        unit.sort();
        unit.cancel(dialect);
        Self::compound(unit)
    }

    /// The first unit of each group in use, which the other side of a sum is converted to.
    pub(crate) fn used(&self) -> Targets {
        let mut targets = Targets::default();
        match self {
            Self::None => {}
            Self::One(symbol) => targets.offer(symbol),
            Self::Compound(unit) => {
                unit.numerator
                    .iter()
                    .chain(&unit.denominator)
                    .for_each(|s| targets.offer(s));
            }
        }
        targets
    }

    /// Converts a value with this unit to the targets of its groups.
    pub(crate) fn convert(&self, value: f64, targets: &Targets, dialect: Dialect) -> (f64, Self) {
        if matches!(self, Self::None) {
            return (value, Self::None);
        }
        let mut unit = self.parts(dialect);
        let mut value = value;
        for group in GROUPS {
            let Some(target) = &targets.0[group as usize] else {
                continue;
            };
            let Some((_, into)) = target.conversion(dialect) else {
                continue;
            };
            let convertible = |symbol: &Symbol| {
                symbol
                    .conversion(dialect)
                    .filter(|(own, _)| *own == group)
                    .map(|(_, factor)| factor)
            };
            for symbol in &mut unit.numerator {
                if let Some(factor) = convertible(symbol) {
                    value *= factor / into;
                    *symbol = target.clone();
                }
            }
            for symbol in &mut unit.denominator {
                if let Some(factor) = convertible(symbol) {
                    value /= factor / into;
                    *symbol = target.clone();
                }
            }
        }
        unit.cancel(dialect);
        (value, Self::compound(unit))
    }

    /// A copy to change; in dialect 5 it remembers its first unit.
    fn parts(&self, dialect: Dialect) -> Compound {
        let mut unit = match self {
            Self::None => Compound::default(),
            Self::One(symbol) => Compound {
                numerator: vec![symbol.clone()],
                ..Compound::default()
            },
            Self::Compound(unit) => Compound::clone(unit),
        };
        if dialect == Dialect::V5 && unit.backup.is_none() {
            unit.backup = unit.numerator.first().cloned();
        }
        unit
    }

    fn compound(mut unit: Compound) -> Self {
        match (
            unit.numerator.as_slice(),
            unit.denominator.as_slice(),
            &unit.backup,
        ) {
            ([], [], None) => Self::None,
            ([_], [], None) => unit.numerator.pop().map_or(Self::None, Self::One),
            ([only], [], Some(backup)) if only == backup => {
                unit.numerator.pop().map_or(Self::None, Self::One)
            }
            _ => Self::Compound(Arc::new(unit)),
        }
    }
}

impl Compound {
    /// Puts both sides into alphabetical order.
    fn sort(&mut self) {
        self.numerator
            .sort_by(|a, b| super::compare_text(a.as_str(), b.as_str()));
        self.denominator
            .sort_by(|a, b| super::compare_text(a.as_str(), b.as_str()));
    }

    /// Takes away what stands above and below the bar. Dialect 3 remembers the first unit if
    /// nothing is left.
    fn cancel(&mut self, dialect: Dialect) {
        let first = self.numerator.first().or(self.denominator.first()).cloned();
        self.numerator.retain(|symbol| {
            let below = self.denominator.iter().position(|other| other == symbol);
            below.map(|index| self.denominator.remove(index)).is_none()
        });
        if dialect == Dialect::V3
            && self.numerator.is_empty()
            && self.denominator.is_empty()
            && first.is_some()
        {
            self.backup = first;
        }
        self.sort();
    }
}
