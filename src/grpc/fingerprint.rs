//! Which repeats are the same request (I15, I16).
//!
//! The fingerprint is over the method, the caller and the decoded request without its key. It is keyed by the
//! vault, because instruments are in the requests: what is stored must not let anybody try tokens out.

use prost::Message;
use uuid::Uuid;

use super::auth::Caller;
use crate::app::{Error, Mutation, Reason};
use crate::domain::ids::StoreId;
use crate::ports::Vault;
use crate::proto::cashwrap::v1;

/// Keeps these signatures apart from every other that the vault makes.
const PURPOSE: &str = "request-v1";

/// A request that changes something, under a key of the client's choice.
pub trait Keyed: Message + Clone {
    /// The RPC's name, which is a part of the key's scope.
    const METHOD: &'static str;

    /// The key.
    fn request_id(&self) -> &str;

    /// The etag that the change was decided on; empty where there is none.
    fn etag(&self) -> &str;

    /// The same request without its key.
    fn without_key(&self) -> Self;
}

macro_rules! keyed {
    ($($request:ident = $method:literal $($etag:ident)?;)+) => {$(
        impl Keyed for v1::$request {
            const METHOD: &'static str = $method;

            fn request_id(&self) -> &str {
                &self.request_id
            }

            fn etag(&self) -> &str {
                keyed!(@etag self $($etag)?)
            }

            fn without_key(&self) -> Self {
                Self { request_id: String::new(), ..self.clone() }
            }
        }
    )+};
    (@etag $this:ident $etag:ident) => { &$this.$etag };
    (@etag $this:ident) => { "" };
}

keyed! {
    CreateCartRequest = "CreateCart";
    UpdateCartRequest = "UpdateCart" etag;
    ApplyCodeRequest = "ApplyCode" etag;
    RemoveCodeRequest = "RemoveCode" etag;
    DeleteCartRequest = "DeleteCart" etag;
    CreateCheckoutRequest = "CreateCheckout";
    UpdateCheckoutRequest = "UpdateCheckout" etag;
    PlaceOrderRequest = "PlaceOrder";
    ConfirmPaymentActionRequest = "ConfirmPaymentAction";
    CancelCheckoutRequest = "CancelCheckout" etag;
    CapturePaymentRequest = "CapturePayment" etag;
    VoidPaymentRequest = "VoidPayment" etag;
    RefundPaymentRequest = "RefundPayment" etag;
    SetPartnerModeRequest = "SetPartnerMode" etag;
}

/// Who changes what, under which key. The key is required, and a UUID in its usual form. A caller that stands
/// for one customer reaches its own rows alone until its right to others is said.
pub fn mutation<R: Keyed>(
    vault: &dyn Vault,
    caller: &Caller,
    store: &StoreId,
    request: &R,
) -> Result<Mutation, Error> {
    let etag = request.etag();
    Ok(Mutation {
        store: store.clone(),
        method: R::METHOD,
        request_id: request_id(request.request_id())?,
        fingerprint: fingerprint(vault, caller, request),
        etag: (!etag.is_empty()).then(|| etag.to_owned()),
        reach: caller.reach(false),
        answer_by: caller.answer_by,
    })
}

fn request_id(text: &str) -> Result<Uuid, Error> {
    // 8-4-4-4-12: braces and URNs, which would make two spellings of one key, are not read.
    let usual = (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten();
    usual.filter(|id| !id.is_nil()).ok_or_else(|| {
        let remedy = "give a UUID of your own choice, fresh for each request and the same for its repeats";
        Error::of_field(Reason::RequestIdInvalid, "request_id", remedy)
    })
}

fn fingerprint<R: Keyed>(vault: &dyn Vault, caller: &Caller, request: &R) -> [u8; 32] {
    let mut text = Vec::new();
    for part in [R::METHOD, &caller.id] {
        text.extend(u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
        text.extend(part.as_bytes());
    }
    text.extend(request.without_key().encode_to_vec());
    vault.sign(PURPOSE, &text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::grpc::auth::Stores;
    use crate::grpc::capability::testing::Xor;

    fn caller(id: &str) -> Caller {
        Caller {
            id: id.to_owned(),
            scopes: BTreeSet::new(),
            stores: Stores::All,
            customer: None,
            capability: None,
            answer_by: None,
        }
    }

    fn request(code: &str, request_id: &str) -> v1::ApplyCodeRequest {
        v1::ApplyCodeRequest {
            name: "stores/demo/carts/c".to_owned(),
            request_id: request_id.to_owned(),
            etag: String::new(),
            code: code.to_owned(),
        }
    }

    const ONE: &str = "0198c0de-0000-7000-8000-000000000001";
    const TWO: &str = "0198c0de-0000-7000-8000-000000000002";

    fn print(who: &str, request: &v1::ApplyCodeRequest) -> [u8; 32] {
        mutation(&Xor, &caller(who), &"demo".parse().unwrap(), request).unwrap().fingerprint
    }

    #[test]
    fn a_repeat_is_the_same_and_another_request_or_caller_is_not() {
        let first = print("a", &request("TEA", ONE));
        assert_eq!(first, print("a", &request("TEA", ONE)));
        assert_eq!(first, print("a", &request("TEA", TWO)), "the key is no part of the request");
        assert_ne!(first, print("a", &request("MILK", ONE)));
        assert_ne!(first, print("b", &request("TEA", ONE)));
    }

    #[test]
    fn a_key_is_a_uuid_in_its_usual_form() {
        for bad in [
            "",
            "1",
            "0198c0de00007000800000000000000f",
            "{0198c0de-0000-7000-8000-000000000001}",
            "00000000-0000-0000-0000-000000000000",
            "4111 1111 1111 1111",
        ] {
            let refused =
                mutation(&Xor, &caller("a"), &"demo".parse().unwrap(), &request("TEA", bad)).unwrap_err();
            assert_eq!(refused.reason(), Reason::RequestIdInvalid, "{bad}");
            assert_eq!(refused.fields()[0].path, "request_id");
            assert!(!refused.message().contains("4111"));
        }
    }

    #[test]
    fn an_empty_etag_is_none() {
        let mut asked = request("TEA", ONE);
        let store: StoreId = "demo".parse().unwrap();
        assert_eq!(mutation(&Xor, &caller("a"), &store, &asked).unwrap().etag, None);
        asked.etag = "\"1\"".to_owned();
        assert_eq!(mutation(&Xor, &caller("a"), &store, &asked).unwrap().etag.as_deref(), Some("\"1\""));
    }
}
