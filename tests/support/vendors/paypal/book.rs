//! What there is, and what each call makes of it. Amounts are in minor units of a currency with two decimals.

use std::collections::{BTreeMap, BTreeSet};

/// An order, with all that became of it.
pub(super) struct Order {
    pub(super) id: String,
    pub(super) reference: String,
    pub(super) invoice: Option<String>,
    pub(super) currency: String,
    pub(super) minor: i64,
    /// What the customer decided.
    pub(super) decision: Option<Decision>,
    pub(super) authorization: Option<Authorization>,
    pub(super) captures: Vec<Capture>,
    pub(super) refunds: Vec<Refund>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// With what pays.
    Approved,
    /// With what will be declined.
    ApprovedWithBadFunds,
}

pub(super) struct Authorization {
    pub(super) id: String,
    pub(super) status: &'static str,
    pub(super) minor: i64,
}

pub(super) struct Capture {
    pub(super) id: String,
    pub(super) minor: i64,
    pub(super) last: bool,
    pub(super) invoice: Option<String>,
}

pub(super) struct Refund {
    pub(super) id: String,
    pub(super) capture: String,
    pub(super) minor: i64,
    pub(super) custom: Option<String>,
    pub(super) invoice: Option<String>,
}

/// What a call made or shows; where it was made now, and not shown again.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Made {
    Order(String),
    Authorized(String),
    Capture(String),
    Voided(String),
    Refund(String),
}

/// A status and an issue.
pub(super) type Refused = (u16, &'static str);

/// What a reference comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// How often an amount was held.
    pub holds: u32,
    /// Held now.
    pub held_minor: i64,
    /// How often something was captured.
    pub captures: u32,
    /// Captured in all.
    pub captured_minor: i64,
    /// How often something was refunded.
    pub refunds: u32,
    /// Refunded in all.
    pub refunded_minor: i64,
}

/// All that this PayPal knows.
pub(super) struct Book {
    pub(super) base_url: String,
    pub(super) orders: Vec<Order>,
    pub(super) tokens: BTreeSet<String>,
    pub(super) tokens_given: u64,
    /// By request id: the address, and what was made.
    requests: BTreeMap<String, (String, Made)>,
    ids: u64,
}

impl Book {
    pub(super) fn at(base_url: String) -> Self {
        let (tokens, requests) = (BTreeSet::new(), BTreeMap::new());
        Self { base_url, orders: Vec::new(), tokens, tokens_given: 0, requests, ids: 0 }
    }

    fn id(&mut self, kind: char) -> String {
        self.ids += 1;
        format!("{kind}{:016}", self.ids)
    }

    pub(super) fn token(&mut self) -> String {
        self.tokens_given += 1;
        let token = format!("A21AA{}", self.tokens_given);
        self.tokens.insert(token.clone());
        token
    }

    /// What a request with this id made before, or what it makes now.
    pub(super) fn once(
        &mut self,
        request_id: Option<&str>,
        address: &str,
        run: impl FnOnce(&mut Self) -> Result<Made, Refused>,
    ) -> Result<(Made, bool), Refused> {
        let Some(id) = request_id else { return run(self).map(|made| (made, true)) };
        match self.requests.get(id) {
            Some((first, _)) if first != address => Err((422, "DUPLICATE_REQUEST_ID")),
            Some((_, made)) => Ok((made.clone(), false)),
            None => {
                // Nothing is kept of what made nothing: the same id runs again.
                let made = run(self)?;
                self.requests.insert(id.to_owned(), (address.to_owned(), made.clone()));
                Ok((made, true))
            }
        }
    }

    pub(super) fn create(
        &mut self,
        minor: i64,
        currency: String,
        reference: String,
        invoice: Option<String>,
    ) -> Made {
        let id = self.id('O');
        self.orders.push(Order {
            id: id.clone(),
            reference,
            invoice,
            currency,
            minor,
            decision: None,
            authorization: None,
            captures: Vec::new(),
            refunds: Vec::new(),
        });
        Made::Order(id)
    }

    pub(super) fn order(&mut self, id: &str) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.id == id)
    }

    pub(super) fn decide(&mut self, order: &str, decision: Option<Decision>) -> bool {
        match self.order(order) {
            Some(order) if order.authorization.is_none() => {
                order.decision = decision;
                true
            }
            _ => false,
        }
    }

    pub(super) fn authorize(&mut self, order: &str) -> Result<Made, Refused> {
        let id = self.id('A');
        let order = self.order(order).ok_or((404, "INVALID_RESOURCE_ID"))?;
        match (order.decision, &order.authorization) {
            (_, Some(_)) => Err((422, "ORDER_ALREADY_AUTHORIZED")),
            (None, None) => Err((422, "ORDER_NOT_APPROVED")),
            (Some(Decision::ApprovedWithBadFunds), None) => Err((422, "INSTRUMENT_DECLINED")),
            (Some(Decision::Approved), None) => {
                order.authorization = Some(Authorization { id, status: "CREATED", minor: order.minor });
                Ok(Made::Authorized(order.id.clone()))
            }
        }
    }

    pub(super) fn order_of_authorization(&mut self, id: &str) -> Result<&mut Order, Refused> {
        let of = |order: &&mut Order| order.authorization.as_ref().is_some_and(|held| held.id == id);
        self.orders.iter_mut().find(of).ok_or((404, "INVALID_RESOURCE_ID"))
    }

    pub(super) fn capture(
        &mut self,
        authorization: &str,
        minor: Option<i64>,
        last: bool,
        invoice: Option<String>,
    ) -> Result<Made, Refused> {
        let id = self.id('C');
        let order = self.order_of_authorization(authorization)?;
        let Some(held) = &mut order.authorization else { return Err((404, "INVALID_RESOURCE_ID")) };
        let taken: i64 = order.captures.iter().map(|capture| capture.minor).sum();
        let minor = minor.unwrap_or(held.minor - taken);
        match held.status {
            "VOIDED" => return Err((422, "AUTHORIZATION_VOIDED")),
            "CAPTURED" => return Err((422, "AUTHORIZATION_ALREADY_CAPTURED")),
            _ if (taken + minor) * 100 > held.minor * 115 => {
                return Err((422, "MAX_CAPTURE_AMOUNT_EXCEEDED"));
            }
            _ if order.captures.iter().any(|each| invoice.is_some() && each.invoice == invoice) => {
                return Err((422, "DUPLICATE_INVOICE_ID"));
            }
            _ => {}
        }
        held.status = if last || taken + minor >= held.minor { "CAPTURED" } else { "PARTIALLY_CAPTURED" };
        order.captures.push(Capture { id: id.clone(), minor, last, invoice });
        Ok(Made::Capture(id))
    }

    pub(super) fn void(&mut self, authorization: &str) -> Result<Made, Refused> {
        let order = self.order_of_authorization(authorization)?;
        let Some(held) = &mut order.authorization else { return Err((404, "INVALID_RESOURCE_ID")) };
        match held.status {
            "VOIDED" => Err((422, "PREVIOUSLY_VOIDED")),
            "CAPTURED" => Err((422, "PREVIOUSLY_CAPTURED")),
            _ => {
                held.status = "VOIDED";
                Ok(Made::Voided(held.id.clone()))
            }
        }
    }

    pub(super) fn refund(
        &mut self,
        capture: &str,
        minor: Option<i64>,
        custom: Option<String>,
        invoice: Option<String>,
    ) -> Result<Made, Refused> {
        let id = self.id('R');
        let has = |order: &&mut Order| order.captures.iter().any(|each| each.id == capture);
        let order = self.orders.iter_mut().find(has).ok_or((404, "INVALID_RESOURCE_ID"))?;
        let taken = order.captures.iter().find(|each| each.id == capture).map_or(0, |each| each.minor);
        let of = |refund: &&Refund| refund.capture == capture;
        let left = taken - order.refunds.iter().filter(of).map(|refund| refund.minor).sum::<i64>();
        let minor = minor.unwrap_or(left);
        if left == 0 {
            return Err((422, "CAPTURE_FULLY_REFUNDED"));
        }
        if minor > left {
            return Err((422, "REFUND_AMOUNT_EXCEEDED"));
        }
        order.refunds.push(Refund { id: id.clone(), capture: capture.to_owned(), minor, custom, invoice });
        Ok(Made::Refund(id))
    }

    pub(super) fn sums(&self, reference: &str) -> Sums {
        let mut sums = Sums::default();
        for order in self.orders.iter().filter(|order| order.reference == reference) {
            if let Some(held) = &order.authorization {
                let open = matches!(held.status, "CREATED" | "PARTIALLY_CAPTURED");
                let taken: i64 = order.captures.iter().map(|capture| capture.minor).sum();
                sums.holds += 1;
                sums.held_minor += if open { held.minor - taken } else { 0 };
            }
            sums.captures += u32::try_from(order.captures.len()).unwrap();
            sums.captured_minor += order.captures.iter().map(|capture| capture.minor).sum::<i64>();
            sums.refunds += u32::try_from(order.refunds.len()).unwrap();
            sums.refunded_minor += order.refunds.iter().map(|refund| refund.minor).sum::<i64>();
        }
        sums
    }
}
