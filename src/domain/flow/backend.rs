//! Whom a flow works with, by partner accounts of the server's configuration, and when money is taken.

use std::time::Duration;

use super::chain::Chain;
use super::routing::Rule;
use super::shopper::word_enum;
use crate::domain::ids::AccountId;
use crate::domain::payment::aggregate::CapturePolicy as CaptureTime;

/// The most gateways that a flow may name: each failover costs the waiting shopper seconds, and a fourth
/// would come after the patience of PlaceOrder.
pub const MAX_GATEWAYS: usize = 4;

/// The shortest window: a challenge that comes by text message takes most of a minute.
pub const MIN_ACTION_WINDOW: Duration = Duration::from_mins(1);

/// The longest window, since it holds stock and money for nobody else.
pub const MAX_ACTION_WINDOW: Duration = Duration::from_hours(1);

/// Gateway accounts in the order of use: the primary and its backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateways(Vec<AccountId>);

/// The accounts do not make an order of use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadGateways {
    /// There is none.
    #[error("a flow without a gateway cannot take money")]
    None,
    /// There are more than [`MAX_GATEWAYS`].
    #[error("more than {MAX_GATEWAYS} gateways")]
    TooMany,
    /// One is named twice: a backup must be another account.
    #[error("{0} is named twice")]
    Twice(AccountId),
}

impl Gateways {
    /// The accounts, the primary first.
    pub fn new(accounts: Vec<AccountId>) -> Result<Self, BadGateways> {
        if accounts.is_empty() {
            return Err(BadGateways::None);
        }
        if accounts.len() > MAX_GATEWAYS {
            return Err(BadGateways::TooMany);
        }
        for (index, account) in accounts.iter().enumerate() {
            if accounts.iter().take(index).any(|earlier| earlier == account) {
                return Err(BadGateways::Twice(account.clone()));
            }
        }
        Ok(Self(accounts))
    }

    /// The accounts, the primary first; never empty.
    pub fn as_slice(&self) -> &[AccountId] {
        &self.0
    }
}

word_enum!(
    /// When a flow takes the money that was authorised.
    CapturePolicy {
        /// With the order.
        AtPlacement = "at_placement",
        /// With each shipment.
        AtFulfilment = "at_fulfilment",
        /// With the shipment for goods that ship, with the order for digital ones.
        ByKind = "by_kind",
    }
);

impl CapturePolicy {
    /// When an order that does or does not hold `goods_that_ship` is captured.
    pub const fn time(self, goods_that_ship: bool) -> CaptureTime {
        match (self, goods_that_ship) {
            (Self::AtPlacement, _) | (Self::ByKind, false) => CaptureTime::AtPlacement,
            (Self::AtFulfilment, _) | (Self::ByKind, true) => CaptureTime::AtFulfilment,
        }
    }
}

/// Whom a flow works with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// Gateways, the primary first: they take what no rule of `routing` sends elsewhere.
    pub gateways: Gateways,
    /// The rules that send tenders to other gateways, in the order in which they are looked at.
    pub routing: Vec<Rule>,
    /// Carriers, all asked at once, each with its backups.
    pub carriers: Vec<Chain>,
    /// Accounts that know pickup locations.
    pub pickup: Vec<AccountId>,
    /// The tax provider with its backups.
    pub tax: Chain,
    /// When authorised money is taken.
    pub capture: CapturePolicy,
    /// How long a customer action (3DS, redirect) may take; the server's own window where the flow says nothing.
    pub action_window: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goods_that_ship_are_captured_at_fulfilment_and_digital_ones_at_placement() {
        assert_eq!(CapturePolicy::ByKind.time(true), CaptureTime::AtFulfilment);
        assert_eq!(CapturePolicy::ByKind.time(false), CaptureTime::AtPlacement);
    }

    #[test]
    fn a_backup_is_another_account() {
        let account: AccountId = "stripe-eu".parse().unwrap();
        let twice = vec![account.clone(), account.clone()];
        assert_eq!(Gateways::new(twice), Err(BadGateways::Twice(account)));
        assert_eq!(Gateways::new(Vec::new()), Err(BadGateways::None));
    }
}
