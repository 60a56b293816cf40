//! A predicate over a tender: a tree whose types were checked when it was read.
//!
//! The meaning is CEL's: an error on one side of `&&` and `||` is no error where the other side decides alone, and
//! any other error is the whole's. Texts are compared by their code points, as numbers by their size.

use std::cmp::Ordering;

use super::variable::{EvaluationError, Stuck, TenderFacts, Variable};

/// How two values stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Order {
    const fn holds(self, found: Ordering) -> bool {
        match self {
            Self::Equal => found.is_eq(),
            Self::NotEqual => found.is_ne(),
            Self::Less => found.is_lt(),
            Self::AtMost => found.is_le(),
            Self::Greater => found.is_gt(),
            Self::AtLeast => found.is_ge(),
        }
    }
}

/// Which part of a text another is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `startsWith`
    Start,
    /// `endsWith`
    End,
    /// `contains`
    Any,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// As it is written.
    Literal(String),
    /// What is told of the tender.
    Variable(Variable),
}

impl Word {
    fn of<'a>(&'a self, facts: &'a TenderFacts) -> Result<&'a str, Stuck> {
        match self {
            Self::Literal(text) => Ok(text),
            Self::Variable(variable) => facts.word(*variable),
        }
    }
}

/// A whole number; money is in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Number {
    /// As it is written.
    Literal(i64),
    /// The tender's amount.
    Amount,
    /// `-`
    Negated(Box<Self>),
    /// `+`
    Sum(Box<(Self, Self)>),
    /// `-`
    Difference(Box<(Self, Self)>),
    /// `*`
    Product(Box<(Self, Self)>),
    /// `/`, towards zero.
    Quotient(Box<(Self, Self)>),
    /// `%`, with the sign of the first.
    Remainder(Box<(Self, Self)>),
}

impl Number {
    fn of(&self, facts: &TenderFacts) -> Result<i64, Stuck> {
        let both = |pair: &(Self, Self), operation: fn(i64, i64) -> Option<i64>| {
            operation(pair.0.of(facts)?, pair.1.of(facts)?).ok_or(Stuck::Failed(EvaluationError::Arithmetic))
        };
        match self {
            Self::Literal(number) => Ok(*number),
            Self::Amount => facts.amount_minor(),
            Self::Negated(number) => {
                number.of(facts)?.checked_neg().ok_or(Stuck::Failed(EvaluationError::Arithmetic))
            }
            Self::Sum(pair) => both(pair, i64::checked_add),
            Self::Difference(pair) => both(pair, i64::checked_sub),
            Self::Product(pair) => both(pair, i64::checked_mul),
            Self::Quotient(pair) => both(pair, i64::checked_div),
            Self::Remainder(pair) => both(pair, i64::checked_rem),
        }
    }
}

/// What a rule asks of a tender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// `true` or `false`.
    Constant(bool),
    /// `has(…)`: whether it is known.
    Has(Variable),
    /// `!`
    Not(Box<Self>),
    /// `&&`
    Both(Box<(Self, Self)>),
    /// `||`
    Either(Box<(Self, Self)>),
    /// `… ? … : …`
    If(Box<(Self, Self, Self)>),
    /// `==` of two conditions.
    Same(Box<(Self, Self)>),
    /// Two numbers.
    Numbers(Order, Number, Number),
    /// Two texts.
    Words(Order, Word, Word),
    /// `in` a list of numbers.
    NumberIn(Number, Vec<i64>),
    /// `in` a list of texts.
    WordIn(Word, Vec<String>),
    /// The second text is a part of the first.
    Part(Part, Word, Word),
}

impl Predicate {
    /// Whether it holds of this tender.
    pub fn holds(&self, facts: &TenderFacts) -> Result<bool, Stuck> {
        match self {
            Self::Constant(value) => Ok(*value),
            Self::Has(variable) => facts.has(*variable),
            Self::Not(inner) => inner.holds(facts).map(|value| !value),
            Self::Both(pair) => decided_by(false, pair.0.holds(facts), pair.1.holds(facts)),
            Self::Either(pair) => decided_by(true, pair.0.holds(facts), pair.1.holds(facts)),
            Self::If(parts) => {
                if parts.0.holds(facts)? {
                    parts.1.holds(facts)
                } else {
                    parts.2.holds(facts)
                }
            }
            Self::Same(pair) => Ok(pair.0.holds(facts)? == pair.1.holds(facts)?),
            Self::Numbers(order, left, right) => Ok(order.holds(left.of(facts)?.cmp(&right.of(facts)?))),
            Self::Words(order, left, right) => Ok(order.holds(left.of(facts)?.cmp(right.of(facts)?))),
            Self::NumberIn(number, list) => Ok(list.contains(&number.of(facts)?)),
            Self::WordIn(word, list) => {
                let word = word.of(facts)?;
                Ok(list.iter().any(|each| each == word))
            }
            Self::Part(part, whole, piece) => {
                let (whole, piece) = (whole.of(facts)?, piece.of(facts)?);
                Ok(match part {
                    Part::Start => whole.starts_with(piece),
                    Part::End => whole.ends_with(piece),
                    Part::Any => whole.contains(piece),
                })
            }
        }
    }

    /// What it is of every tender, where it does not depend on any.
    pub fn constant(&self) -> Option<bool> {
        self.holds(&TenderFacts::default()).ok()
    }
}

/// Two conditions of which either decides alone by being `decisive`. What is still open outweighs an error: it may
/// yet decide.
fn decided_by(decisive: bool, left: Result<bool, Stuck>, right: Result<bool, Stuck>) -> Result<bool, Stuck> {
    match (left, right) {
        (Ok(value), _) | (_, Ok(value)) if value == decisive => Ok(decisive),
        (Ok(_), Ok(_)) => Ok(!decisive),
        (Err(open @ Stuck::Open(_)), _) | (_, Err(open @ Stuck::Open(_))) => Err(open),
        (Err(failed), _) | (_, Err(failed)) => Err(failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISSING: Result<bool, Stuck> = Err(Stuck::Failed(EvaluationError::Missing(Variable::Bin)));
    const OPEN: Result<bool, Stuck> = Err(Stuck::Open(Variable::Bin));

    #[test]
    fn an_error_on_one_side_is_none_where_the_other_decides() {
        for (decisive, left, right, whole) in [
            (false, Ok(false), MISSING, Ok(false)),
            (false, MISSING, Ok(false), Ok(false)),
            (false, Ok(true), MISSING, MISSING),
            (false, MISSING, OPEN, OPEN),
            (true, OPEN, Ok(true), Ok(true)),
            (true, Ok(false), OPEN, OPEN),
            (true, Ok(true), Ok(false), Ok(true)),
            (true, Ok(false), Ok(true), Ok(true)),
            (false, Ok(true), Ok(true), Ok(true)),
        ] {
            assert_eq!(decided_by(decisive, left, right), whole, "{decisive} {left:?} {right:?}");
        }
    }

    #[test]
    fn a_number_that_leaves_its_bounds_is_an_error_and_no_panic() {
        let number = |number: i64| Number::Literal(number);
        for bad in [
            Number::Negated(Box::new(number(i64::MIN))),
            Number::Sum(Box::new((number(i64::MAX), number(1)))),
            Number::Product(Box::new((number(i64::MAX), number(2)))),
            Number::Quotient(Box::new((number(1), number(0)))),
            Number::Quotient(Box::new((number(i64::MIN), number(-1)))),
            Number::Remainder(Box::new((number(i64::MIN), number(-1)))),
        ] {
            let predicate = Predicate::Numbers(Order::Greater, bad, number(0));
            let failed = Err(Stuck::Failed(EvaluationError::Arithmetic));
            assert_eq!(predicate.holds(&TenderFacts::default()), failed);
        }
    }
}
