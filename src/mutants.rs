//! Planted bugs, to see that the rings of proof find them: mistakes that this service exists to never make, each
//! at the one place where somebody could make it, behind `if planted(Mutant::…)`.
//!
//! Without the Cargo feature `mutants`, which no build that is shipped has, [`planted`] is a constant `false`: there is
//! nothing to switch on, and the compiler drops what stands behind it. With the feature one of them is on for the
//! whole process, chosen before it starts by the environment variable `CASHWRAP_MUTANT`; `scripts/mutants` does so, for
//! each of [`Mutant::ALL`], and tells which ring killed it. The domain may ask [`planted`] and stays pure: it asks
//! nothing else of this file, and the answer never changes while a process lives.
//!
//! No rule, and no behaviour that anybody wants, belongs here.

/// The rings of proof, from the inside out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ring {
    /// R0: the domain's own tests, and the model that is explored to its end.
    Core,
    /// R1: the simulation.
    Simulation,
    /// R2: the laws that every store keeps.
    Laws,
}

/// The enum with everything that is told of each of its variants once.
macro_rules! mutants {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $ring:ident;)*) => {
        /// A planted bug.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Mutant {
            $($(#[$doc])* $variant,)*
        }

        impl Mutant {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name that switches it on.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The ring that should kill it at the latest.
            pub const fn ring(self) -> Ring {
                match self {
                    $(Self::$variant => Ring::$ring,)*
                }
            }
        }
    };
}

mutants! {
    /// A timeout is taken for a call that never left, and the backup is asked.
    FailoverOnTimeout = "failover-on-timeout", Core;
    /// What is sent again carries another key.
    FreshKeyPerRetry = "fresh-key-per-retry", Simulation;
    /// Money is captured before there is an order.
    CaptureFirst = "capture-first", Core;
    /// The buyer is told of the order while the commit that makes it is under way.
    AcknowledgeEarly = "acknowledge-early", Simulation;
    /// A write wins whatever its row has become meanwhile.
    NoCompareAndSet = "no-compare-and-set", Laws;
    /// A worker whose claim is gone still writes.
    NoFence = "no-fence", Laws;
    /// An attempt whose outcome is unknown counts as one that holds nothing: the tender may be tried anew.
    NewTenderWhileUnknown = "new-tender-while-unknown", Core;
    /// A cart is placed by a second checkout while the first is being placed.
    SecondCheckoutOfTheCart = "second-checkout-of-the-cart", Simulation;
    /// A replay that was refused, or never left, is taken for the fate of the first try.
    UnknownLaundered = "unknown-laundered", Core;
    /// What holds money for the first time may leave after `place_by`.
    FirstChargeAfterPlaceBy = "first-charge-after-place-by", Core;
    /// All refunds of a payment leave under one key.
    OneKeyForTwoRefunds = "one-key-for-two-refunds", Simulation;
    /// A replay is rendered anew, and differs from what left first.
    ReplayReRendered = "replay-re-rendered", Simulation;
    /// A repeat of a call is answered by a rendering of its own, and not by the stored bytes.
    ReplyReRendered = "reply-re-rendered", Simulation;
    /// Absence is concluded by whatever look found nothing, however early.
    AbsentTooEarly = "absent-too-early", Core;
    /// Stock is given back while the placement that holds it waits.
    HoldsThatExpire = "holds-that-expire", Simulation;
    /// What a division leaves over is nobody's.
    RemainderLost = "remainder-lost", Core;
    /// Lines are taxed as if no discount had been taken off.
    TaxOnUndiscounted = "tax-on-undiscounted", Core;
    /// A key answers whatever request comes under it.
    KeyWithoutHash = "key-without-hash", Simulation;
    /// A key that one method used is used up for the others.
    KeySharedByMethods = "key-shared-by-methods", Simulation;
    /// Input that was refused stands under its key, as if it had been answered.
    RefusedInputKept = "refused-input-kept", Simulation;
    /// A placement that fails gives its holds back twice.
    HoldsReleasedTwice = "holds-released-twice", Simulation;
    /// An order gives its stock back instead of using it up.
    StockNotConsumed = "stock-not-consumed", Simulation;
    /// The redemption of a code stays held when its placement fails.
    CodeNotReleased = "code-not-released", Simulation;
    /// What a dead process was sending is taken for what never left.
    RecoveryTakesSendingForUnsent = "recovery-takes-sending-for-unsent", Core;
    /// A placement that fails leaves its cart locked.
    CartLeftLocked = "cart-left-locked", Core;
    /// An event of a partner that comes twice leads to two looks.
    WebhookCountedTwice = "webhook-counted-twice", Simulation;
    /// What an event says is taken for the gateway's own answer.
    WebhookBelieved = "webhook-believed", Core;
    /// A capture, void or refund that a vendor has only received is taken for one that was executed.
    ReceivedTakenForDone = "received-taken-for-done", Core;
    /// What a customer's browser brought back is taken for the gateway's own answer.
    BroughtBackBelieved = "brought-back-believed", Core;
    /// What a vendor tells of a call counts against whatever was known of it before.
    LastWordWins = "last-word-wins", Core;
    /// A timer that is cleared and set again begins its fences anew.
    FenceGivenTwice = "fence-given-twice", Laws;
}

/// Bugs that wait for the features in which they can be made.
pub const WAITING: [(&str, &str); 2] = [
    ("batch-takes-the-last-twice", "two units of one batch that both take the last stock: group commits"),
    (
        "outbox-skips-a-late-commit",
        "a commit that becomes visible late is never delivered: the outbox's reader",
    ),
];

/// Whether this process was told to make this mistake: never, in a build without the feature.
#[cfg(not(feature = "mutants"))]
pub const fn planted(_: Mutant) -> bool {
    false
}

/// Whether this process was told to make this mistake.
#[cfg(feature = "mutants")]
pub fn planted(mutant: Mutant) -> bool {
    *switch::ON == Some(mutant)
}

#[cfg(feature = "mutants")]
mod switch {
    use std::sync::LazyLock;

    use super::Mutant;

    /// The one that is on.
    pub(super) static ON: LazyLock<Option<Mutant>> = LazyLock::new(|| {
        let name = std::env::var("CASHWRAP_MUTANT").ok().filter(|name| !name.is_empty())?;
        let known = Mutant::ALL.iter().copied().find(|mutant| mutant.name() == name);
        #[expect(clippy::panic, reason = "a run of the rings over a bug that does not exist proves nothing")]
        let named = known.unwrap_or_else(|| panic!("CASHWRAP_MUTANT names no planted bug: {name}"));
        Some(named)
    });
}

/// `bytes` with another key in the place of theirs, which is as long: for [`Mutant::FreshKeyPerRetry`].
pub fn rekeyed(bytes: &[u8], key: &str, other: &str) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replace(key, other).into_bytes()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Proved where nothing runs yet: what is known at compile time, no switch can change later.
    #[cfg(not(feature = "mutants"))]
    const _: () = {
        let mut place = 0;
        while place < Mutant::ALL.len() {
            assert!(!planted(Mutant::ALL[place]));
            place += 1;
        }
    };

    #[test]
    #[cfg(not(feature = "mutants"))]
    fn without_the_feature_no_planted_bug_can_be_switched_on() {
        assert!(!Mutant::ALL.iter().any(|mutant| planted(*mutant)));
    }

    #[test]
    fn every_planted_bug_is_named_once_as_its_variant_is() {
        let mut names = BTreeSet::new();
        for mutant in Mutant::ALL {
            let mut kebab = String::new();
            for letter in format!("{mutant:?}").chars() {
                if letter.is_ascii_uppercase() && !kebab.is_empty() {
                    kebab.push('-');
                }
                kebab.push(letter.to_ascii_lowercase());
            }
            assert_eq!(mutant.name(), kebab);
            assert!(names.insert(mutant.name()));
        }
        assert!(WAITING.iter().all(|(name, _)| !names.contains(name)));
    }
}
