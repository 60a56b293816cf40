//! Whatever a record is, its document gives it back.

use proptest::prelude::*;

use super::arbitrary::{Tape, record};
use super::{decode, encode};
use crate::ports::record::Record;
use crate::ports::store::Kind;

/// `record` without what its personal part holds.
fn erased(record: &Record) -> Record {
    use crate::domain::checkout::{Billing, Details};
    let erase = |details: &mut Details| {
        details.contact = None;
        details.delivery_address = None;
        if matches!(details.billing, Some(Billing::Address(_))) {
            details.billing = None;
        }
    };
    let mut record = record.clone();
    match &mut record {
        Record::Checkout(row) => erase(&mut row.details),
        Record::Order(row) => erase(&mut row.details),
        _ => {}
    }
    record
}

proptest! {
    #[test]
    fn a_record_comes_back_from_its_document_as_it_was(
        kind in prop::sample::select(Kind::ALL.to_vec()),
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let record = record(kind, &mut Tape::new(bytes));
        let document = encode(&record).unwrap();
        prop_assert_eq!(decode(kind, &document).unwrap(), record);
    }

    #[test]
    fn a_record_whose_personal_data_was_erased_lacks_that_and_nothing_else(
        kind in prop::sample::select(Kind::ALL.to_vec()),
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let record = record(kind, &mut Tape::new(bytes));
        let mut document = encode(&record).unwrap();
        document.personal = None;
        let left = decode(kind, &document).unwrap();
        prop_assert_eq!(&left, &erased(&record));
        let again = encode(&left).unwrap();
        prop_assert_eq!(again.text, document.text, "what is left is written as it stands");
        prop_assert_eq!(again.personal, None);
    }
}
