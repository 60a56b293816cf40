//! Reply keys: one request runs, and its reply is the stored bytes.

use std::time::Duration;

use bytes::Bytes;
use cashwrap::ports::store::{Kind, ReplyWrite, StoredReply, Verdict};

use super::bench::*;

fn finish(number: u128, body: &'static [u8]) -> ReplyWrite {
    ReplyWrite::Finish { key: reply_key(number), body: Bytes::from_static(body) }
}

fn release(number: u128) -> ReplyWrite {
    ReplyWrite::Release { key: reply_key(number) }
}

fn with_body(body: &'static [u8]) -> StoredReply {
    StoredReply { body: Some(Bytes::from_static(body)), ..open_reply(1) }
}

pub(crate) async fn a_claimed_reply_is_taken_until_it_is_finished_and_after(bench: &Bench) {
    bench.committed(unit().replies(claim_reply(1, open_reply(1), LONG))).await;
    assert_eq!(bench.reply(&reply_key(1)).await, Some(open_reply(1)));
    assert_eq!(bench.reply(&reply_key(2)).await, None);
    let other = unit().replies(claim_reply(1, open_reply(2), LONG));
    assert_eq!(bench.commit(&other).await, Verdict::ReplyTaken(open_reply(1)));
    // A body of any bytes, longer than a line of any encoding.
    let body: &'static [u8] = &[0, 255, b'\n', b'\\', 7].repeat(40).leak()[..];
    bench.committed(unit().replies(finish(1, body))).await;
    assert_eq!(bench.reply(&reply_key(1)).await, Some(with_body(body)));
    assert_eq!(bench.commit(&other).await, Verdict::ReplyTaken(with_body(body)));
    let plain = StoredReply { fingerprint: [9; 32], subject: None, body: Some(Bytes::new()) };
    bench.committed(unit().replies(claim_reply(2, plain.clone(), LONG))).await;
    assert_eq!(bench.reply(&reply_key(2)).await, Some(plain.clone()));
    let again = unit().replies(claim_reply(2, open_reply(1), LONG));
    assert_eq!(bench.commit(&again).await, Verdict::ReplyTaken(plain));
}

pub(crate) async fn a_released_reply_is_free_again(bench: &Bench) {
    bench.committed(unit().replies(claim_reply(1, open_reply(1), LONG))).await;
    bench.committed(unit().replies(release(1))).await;
    assert_eq!(bench.reply(&reply_key(1)).await, None);
    bench.committed(unit().replies(claim_reply(1, open_reply(2), LONG))).await;
    assert_eq!(bench.reply(&reply_key(1)).await, Some(open_reply(2)));
}

pub(crate) async fn an_expired_reply_is_free_and_unread(bench: &Bench) {
    bench.committed(unit().replies(claim_reply(1, with_body(b"old"), Duration::ZERO))).await;
    assert_eq!(bench.reply(&reply_key(1)).await, None);
    bench.committed(unit().replies(claim_reply(1, open_reply(2), LONG))).await;
    assert_eq!(bench.reply(&reply_key(1)).await, Some(open_reply(2)));
}

pub(crate) async fn a_finished_reply_is_neither_finished_again_nor_released(bench: &Bench) {
    bench.committed(unit().replies(claim_reply(1, open_reply(1), LONG))).await;
    bench.committed(unit().replies(finish(1, b"first"))).await;
    for write in [finish(1, b"second"), release(1)] {
        let late = unit().writes(&key(Kind::Cart, "a"), 0, text(1)).replies(write);
        assert_eq!(bench.commit(&late).await, Verdict::ReplyTaken(with_body(b"first")));
    }
    assert_eq!(bench.reply(&reply_key(1)).await, Some(with_body(b"first")));
    assert!(bench.row(&key(Kind::Cart, "a")).await.is_none());
}

pub(crate) async fn a_reply_whose_life_is_over_does_not_hold_up_its_unit(bench: &Bench) {
    bench.committed(unit().replies(claim_reply(1, open_reply(1), Duration::ZERO))).await;
    bench.committed(unit().writes(&key(Kind::Cart, "a"), 0, text(1)).replies(finish(1, b"late"))).await;
    bench.committed(unit().writes(&key(Kind::Cart, "b"), 0, text(1)).replies(release(2))).await;
    assert_eq!(bench.reply(&reply_key(1)).await, None);
}

/// Nobody reads a reply whose life is over; what it held must not stay for ever, and a day of them is swept in
/// batches.
pub(crate) async fn expired_replies_are_swept_by_who_claims(bench: &Bench) {
    let body = b"swept-when-it-is-over";
    for number in 1..=150 {
        bench.committed(unit().replies(claim_reply(number, with_body(body), Duration::ZERO))).await;
    }
    bench.committed(unit().replies(claim_reply(0xbeef, with_body(b"kept"), LONG))).await;
    let standing = async || {
        let dump = (bench.dump)().await;
        (1..=150_u128).filter(|number| dump.contains(&reply_key(*number).request_id.to_string())).count()
    };
    assert_eq!(standing().await, 150);
    for _ in 0..2 {
        assert_eq!(bench.store.claim_due(worker(1), LONG, 9).await.unwrap(), []);
    }
    assert_eq!(standing().await, 0);
    assert_eq!(bench.reply(&reply_key(0xbeef)).await, Some(with_body(b"kept")));
}
