//! A gateway's ledger, as its witness shows it: who was charged, told by somebody else than the server.

use serde::{Deserialize, Serialize};

/// What a gateway says of everything that it was asked.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::cli) struct Ledger {
    /// Its objects, oldest first.
    pub(in crate::cli) intents: Vec<Intent>,
}

/// One object: the attempt of one payment at this gateway. Amounts are minor units.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::cli) struct Intent {
    /// The gateway's own id.
    pub(in crate::cli) id: String,
    /// Our payment's id; absent for what nobody of ours created.
    pub(in crate::cli) reference: Option<String>,
    /// What was held at first.
    pub(in crate::cli) authorised: i64,
    /// What was taken.
    pub(in crate::cli) captured: i64,
    /// What was released without being taken.
    pub(in crate::cli) voided: i64,
    /// What was given back.
    pub(in crate::cli) refunded: i64,
    /// What is held now.
    pub(in crate::cli) held: i64,
}

/// What moved at a gateway, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(in crate::cli) struct Moved {
    /// Held at first.
    pub(in crate::cli) authorised: i64,
    /// Taken.
    pub(in crate::cli) captured: i64,
    /// Released without being taken.
    pub(in crate::cli) voided: i64,
    /// Given back.
    pub(in crate::cli) refunded: i64,
}

impl Moved {
    /// What the buyer is out of, or has to expect: held or taken, and not given back.
    pub(in crate::cli) const fn charged(self) -> i64 {
        // A capture takes from what is held; a void releases it.
        self.authorised.saturating_sub(self.voided).saturating_sub(self.refunded)
    }
}

impl Ledger {
    /// How many of its objects ever held money.
    pub(in crate::cli) fn authorisations(&self) -> usize {
        self.intents.iter().filter(|intent| intent.authorised > 0).count()
    }

    /// Whether it tells of any of these payments.
    pub(in crate::cli) fn knows(&self, payments: &[String]) -> bool {
        let of = |intent: &Intent| intent.reference.as_ref().is_some_and(|of| payments.contains(of));
        self.intents.iter().any(of)
    }

    /// What moved for these payments.
    pub(in crate::cli) fn moved(&self, payments: &[String]) -> Moved {
        let ours = |intent: &&Intent| {
            intent.reference.as_ref().is_some_and(|reference| payments.contains(reference))
        };
        self.intents.iter().filter(ours).fold(Moved::default(), |sum, intent| Moved {
            authorised: sum.authorised.saturating_add(intent.authorised),
            captured: sum.captured.saturating_add(intent.captured),
            voided: sum.voided.saturating_add(intent.voided),
            refunded: sum.refunded.saturating_add(intent.refunded),
        })
    }
}
