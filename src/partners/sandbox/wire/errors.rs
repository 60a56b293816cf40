//! Stripe's errors, and the reply as it leaves.

use serde_json::{Value, json};

use crate::partners::sandbox::entry::Failure;

/// An answer, rendered: what is sent, and what an idempotency key stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) struct Reply {
    pub(in crate::partners::sandbox) status: u16,
    pub(in crate::partners::sandbox) body: String,
    /// Sent as `Retry-After`, in seconds.
    pub(in crate::partners::sandbox) retry_after: Option<u32>,
    /// Sent as `Idempotent-Replayed: true`.
    pub(in crate::partners::sandbox) replayed: bool,
}

impl Reply {
    pub(in crate::partners::sandbox) fn ok(body: &Value) -> Self {
        Self { status: 200, body: body.to_string(), retry_after: None, replayed: false }
    }
}

/// An error of the wire, before it is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) struct ApiError {
    pub(in crate::partners::sandbox) status: u16,
    pub(in crate::partners::sandbox) failure: Box<Failure>,
    pub(in crate::partners::sandbox) param: Option<&'static str>,
    /// The intent shown in `payment_intent`, by id.
    pub(in crate::partners::sandbox) intent: Option<String>,
    pub(in crate::partners::sandbox) retry_after: Option<u32>,
}

impl ApiError {
    fn new(status: u16, kind: &str, code: Option<&str>, message: impl Into<String>) -> Self {
        let failure = Box::new(Failure::new(kind, code, message));
        Self { status, failure, param: None, intent: None, retry_after: None }
    }

    /// A request that could not be executed as sent.
    pub(in crate::partners::sandbox) fn invalid(
        code: Option<&str>,
        param: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { param: Some(param), ..Self::new(400, "invalid_request_error", code, message) }
    }

    pub(in crate::partners::sandbox) fn malformed(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", None, message)
    }

    /// The object named in the path does not exist.
    pub(in crate::partners::sandbox) fn missing(what: &str, param: &'static str, id: &str) -> Self {
        let message = format!("No such {what}: '{id}'");
        Self {
            param: Some(param),
            ..Self::new(404, "invalid_request_error", Some("resource_missing"), message)
        }
    }

    /// The token belongs to another account, or names no behaviour.
    pub(in crate::partners::sandbox) fn no_such_payment_method(token: &str) -> Self {
        let message = format!("No such PaymentMethod: '{token}'");
        Self::invalid(Some("resource_missing"), "payment_method", message)
    }

    pub(in crate::partners::sandbox) fn unauthorised() -> Self {
        Self::new(401, "invalid_request_error", None, "Invalid API Key provided")
    }

    pub(in crate::partners::sandbox) fn forbidden() -> Self {
        Self::new(
            403,
            "invalid_request_error",
            Some("account_closed"),
            "This account cannot make live charges",
        )
    }

    pub(in crate::partners::sandbox) fn unrecognised(method: &str, path: &str) -> Self {
        Self::new(404, "invalid_request_error", None, format!("Unrecognized request URL ({method}: {path})"))
    }

    pub(in crate::partners::sandbox) fn unexpected_state(intent: &str, message: impl Into<String>) -> Self {
        let code = Some("payment_intent_unexpected_state");
        Self { intent: Some(intent.to_owned()), ..Self::new(400, "invalid_request_error", code, message) }
    }

    /// The customer's bank or the gateway declined.
    pub(in crate::partners::sandbox) fn declined(intent: &str, failure: Failure) -> Self {
        Self {
            status: 402,
            failure: Box::new(failure),
            param: None,
            intent: Some(intent.to_owned()),
            retry_after: None,
        }
    }

    pub(in crate::partners::sandbox) fn rate_limited() -> Self {
        let error = Self::new(429, "invalid_request_error", Some("rate_limit"), "Too many requests");
        Self { retry_after: Some(1), ..error }
    }

    pub(in crate::partners::sandbox) fn internal() -> Self {
        Self::new(500, "api_error", None, "An unknown error occurred")
    }

    pub(in crate::partners::sandbox) fn key_in_use() -> Self {
        let message = "There is currently another in-progress request using this Idempotency-Key";
        Self::new(409, "idempotency_error", Some("idempotency_key_in_use"), message)
    }

    pub(in crate::partners::sandbox) fn key_reused() -> Self {
        let message = "Keys for idempotent requests can only be used with the same parameters they were first \
                       used with";
        Self::new(400, "idempotency_error", None, message)
    }

    /// The reply; `intent` is the rendering of the intent the error names.
    pub(in crate::partners::sandbox) fn reply(&self, intent: Option<Value>) -> Reply {
        let mut error = self.failure.json();
        if let Value::Object(fields) = &mut error {
            if let Some(param) = self.param {
                fields.insert("param".to_owned(), Value::from(param));
            }
            if let Some(intent) = intent {
                fields.insert("payment_intent".to_owned(), intent);
            }
        }
        let body = json!({ "error": error }).to_string();
        Reply { status: self.status, body, retry_after: self.retry_after, replayed: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_payment_method_is_refused_as_stripe_does() {
        let reply = ApiError::no_such_payment_method("tok_other_approve").reply(None);
        let body: Value = serde_json::from_str(&reply.body).unwrap();
        let expected = json!({"error": {
            "type": "invalid_request_error", "code": "resource_missing", "param": "payment_method",
            "message": "No such PaymentMethod: 'tok_other_approve'",
        }});
        assert_eq!((reply.status, body), (400, expected));
    }
}
