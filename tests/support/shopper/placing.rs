//! The placement, and what a buyer does on the bank's page.

use cashwrap::proto::cashwrap::v1 as api;
use tonic::Status;
use uuid::Uuid;

use super::walk::{Session, Shopper};

impl Shopper {
    /// Places once, with a card that behaves so at the primary and is also known to the backup.
    pub fn place(
        &self,
        session: &Session,
        request_id: Uuid,
        behaviour: &str,
    ) -> impl Future<Output = Result<api::PlaceOrderResponse, Status>> + Send + use<> {
        self.place_at(session, request_id, &[("primary", behaviour), ("backup", "approve")])
    }

    /// Places once, with a card that is known to these accounts and behaves so at each.
    pub fn place_at(
        &self,
        session: &Session,
        request_id: Uuid,
        accounts: &[(&str, &str)],
    ) -> impl Future<Output = Result<api::PlaceOrderResponse, Status>> + Send + use<> {
        let instruments = accounts.iter().map(|(account, behaviour)| api::CardInstrument {
            partner_account: (*account).to_owned(),
            // A card of its own for each checkout and behaviour: the schemes' limits are counted per card.
            token: format!("tok_{account}_{behaviour}.{}", card_of(session, behaviour)),
        });
        let card = api::CardTender { instruments: instruments.collect(), descriptor: None };
        let tender = api::Tender { amount: None, instrument: Some(api::tender::Instrument::Card(card)) };
        let request = api::PlaceOrderRequest {
            name: session.name.clone(),
            request_id: request_id.to_string(),
            quote_digest: session.digest.clone(),
            tenders: vec![tender],
        };
        let mut door = self.door();
        async move { Ok(door.checkouts.place_order(request).await?.into_inner()) }
    }

    /// Says once that the buyer did what the payment asked for.
    pub fn confirm(
        &self,
        session: &Session,
        request_id: Uuid,
        action: &str,
    ) -> impl Future<Output = Result<api::ConfirmPaymentActionResponse, Status>> + Send + use<> {
        let request = api::ConfirmPaymentActionRequest {
            name: session.name.clone(),
            request_id: request_id.to_string(),
            action_id: action.to_owned(),
            ..Default::default()
        };
        let mut door = self.door();
        async move { Ok(door.checkouts.confirm_payment_action(request).await?.into_inner()) }
    }
}

/// In letters alone, so that no run of digits in it can look like a card number.
fn card_of(session: &Session, behaviour: &str) -> String {
    let id = session.id().chars().filter_map(|digit| digit.to_digit(16));
    let id = id.map(|digit| char::from(b'a' + u8::try_from(digit).unwrap()));
    id.chain(behaviour.chars().filter(char::is_ascii_lowercase)).collect()
}
