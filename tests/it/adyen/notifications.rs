//! What the look-alike notifies, proved and read by the adapter: each call's end, under its own name.

use cashwrap::domain::payment::{Hint, Said, Status};
use cashwrap::ports::gateway::Call;
use cashwrap::ports::webhook::Notice;

use super::rig::{REFERENCE, Rig, euros, key, view};

/// The one notice of this call, and what it says.
fn said_of(notices: &[Notice], number: u128) -> &Said {
    let told = notices.iter().filter_map(|notice| notice.told.as_ref());
    let mut ours = told.filter(|told| told.operation.is_some_and(|id| id.to_string() == key(number)));
    let told = ours.next().unwrap_or_else(|| panic!("nothing of {number} in {notices:?}"));
    assert!(ours.next().is_none(), "told twice");
    &told.said
}

#[tokio::test]
async fn each_notification_names_the_payment_its_id_and_the_call() {
    let rig = Rig::start().await;
    let object = rig.held("OK").await;
    let _ = rig.capture(3, &object, 700).await;
    let _ = rig.refund(4, &object, 300).await;
    let notices = rig.notices();
    for notice in &notices {
        let about = notice.about.as_ref().unwrap();
        assert_eq!(
            (about.payment.to_string().as_str(), about.object.as_deref()),
            (REFERENCE, Some(&*object))
        );
    }
    let Some(Said::Seen(seen)) = notices[0].told.as_ref().map(|told| &told.said) else {
        panic!("{notices:?}")
    };
    assert_eq!(
        (&seen.status, seen.amount, seen.object.as_deref()),
        (&Status::Authorised, euros(1_000), Some(&*object))
    );
    assert_eq!(said_of(&notices, 3), &Said::Done { amount: Some(euros(700)) });
    assert_eq!(said_of(&notices, 4), &Said::Done { amount: Some(euros(300)) });
}

#[tokio::test]
async fn what_fails_later_is_told_as_refused() {
    let rig = Rig::start().await;
    let object = rig.held("CAPTUREFAILS").await;
    let _ = rig.capture(3, &object, 700).await;
    assert!(matches!(said_of(&rig.notices(), 3), Said::Refused(_)));

    let rig = Rig::start().await;
    let object = rig.held("REFUNDFAILS").await;
    let _ = rig.capture(3, &object, 700).await;
    let _ = rig.refund(4, &object, 700).await;
    assert!(matches!(said_of(&rig.notices(), 4), Said::Refused(_)));
}

#[tokio::test]
async fn a_cancel_by_our_reference_tells_what_it_found() {
    let rig = Rig::start().await;
    rig.held("OK").await;
    let _ = rig.send(&key(3), Call::VoidReference).await;
    let notices = rig.notices();
    assert_eq!(said_of(&notices, 3), &Said::Done { amount: None });
    assert_eq!(notices.last().unwrap().hint, Some(Hint::Gone));

    let nothing = Rig::start().await;
    let _ = nothing.send(&key(3), Call::VoidReference).await;
    assert!(matches!(said_of(&nothing.notices(), 3), Said::Refused(_)));
}

#[tokio::test]
async fn a_shopper_who_never_came_back_is_told_of_when_the_payment_ends() {
    let rig = Rig::start().await;
    let told = view(rig.authorise("REDIRECT").await);
    assert!(rig.notices().is_empty());
    let Status::ActionNeeded { redirect_url } = told.status else { panic!("no action") };
    let result = rig.adyen.shopper(&redirect_url, true).await;
    let _ = rig.confirm(&result).await;
    let notices = rig.notices();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].hint, Some(Hint::Held));
}
