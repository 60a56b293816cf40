//! What a gateway promises of amounts and looks.

use super::super::super::GatewayCapabilities;
use super::super::super::capabilities::Lookup;
use crate::domain::money::Money;

#[test]
fn an_amount_is_taken_where_it_is_a_whole_number_of_the_vendors_steps() {
    let coarse = GatewayCapabilities {
        steps: &[("EUR", 0), ("KWD", 10), ("USD", -5)],
        ..GatewayCapabilities::stripe()
    };
    for (minor, currency, taken) in [
        (7, "EUR", true),
        (7, "JPY", true),
        (7, "USD", true),
        (10, "KWD", true),
        (1_230, "KWD", true),
        (1_235, "KWD", false),
        (9, "KWD", false),
    ] {
        let amount = Money::new(minor, currency.parse().unwrap());
        assert_eq!(coarse.takes(amount), taken, "{minor} {currency}");
    }
    let step = |currency: &str| coarse.step(currency.parse().unwrap());
    assert_eq!(["EUR", "JPY", "USD", "KWD"].map(step), [1, 1, 1, 10], "no step is none");
}

#[test]
fn r4_a_look_goes_by_the_vendors_id_where_it_is_known_and_readable_and_by_our_reference_elsewhere() {
    for read_by_id in [Lookup::Consistent, Lookup::Lagging, Lookup::None] {
        for reference_lookup in [Lookup::Consistent, Lookup::Lagging, Lookup::None] {
            let known = GatewayCapabilities { reference_lookup, read_by_id, ..GatewayCapabilities::stripe() };
            assert_eq!(known.looks_by_id(true), read_by_id != Lookup::None);
            assert!(!known.looks_by_id(false));
            let by_id = if read_by_id == Lookup::None { reference_lookup } else { read_by_id };
            assert_eq!((known.sight(true), known.sight(false)), (by_id, reference_lookup));
        }
    }
}
