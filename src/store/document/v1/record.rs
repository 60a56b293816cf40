//! Which shape a record has, and where its personal data goes.

use super::card_book::CardBookShape;
use super::cart::CartShape;
use super::checkout::CheckoutShape;
use super::coupon::CouponRowShape;
use super::details::PersonalShape;
use super::order::OrderShape;
use super::partner_mode::PartnerModeShape;
use super::payment::PaymentShape;
use super::placement::PlacementShape;
use super::product::ProductRowShape;
use crate::ports::record::Record;
use crate::ports::store::Kind;
use crate::store::document::codec::{DecodeError, read_personal, read_text, write};

/// A record as JSON.
pub(in crate::store::document) struct Encoded {
    /// The state, without personal data.
    pub text: String,
    /// The personal data, when there is any.
    pub personal: Option<String>,
}

/// Writes a record by the shapes of version 1.
pub(in crate::store::document) fn encode(record: &Record) -> Result<Encoded, serde_json::Error> {
    let text = match record {
        Record::Cart(row) => write(&CartShape::from(row.as_ref())),
        Record::Checkout(row) => write(&CheckoutShape::from(row.as_ref())),
        Record::Placement(row) => write(&PlacementShape::from(row.as_ref())),
        Record::Payment(row) => write(&PaymentShape::from(row.as_ref())),
        Record::Order(row) => write(&OrderShape::from(row.as_ref())),
        Record::Product(row) => write(&ProductRowShape::from(row.as_ref())),
        Record::Coupon(row) => write(&CouponRowShape::from(row.as_ref())),
        Record::PartnerMode(row) => write(&PartnerModeShape::from(row)),
        Record::CardBook(row) => write(&CardBookShape::from(row.as_ref())),
    }?;
    let personal = match record {
        Record::Checkout(row) => PersonalShape::of(&row.details),
        Record::Order(row) => PersonalShape::of(&row.details),
        Record::Cart(_)
        | Record::Placement(_)
        | Record::Payment(_)
        | Record::Product(_)
        | Record::Coupon(_)
        | Record::PartnerMode(_)
        | Record::CardBook(_) => None,
    };
    Ok(Encoded { text, personal: personal.map(|shape| write(&shape)).transpose()? })
}

/// Reads a record by the shapes of version 1.
pub(in crate::store::document) fn decode(
    kind: Kind,
    text: &str,
    personal: Option<&str>,
) -> Result<Record, DecodeError> {
    let personal = || personal.map(|text| read_personal::<PersonalShape>(kind, text)).transpose();
    Ok(match kind {
        Kind::Cart => Record::Cart(Box::new(read_text::<CartShape>(kind, text)?.into())),
        Kind::Checkout => {
            let shape: CheckoutShape = read_text(kind, text)?;
            Record::Checkout(Box::new(shape.with(personal()?.unwrap_or_default())))
        }
        Kind::Placement => Record::Placement(Box::new(read_text::<PlacementShape>(kind, text)?.into())),
        Kind::Payment => Record::Payment(Box::new(read_text::<PaymentShape>(kind, text)?.into())),
        Kind::Order => {
            let shape: OrderShape = read_text(kind, text)?;
            Record::Order(Box::new(shape.with(personal()?.unwrap_or_default())))
        }
        Kind::Product => Record::Product(Box::new(read_text::<ProductRowShape>(kind, text)?.into())),
        Kind::Coupon => Record::Coupon(Box::new(read_text::<CouponRowShape>(kind, text)?.into())),
        Kind::PartnerMode => Record::PartnerMode(read_text::<PartnerModeShape>(kind, text)?.into()),
        Kind::CardBook => Record::CardBook(Box::new(read_text::<CardBookShape>(kind, text)?.into())),
    })
}
