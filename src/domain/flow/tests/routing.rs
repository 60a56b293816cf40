//! Rules over tenders: the first that holds, and nothing after it.

use proptest::prelude::*;
use proptest::sample::select;

use super::samples::flow;
use crate::domain::flow::*;

fn word() -> impl Strategy<Value = Variable> {
    select(vec![Variable::Network, Variable::Bin, Variable::Currency, Variable::Country, Variable::Channel])
}

fn number() -> impl Strategy<Value = Number> {
    let leaf = prop_oneof![
        Just(Number::Amount),
        select(vec![0, 1, -1, 100, i64::MAX, i64::MIN]).prop_map(Number::Literal)
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(Box::new);
        prop_oneof![
            inner.prop_map(|number| Number::Negated(Box::new(number))),
            pair.clone().prop_map(Number::Sum),
            pair.clone().prop_map(Number::Product),
            pair.clone().prop_map(Number::Quotient),
            pair.prop_map(Number::Remainder),
        ]
    })
}

fn order() -> impl Strategy<Value = Order> {
    select(vec![Order::Equal, Order::NotEqual, Order::Less, Order::AtMost, Order::Greater, Order::AtLeast])
}

fn predicate() -> impl Strategy<Value = Predicate> {
    let text = || select(vec!["EUR", "DE", "4111", "visa"]).prop_map(str::to_owned);
    let leaf = prop_oneof![
        any::<bool>().prop_map(Predicate::Constant),
        word().prop_map(Predicate::Has),
        (order(), number(), number()).prop_map(|(order, one, other)| Predicate::Numbers(order, one, other)),
        (order(), word(), text()).prop_map(|(order, one, other)| {
            Predicate::Words(order, Word::Variable(one), Word::Literal(other))
        }),
        (word(), text()).prop_map(|(word, text)| Predicate::WordIn(Word::Variable(word), vec![text])),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(Box::new);
        prop_oneof![
            inner.clone().prop_map(|one| Predicate::Not(Box::new(one))),
            pair.clone().prop_map(Predicate::Both),
            pair.clone().prop_map(Predicate::Either),
            pair.prop_map(Predicate::Same),
            (inner.clone(), inner.clone(), inner).prop_map(|parts| Predicate::If(Box::new(parts))),
        ]
    })
}

fn backend() -> impl Strategy<Value = Backend> {
    let gateways =
        select(vec!["a", "b", "c"]).prop_map(|name| Gateways::new(vec![name.parse().unwrap()]).unwrap());
    let rule = (predicate(), gateways).prop_map(|(when, gateways)| Rule { name: None, when, gateways });
    prop::collection::vec(rule, 0..6).prop_map(|routing| Backend { routing, ..flow("test").backend })
}

/// What is told of a tender: each thing, or that it is not there.
fn told() -> impl Strategy<Value = (i64, Vec<(Variable, Option<&'static str>)>)> {
    let word = |variable| {
        prop::option::of(select(vec!["EUR", "DE", "411111", "visa"])).prop_map(move |word| (variable, word))
    };
    let words = [Variable::Network, Variable::Bin, Variable::Currency, Variable::Country, Variable::Channel];
    (any::<i64>(), words.map(word).to_vec())
}

fn facts(told: &(i64, Vec<(Variable, Option<&'static str>)>)) -> TenderFacts {
    let facts = TenderFacts::default().amount(told.0);
    told.1.iter().fold(facts, |facts, (variable, word)| facts.told(*variable, *word))
}

proptest! {
    #[test]
    fn the_first_rule_that_holds_gives_the_gateways_and_no_later_one_is_looked_at(backend in backend(), told in told()) {
        let facts = facts(&told);
        let (gateways, steps) = backend.route(&facts);
        let first = backend.routing.iter().position(|rule| rule.when.holds(&facts) == Ok(true));
        prop_assert_eq!(steps.len(), first.map_or(backend.routing.len(), |first| first + 1));
        prop_assert_eq!(gateways, first.map_or(&backend.gateways, |first| &backend.routing[first].gateways));
        let matched = steps.iter().filter(|step| step.verdict == RuleVerdict::Matched).count();
        prop_assert_eq!(matched, usize::from(first.is_some()));
        prop_assert_eq!(backend.route(&facts), (gateways, steps.clone()), "asked twice");
        if let Some(first) = first {
            let mut longer = backend.clone();
            let everything = Predicate::Constant(true);
            longer.routing.insert(first + 1, Rule { when: everything, ..backend.routing[0].clone() });
            prop_assert_eq!(longer.route(&facts), (gateways, steps), "a rule after the one that matched");
        }
    }

    #[test]
    fn the_gateways_that_stand_once_all_is_told_were_offered_while_some_was_open(
        backend in backend(), told in told(), open in prop::collection::vec(any::<bool>(), 5), amount in any::<bool>(),
    ) {
        let (gateways, _) = { let facts = facts(&told); let (to, steps) = backend.route(&facts); (to.clone(), steps) };
        let mut early = if amount { TenderFacts::default().amount(told.0) } else { TenderFacts::default() };
        for ((variable, word), open) in told.1.iter().zip(&open) {
            if !open {
                early = early.told(*variable, *word);
            }
        }
        let offer = backend.offer(&early);
        prop_assert!(gateways.as_slice().iter().all(|account| offer.accounts.contains(account)), "{offer:?}");
        if !offer.undecided {
            prop_assert_eq!(gateways.as_slice(), offer.accounts.as_slice());
        }
        prop_assert!(offer.accounts.iter().all(|account| backend.every_gateway().contains(account)));
    }

    #[test]
    fn what_is_constant_is_so_of_every_tender(predicate in predicate(), told in told()) {
        if let Some(constant) = predicate.constant() {
            prop_assert_eq!(predicate.holds(&facts(&told)), Ok(constant));
        }
    }
}
