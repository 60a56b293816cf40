//! Which endpoint a method and a path name, and how each is called in the counts of requests.

/// An endpoint of the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) enum Endpoint {
    Create,
    Read(String),
    Confirm(String),
    Capture(String),
    Cancel(String),
    Search,
    Refund,
    ReadRefund(String),
    ListRefunds,
}

impl Endpoint {
    pub(in crate::partners::sandbox) fn parse(method: &str, path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_end_matches('/').split('/').skip(1).collect();
        match (method, parts.as_slice()) {
            ("POST", ["v1", "payment_intents"]) => Some(Self::Create),
            ("GET", ["v1", "payment_intents", "search"]) => Some(Self::Search),
            ("GET", ["v1", "payment_intents", id]) => Some(Self::Read((*id).to_owned())),
            ("POST", ["v1", "payment_intents", id, "confirm"]) => Some(Self::Confirm((*id).to_owned())),
            ("POST", ["v1", "payment_intents", id, "capture"]) => Some(Self::Capture((*id).to_owned())),
            ("POST", ["v1", "payment_intents", id, "cancel"]) => Some(Self::Cancel((*id).to_owned())),
            ("POST", ["v1", "refunds"]) => Some(Self::Refund),
            ("GET", ["v1", "refunds"]) => Some(Self::ListRefunds),
            ("GET", ["v1", "refunds", id]) => Some(Self::ReadRefund((*id).to_owned())),
            _ => None,
        }
    }

    /// The endpoint's name in the counts of requests, without ids.
    pub(in crate::partners::sandbox) fn label(&self) -> &'static str {
        match self {
            Self::Create => "POST /v1/payment_intents",
            Self::Read(_) => "GET /v1/payment_intents/{id}",
            Self::Confirm(_) => "POST /v1/payment_intents/{id}/confirm",
            Self::Capture(_) => "POST /v1/payment_intents/{id}/capture",
            Self::Cancel(_) => "POST /v1/payment_intents/{id}/cancel",
            Self::Search => "GET /v1/payment_intents/search",
            Self::Refund => "POST /v1/refunds",
            Self::ReadRefund(_) => "GET /v1/refunds/{id}",
            Self::ListRefunds => "GET /v1/refunds",
        }
    }

    /// Whether the endpoint only reads: reads always answer normally and take no idempotency key.
    pub(in crate::partners::sandbox) fn reads(&self) -> bool {
        match self {
            Self::Read(_) | Self::Search | Self::ReadRefund(_) | Self::ListRefunds => true,
            Self::Create | Self::Confirm(_) | Self::Capture(_) | Self::Cancel(_) | Self::Refund => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_is_not_taken_for_an_id() {
        assert_eq!(Endpoint::parse("GET", "/v1/payment_intents/search"), Some(Endpoint::Search));
        assert_eq!(Endpoint::parse("GET", "/v1/payment_intents/pi_1"), Some(Endpoint::Read("pi_1".into())));
    }

    #[test]
    fn an_unknown_path_or_method_is_no_endpoint() {
        for (method, path) in
            [("DELETE", "/v1/refunds/re_1"), ("POST", "/v1/charges"), ("GET", "/"), ("GET", "")]
        {
            assert_eq!(Endpoint::parse(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn only_gets_read() {
        for (method, path) in [
            ("POST", "/v1/payment_intents"),
            ("POST", "/v1/payment_intents/pi_1/cancel"),
            ("POST", "/v1/refunds"),
            ("GET", "/v1/refunds"),
            ("GET", "/v1/refunds/re_1"),
        ] {
            let endpoint = Endpoint::parse(method, path).unwrap();
            assert_eq!(endpoint.reads(), method == "GET");
            assert!(endpoint.label().starts_with(method));
        }
    }
}
