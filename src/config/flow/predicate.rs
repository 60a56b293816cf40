//! From a parser's tree to a predicate: names, types and words are checked here, so that nothing is left to go wrong
//! later but a thing that a tender does not have.

use ::cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr, SourceInfo, operators};

use super::cel::Fault;
use crate::domain::flow::{Number, Order, Part, Predicate, Variable, Word};

/// How deep a predicate may nest. Long chains of `&&` and `||` are balanced by the parser and nest little.
const MAX_DEPTH: usize = 48;

/// What a rule may be made of.
const SUBSET: &str =
    "use comparisons, in, &&, ||, !, ? :, whole numbers, has, startsWith, endsWith and contains";

/// An expression with its type.
enum Typed {
    Condition(Predicate),
    Number(Number),
    Word(Word),
}

impl Typed {
    const fn what(&self) -> &'static str {
        match self {
            Self::Condition(_) => "a condition",
            Self::Number(_) => "a number",
            Self::Word(_) => "text",
        }
    }
}

/// The predicate of a tree, which must be a condition.
pub(super) fn condition(tree: &IdedExpr, places: &SourceInfo) -> Result<Predicate, Fault> {
    Typing { places, depth: 0 }.condition(tree)
}

/// A walk down the tree.
#[derive(Clone, Copy)]
struct Typing<'a> {
    places: &'a SourceInfo,
    depth: usize,
}

impl Typing<'_> {
    fn fault(self, at: &IdedExpr, reason: impl AsRef<str>, remedy: impl Into<String>) -> Fault {
        let place = self.places.offset_for(at.id);
        let place =
            place.map_or_else(String::new, |(start, _)| format!(" at character {}", start.saturating_add(1)));
        Fault::new(format!("{}{place}", reason.as_ref()), remedy)
    }

    fn condition(self, tree: &IdedExpr) -> Result<Predicate, Fault> {
        match self.typed(tree)? {
            Typed::Condition(predicate) => Ok(predicate),
            other => Err(self.fault(
                tree,
                format!("is {} and not a condition", other.what()),
                "compare it with something, so that it is true or false",
            )),
        }
    }

    fn number(self, tree: &IdedExpr) -> Result<Number, Fault> {
        match self.typed(tree)? {
            Typed::Number(number) => Ok(number),
            other => {
                Err(self.fault(tree, format!("is {} and not a number", other.what()), "write a number there"))
            }
        }
    }

    fn word(self, tree: &IdedExpr) -> Result<Word, Fault> {
        match self.typed(tree)? {
            Typed::Word(word) => Ok(word),
            other => Err(self.fault(
                tree,
                format!("is {} and not text", other.what()),
                "write text there, such as \"EUR\"",
            )),
        }
    }

    fn typed(mut self, tree: &IdedExpr) -> Result<Typed, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fault(tree, "nests too deeply", "spread it over several rules"));
        }
        match &tree.expr {
            Expr::Ident(name) => self.variable(tree, name).map(told),
            Expr::Select(select) => self.select(tree, select),
            Expr::Literal(literal) => self.literal(tree, literal),
            Expr::Call(call) => self.call(tree, call),
            Expr::List(_) => Err(self.fault(
                tree,
                "is a list",
                "write a list only after in, such as currency in [\"EUR\"]",
            )),
            Expr::Comprehension(_) | Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                Err(self.fault(tree, "is more than a rule can say", SUBSET))
            }
        }
    }

    fn variable(self, tree: &IdedExpr, name: &str) -> Result<Variable, Fault> {
        Variable::from_word(name).ok_or_else(|| {
            let names: Vec<&str> = Variable::ALL.iter().map(|variable| variable.as_str()).collect();
            self.fault(tree, format!("{name} is not known"), format!("use one of {}", names.join(", ")))
        })
    }

    fn select(self, tree: &IdedExpr, select: &SelectExpr) -> Result<Typed, Fault> {
        let Expr::Ident(root) = &select.operand.expr else {
            return Err(self.fault(tree, "is a field of something else than tender", SUBSET));
        };
        let variable = self.variable(tree, &format!("{root}.{}", select.field))?;
        Ok(if select.test { Typed::Condition(Predicate::Has(variable)) } else { told(variable) })
    }

    fn literal(self, tree: &IdedExpr, literal: &LiteralValue) -> Result<Typed, Fault> {
        let (reason, remedy) = match literal {
            LiteralValue::Boolean(value) => return Ok(Typed::Condition(Predicate::Constant(*value.inner()))),
            LiteralValue::Int(value) => return Ok(Typed::Number(Number::Literal(*value.inner()))),
            LiteralValue::String(text) => return Ok(Typed::Word(Word::Literal(text.inner().to_owned()))),
            LiteralValue::Double(_) => {
                ("is a number with a fraction", "write money in minor units: 4990 for EUR 49.90")
            }
            LiteralValue::UInt(_) => ("is an unsigned number", "write it without the u"),
            LiteralValue::Bytes(_) => ("is a list of bytes", "write text, without the b"),
            LiteralValue::Null => ("is null", "ask with has whether something is known"),
        };
        Err(self.fault(tree, reason, remedy))
    }

    fn call(self, tree: &IdedExpr, call: &CallExpr) -> Result<Typed, Fault> {
        let pair = || match call.args.as_slice() {
            [left, right] => Ok((left, right)),
            _ => Err(self.fault(tree, format!("{} has another number of parts", call.func_name), SUBSET)),
        };
        if let Some(whole) = &call.target {
            return self.part(tree, whole, call);
        }
        let conditions = |of: fn(Box<(Predicate, Predicate)>) -> Predicate| {
            let (left, right) = pair()?;
            Ok(Typed::Condition(of(Box::new((self.condition(left)?, self.condition(right)?)))))
        };
        let numbers = |of: fn(Box<(Number, Number)>) -> Number| {
            let (left, right) = pair()?;
            Ok(Typed::Number(of(Box::new((self.number(left)?, self.number(right)?)))))
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_NOT, [one]) => {
                Ok(Typed::Condition(Predicate::Not(Box::new(self.condition(one)?))))
            }
            (operators::NEGATE, [one]) => Ok(Typed::Number(match self.number(one)? {
                Number::Literal(number) if number != i64::MIN => Number::Literal(number.saturating_neg()),
                number => Number::Negated(Box::new(number)),
            })),
            (operators::CONDITIONAL, [asked, then, otherwise]) => {
                let parts = (self.condition(asked)?, self.condition(then)?, self.condition(otherwise)?);
                Ok(Typed::Condition(Predicate::If(Box::new(parts))))
            }
            (operators::LOGICAL_AND, _) => conditions(Predicate::Both),
            (operators::LOGICAL_OR, _) => conditions(Predicate::Either),
            (operators::ADD, _) => numbers(Number::Sum),
            (operators::SUBSTRACT, _) => numbers(Number::Difference),
            (operators::MULTIPLY, _) => numbers(Number::Product),
            (operators::DIVIDE, _) => numbers(Number::Quotient),
            (operators::MODULO, _) => numbers(Number::Remainder),
            (operators::IN, [one, list]) => self.within(one, list),
            (name, _) => match order(name) {
                Some(order) => {
                    let (left, right) = pair()?;
                    self.comparison(tree, order, left, right)
                }
                None => Err(self.fault(tree, format!("{name} is not known"), SUBSET)),
            },
        }
    }

    fn comparison(
        self,
        tree: &IdedExpr,
        order: Order,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Typed, Fault> {
        let exact = matches!(order, Order::Equal | Order::NotEqual);
        let predicate = match (self.typed(left)?, self.typed(right)?) {
            (Typed::Number(one), Typed::Number(other)) => Predicate::Numbers(order, one, other),
            (Typed::Word(one), Typed::Word(other)) => {
                self.sensible(right, &one, &other, exact)?;
                self.sensible(left, &other, &one, exact)?;
                Predicate::Words(order, one, other)
            }
            (Typed::Condition(one), Typed::Condition(other)) if exact => {
                let same = Predicate::Same(Box::new((one, other)));
                if order == Order::Equal { same } else { Predicate::Not(Box::new(same)) }
            }
            (one, other) => {
                let reason = format!("compares {} with {}", one.what(), other.what());
                return Err(self.fault(tree, reason, "compare numbers with numbers and text with text"));
            }
        };
        Ok(Typed::Condition(predicate))
    }

    fn within(self, one: &IdedExpr, list: &IdedExpr) -> Result<Typed, Fault> {
        let Expr::List(items) = &list.expr else {
            return Err(self.fault(list, "is no list", "write one after in, such as currency in [\"EUR\"]"));
        };
        let literals = "write the list's elements as they are, numbers or text";
        let predicate = match self.typed(one)? {
            Typed::Number(number) => {
                let numbers = items.elements.iter().map(|item| match self.number(item)? {
                    Number::Literal(number) => Ok(number),
                    _ => Err(self.fault(item, "is computed", literals)),
                });
                Predicate::NumberIn(number, numbers.collect::<Result<_, _>>()?)
            }
            Typed::Word(word) => {
                let words = items.elements.iter().map(|item| {
                    let element = self.word(item)?;
                    self.sensible(item, &word, &element, true)?;
                    match element {
                        Word::Literal(text) => Ok(text),
                        Word::Variable(_) => Err(self.fault(item, "is computed", literals)),
                    }
                });
                let words = words.collect::<Result<_, _>>()?;
                Predicate::WordIn(word, words)
            }
            Typed::Condition(_) => {
                return Err(self.fault(one, "is a condition", "ask in of a number or a text"));
            }
        };
        Ok(Typed::Condition(predicate))
    }

    fn part(self, tree: &IdedExpr, whole: &IdedExpr, call: &CallExpr) -> Result<Typed, Fault> {
        let part = match call.func_name.as_str() {
            "startsWith" => Part::Start,
            "endsWith" => Part::End,
            "contains" => Part::Any,
            name => return Err(self.fault(tree, format!("{name} is not known"), SUBSET)),
        };
        let [piece] = call.args.as_slice() else {
            let remedy = "give one text, such as tender.bin.startsWith(\"4111\")";
            return Err(self.fault(tree, format!("{} has another number of parts", call.func_name), remedy));
        };
        let (one, other) = (self.word(whole)?, self.word(piece)?);
        self.sensible(piece, &one, &other, false)?;
        Ok(Typed::Condition(Predicate::Part(part, one, other)))
    }

    /// Refuses a text that the variable beside it can never be, or never begin with and the like.
    fn sensible(self, at: &IdedExpr, variable: &Word, text: &Word, exact: bool) -> Result<(), Fault> {
        let (Word::Variable(variable), Word::Literal(text)) = (variable, text) else { return Ok(()) };
        let remedy = if exact { variable.is_never(text) } else { variable.never_holds(text) };
        match remedy {
            // What is refused is not repeated: it may be a card's number.
            Some(remedy) => Err(self.fault(at, format!("is nothing that {variable} can be"), remedy)),
            None => Ok(()),
        }
    }
}

const fn told(variable: Variable) -> Typed {
    match variable {
        Variable::Amount => Typed::Number(Number::Amount),
        Variable::Method
        | Variable::Network
        | Variable::Bin
        | Variable::Currency
        | Variable::Country
        | Variable::Store
        | Variable::Channel
        | Variable::Customer => Typed::Word(Word::Variable(variable)),
    }
}

fn order(operator: &str) -> Option<Order> {
    Some(match operator {
        operators::EQUALS => Order::Equal,
        operators::NOT_EQUALS => Order::NotEqual,
        operators::LESS => Order::Less,
        operators::LESS_EQUALS => Order::AtMost,
        operators::GREATER => Order::Greater,
        operators::GREATER_EQUALS => Order::AtLeast,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::cel::read;
    use crate::domain::flow::{EvaluationError, Stuck, TenderFacts, Variable};

    fn facts() -> TenderFacts {
        TenderFacts::default()
            .amount(4_990)
            .told(Variable::Method, Some("card"))
            .told(Variable::Network, None)
            .told(Variable::Bin, Some("41111122"))
            .told(Variable::Currency, Some("EUR"))
            .told(Variable::Country, Some("DE"))
            .told(Variable::Store, Some("demo"))
            .told(Variable::Channel, Some("web"))
            .told(Variable::Customer, Some("repeat"))
    }

    #[test]
    fn conditions_mean_what_cel_says() {
        for (expression, expected) in [
            ("true", true),
            ("amount >= 4990 && amount < 5000", true),
            ("amount > 50 * 100 - 11", true),
            ("amount % 100 == 90 && amount / 100 == 49", true),
            ("-amount < -4989", true),
            ("currency == \"EUR\" && country != 'FR'", true),
            ("currency in [\"USD\", \"GBP\"]", false),
            ("amount in [1, -2, 4990]", true),
            ("tender.method == \"card\"", true),
            ("tender.bin.startsWith(\"4111\") && !tender.bin.endsWith(\"33\")", true),
            ("tender.bin >= \"411100\" && tender.bin < \"411200\"", true),
            ("tender.bin.contains(\"1122\")", true),
            ("has(tender.bin) && !has(tender.network)", true),
            ("has(tender.network) && tender.network == \"visa\"", false),
            ("tender.network == \"visa\" || amount == 4990", true),
            ("has(tender.network) ? tender.network == \"visa\" : store == \"demo\"", true),
            ("(customer == \"guest\") == (channel == \"app\")", true),
            ("(customer == \"guest\") != (channel == \"app\")", false),
            ("\"EUR\" == currency", true),
        ] {
            let predicate = read(expression).unwrap_or_else(|fault| panic!("{expression}: {fault:?}"));
            assert_eq!(predicate.holds(&facts()), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn what_a_tender_does_not_have_is_an_error_by_its_name() {
        let missing = Err(Stuck::Failed(EvaluationError::Missing(Variable::Network)));
        assert_eq!(read("tender.network == \"visa\"").unwrap().holds(&facts()), missing);
        let divided = Err(Stuck::Failed(EvaluationError::Arithmetic));
        assert_eq!(read("1 / (amount - 4990) == 1").unwrap().holds(&facts()), divided);
    }

    #[test]
    fn what_is_no_rule_is_refused_where_it_stands() {
        for (expression, reason) in [
            ("", "is empty"),
            ("amount", "is a number and not a condition at character 1"),
            ("currency", "is text and not a condition at character 1"),
            ("amount == \"EUR\"", "compares a number with text at character 8"),
            ("amont > 1", "amont is not known at character 1"),
            ("amount > 1 && tender.pan == \"1\"", "tender.pan is not known at character 21"),
            ("tender == 1", "tender is not known at character 1"),
            ("amount > 49.90", "is a number with a fraction at character 10"),
            ("amount > 49u", "is an unsigned number at character 10"),
            ("country == null", "is null at character 12"),
            ("currency == \"eur\"", "is nothing that currency can be at character 13"),
            ("tender.bin.startsWith(\"411111111\")", "is nothing that tender.bin can be at character 23"),
            ("channel in [\"web\", \"wap\"]", "is nothing that channel can be at character 20"),
            ("currency in \"EUR\"", "is no list at character 13"),
            ("amount in [amount]", "is computed at character 12"),
            ("size(tender.bin) == 6", "size is not known at character 5"),
            ("tender.bin.matches(\"4.*\")", "matches is not known at character 19"),
            ("[1].all(x, x > 0)", "is more than a rule can say at character 8"),
            ("amount >", "is no CEL at character 9: mismatched input '<EOF>'"),
            ("amount > 1)", "closes a bracket that was not opened"),
            ("amount = 1", "is no CEL at character 8: token recognition error at: '= '"),
            ("amount > 9223372036854775808", "is no CEL at character 10: invalid int literal"),
            ("café == 1", "holds something else than plain ASCII after 3 characters"),
        ] {
            let fault = read(expression).unwrap_err();
            assert_eq!(fault.reason, reason, "{expression}");
            assert!(!fault.remedy.is_empty());
        }
    }

    #[test]
    fn a_card_number_in_a_rule_is_refused_and_not_repeated() {
        let fault = read("tender.bin == \"4111111111111111\"").unwrap_err();
        assert!(!format!("{fault:?}").contains("4111"), "{fault:?}");
    }
}
