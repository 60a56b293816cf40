//! What a customer does of whom a gateway asks something: acts early, late, twice or never.

use std::time::Duration;

use bytes::Bytes;
use cashwrap::app::Reason;
use cashwrap::domain::ids::{AccountId, CheckoutId, PaymentId};
use tokio::time::sleep;

use super::hand::Hand;
use crate::dice::Dice;
use crate::story::Story;
use crate::world::shop;

/// How a customer takes to being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Acts, and returns.
    Prompt,
    /// Returns before having acted, then acts and returns.
    Early,
    /// Returns after the action was given up.
    Late,
    /// Returns twice at once.
    Twice,
    /// Acts and does not return.
    Silent,
    /// Does nothing.
    Never,
    /// Fails the challenge, and returns.
    Fails,
}

impl Habit {
    /// Every habit.
    pub const ALL: [Self; 7] =
        [Self::Prompt, Self::Early, Self::Late, Self::Twice, Self::Silent, Self::Never, Self::Fails];

    /// Any habit.
    pub fn roll(dice: &mut Dice) -> Self {
        dice.one_of(&Self::ALL)
    }
}

impl Hand {
    /// Does what the customer of a payment does; false when nobody comes back.
    pub async fn act(&mut self, checkout: CheckoutId, payment: PaymentId, habit: Habit) -> bool {
        match habit {
            Habit::Never => return false,
            Habit::Silent => {
                self.dawdle(60_000).await;
                self.answer(payment, true);
                return false;
            }
            Habit::Early => {
                let _early = self.return_from(checkout, payment).await;
                self.dawdle(20_000).await;
                self.answer(payment, true);
            }
            Habit::Late => {
                sleep(shop::policy().action_window + Duration::from_secs(self.dice.below(30))).await;
                self.answer(payment, true);
            }
            Habit::Twice => {
                self.dawdle(10_000).await;
                self.answer(payment, true);
                let mut other = self.twin();
                let _both =
                    tokio::join!(other.return_from(checkout, payment), self.return_from(checkout, payment));
                return true;
            }
            Habit::Prompt => {
                self.dawdle(10_000).await;
                self.answer(payment, true);
            }
            Habit::Fails => {
                self.dawdle(10_000).await;
                self.answer(payment, false);
            }
        }
        let _answer = self.return_from(checkout, payment).await;
        true
    }

    /// The customer does at the gateway what was asked, or fails to.
    fn answer(&mut self, payment: PaymentId, succeeds: bool) {
        let reference = payment.to_string();
        let accounts: Vec<AccountId> = {
            let mut core = self.world.core();
            let now = tokio::time::Instant::now();
            core.land(now);
            core.story.tell(|| {
                let verb = if succeeds { "does what is asked for" } else { "fails the challenge of" };
                format!("      {:<18} {verb} {}", self.name, Story::short(&reference))
            });
            let acted = core.tills.iter_mut().filter_map(|(account, till)| {
                till.customer_acts(&reference, succeeds, now).then(|| account.clone())
            });
            acted.collect()
        };
        for account in accounts {
            self.world.executed(&account, &reference);
        }
    }

    async fn return_from(&mut self, checkout: CheckoutId, payment: PaymentId) -> Result<Bytes, Reason> {
        let mutation = self.mutation("ConfirmPaymentAction");
        // Whatever the browser says of it, true or not.
        let says = [("result".to_owned(), "authorised".to_owned())];
        let brought_back = if self.dice.below(8) == 0 { Vec::new() } else { says.to_vec() };
        self.change(&mutation, |house, mutation| {
            let brought_back = brought_back.clone();
            Box::pin(async move { house.confirm_action(&mutation, checkout, payment, &brought_back).await })
        })
        .await
    }
}
