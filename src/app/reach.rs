//! Whose rows a call may touch. A caller that stands for one customer has its own rows, and those of guests whose
//! capability it holds; everything else looks to it as if it were not there.

use super::error::Error;
use crate::ports::Record;

/// Whose rows a call may touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub enum Reach {
    /// Anybody's: the door has let the caller to the resource by its name.
    #[default]
    Anybodys,
    /// One customer's.
    Customer {
        /// The customer.
        id: String,
        /// Whether a guest's, too: the capability of the resource came with the call.
        guests: bool,
    },
}

impl Reach {
    /// Refuses a row of this owner where it is out of reach; `what` is what the row is called.
    pub fn check(&self, what: &str, owner: Option<&str>) -> Result<(), Error> {
        let within = match (self, owner) {
            (Self::Anybodys, _) => true,
            (Self::Customer { id, .. }, Some(owner)) => id == owner,
            (Self::Customer { guests, .. }, None) => *guests,
        };
        if within { Ok(()) } else { Err(Error::not_found(what)) }
    }

    /// Refuses a row that is out of reach; what has no owner is out of every customer's.
    pub(super) fn check_row(&self, record: &Record) -> Result<(), Error> {
        let kind = record.kind().as_str();
        match (self, record) {
            (Self::Anybodys, _) => Ok(()),
            (_, Record::Cart(cart)) => self.check(kind, cart.customer.as_deref()),
            (_, Record::Checkout(checkout)) => self.check(kind, checkout.context.customer.id.as_deref()),
            (_, Record::Order(order)) => self.check(kind, order.context.customer.id.as_deref()),
            (_, _) => Err(Error::not_found(kind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_reaches_its_own_rows_and_guests_rows_by_their_capability_alone() {
        let of = |guests| Reach::Customer { id: "ada".to_owned(), guests };
        for (guests, owner, within) in [
            (false, Some("ada"), true),
            (true, Some("ada"), true),
            (false, Some("bea"), false),
            (true, Some("bea"), false),
            (false, None, false),
            (true, None, true),
        ] {
            assert_eq!(of(guests).check("cart", owner).is_ok(), within, "{guests} {owner:?}");
            assert_eq!(Reach::Anybodys.check("cart", owner), Ok(()));
        }
        assert_eq!(of(false).check("cart", Some("bea")), Err(Error::not_found("cart")));
    }
}
