//! What a shopper wants: every way through the checkout that the flows have, in a mix.

use crate::support::dice::Dice;
use crate::support::shopper::{Aftercare, Session, Shopper};

/// How goods reach the shopper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Digital,
    Sent,
    Collected,
}

const GOODS: [(&str, Way); 10] = [
    ("COURSE", Way::Digital),
    ("COURSE", Way::Digital),
    ("COURSE", Way::Digital),
    ("COURSE", Way::Digital),
    ("COURSE", Way::Digital),
    ("COURSE", Way::Digital),
    ("CUP", Way::Sent),
    ("CUP", Way::Sent),
    ("KETTLE", Way::Sent),
    ("KETTLE", Way::Collected),
];

/// Of `FIRST` there are fewer than there are shoppers who try it.
const CODES: [Option<&str>; 8] =
    [None, None, None, None, None, Some("ALWAYS"), Some("ALWAYS"), Some("FIRST")];

/// How cards behave: mostly well, now and then slowly, now and then not at all. `action` wants its owner's
/// approval, who with `action:fail` does not give it.
const CARDS: [&str; 12] = [
    "approve",
    "approve",
    "approve",
    "approve",
    "approve",
    "approve",
    "approve",
    "slow",
    "decline_insufficient_funds",
    "action",
    "action",
    "action:fail",
];

/// What becomes of goods that are not handed out at once.
const AFTER_GOODS: [Option<Aftercare>; 6] = [
    Some(Aftercare::Capture),
    Some(Aftercare::Capture),
    Some(Aftercare::Capture),
    Some(Aftercare::Void),
    None,
    None,
];

/// What becomes of digital ones, which are paid at once.
const AFTER_DIGITAL: [Option<Aftercare>; 8] =
    [None, None, None, None, None, None, None, Some(Aftercare::Refund)];

/// One purchase.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    sku: &'static str,
    way: Way,
    code: Option<&'static str>,
    /// The first card; after a decline comes one that is approved.
    pub(super) card: &'static str,
    /// Whether an impatient hand presses twice.
    pub(super) twice: bool,
    pub(super) after: Option<Aftercare>,
}

impl Wish {
    pub(super) fn of(dice: &mut Dice) -> Self {
        let (sku, way) = dice.one_of(&GOODS);
        let after = if way == Way::Digital { &AFTER_DIGITAL[..] } else { &AFTER_GOODS[..] };
        Self {
            sku,
            way,
            code: dice.one_of(&CODES),
            card: dice.one_of(&CARDS),
            twice: dice.below(6) == 0,
            after: dice.one_of(after),
        }
    }

    /// Walks up to the placement.
    pub(super) async fn check_out(&self, shopper: &mut Shopper) -> Session {
        let cart = shopper.fill_cart(self.sku).await;
        if let Some(code) = self.code {
            shopper.enter_code(&cart, code).await;
        }
        match self.way {
            Way::Digital => shopper.check_out(&cart).await,
            Way::Sent => shopper.check_out_sent(&cart).await,
            Way::Collected => shopper.check_out_collected(&cart).await,
        }
    }
}
