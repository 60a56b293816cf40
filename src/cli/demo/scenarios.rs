//! The scripted shoppers: a file for each thing that is shown.
//!
//! A scenario has the doors that everybody has, and power over the gateways' processes. It says what happened in
//! sentences, and answers with the orders that came of it; what was charged for them is not its business: that is
//! read from the ledgers afterwards.

mod action;
mod collect;
mod coupon;
mod decline;
mod dies;
mod guest;
mod last_unit;
mod refused;

use super::stage::Stage;
use crate::cli::trial::TrialError;
use crate::proto::cashwrap::v1::Order;

/// What came of one shopper.
pub(super) struct Scene {
    /// A stable name, for machines.
    pub(super) name: &'static str,
    /// What happened, a sentence each.
    pub(super) told: Vec<String>,
    /// How it ended, for machines.
    pub(super) outcome: &'static str,
    /// The order.
    pub(super) order: Order,
    /// The account at which all of it must have been charged; `None` where either may have been.
    pub(super) charged_at: Option<&'static str>,
    /// Whether the money was taken already, and not only held.
    pub(super) taken: bool,
}

/// The scenarios.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    /// A guest buys, and the goods are sent.
    Guest,
    /// A coupon, and the same PlaceOrder twice.
    Coupon,
    /// Click and collect.
    Collect,
    /// A decline, then another card.
    Decline,
    /// A payment that its customer must approve.
    Action,
    /// Two shoppers and the last unit.
    LastUnit,
    /// A primary that refuses connections.
    Refused,
    /// A primary that dies after it has authorised.
    Dies,
}

impl Scenario {
    /// In the order in which they are played.
    pub(super) const ALL: [Self; 8] = [
        Self::Guest,
        Self::Coupon,
        Self::Collect,
        Self::Decline,
        Self::Action,
        Self::LastUnit,
        Self::Refused,
        Self::Dies,
    ];

    /// What it is about.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Guest => "A guest buys tea, and the goods are sent",
            Self::Coupon => "A coupon, and the same PlaceOrder sent twice",
            Self::Collect => "Click and collect",
            Self::Decline => "A card is declined, another one pays",
            Self::Action => "The bank asks its customer",
            Self::LastUnit => "Two shoppers want the last cup",
            Self::Refused => "The primary gateway refuses connections",
            Self::Dies => "The primary gateway dies after it authorised, before it answered",
        }
    }

    /// A stable name, for machines.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Coupon => "coupon-placed-twice",
            Self::Collect => "click-and-collect",
            Self::Decline => "decline-then-another-card",
            Self::Action => "customer-action",
            Self::LastUnit => "last-unit",
            Self::Refused => "primary-refuses",
            Self::Dies => "primary-dies",
        }
    }

    /// Plays it.
    pub(super) async fn play(self, stage: &mut Stage) -> Result<Vec<Scene>, TrialError> {
        match self {
            Self::Guest => guest::play(stage).await.map(one),
            Self::Coupon => coupon::play(stage).await.map(one),
            Self::Collect => collect::play(stage).await.map(one),
            Self::Decline => decline::play(stage).await.map(one),
            Self::Action => action::play(stage).await.map(one),
            Self::LastUnit => Box::pin(last_unit::play(stage)).await.map(one),
            Self::Refused => refused::play(stage).await.map(one),
            Self::Dies => dies::play(stage).await,
        }
    }
}

fn one(scene: Scene) -> Vec<Scene> {
    vec![scene]
}
