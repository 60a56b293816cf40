//! One complete checkout, each of its calls timed.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::goods::basket;
use super::sample::Sample;
use crate::cli::trial::shop::fresh;
use crate::cli::trial::steps::{at_home, cheapest, ready};
use crate::cli::trial::{Shop, TrialError};
use crate::proto::cashwrap::v1::place_order_response::Result as Placed;

/// The call whose own share is told.
pub(super) const PLACE: &str = "PlaceOrder";

/// How often the gateway is asked while PlaceOrder waits: once to create what the money is held by, once to hold it.
pub(super) const GATEWAY_CALLS: u32 = 2;

/// Times by the call's name.
pub(super) type Times = BTreeMap<&'static str, Sample>;

/// Goes from an empty cart to a capture that is asked for; how long each call took.
pub(super) async fn check_out(shop: &Shop, number: usize) -> Result<Times, TrialError> {
    let mut times = Times::new();
    let goods = basket(number);
    let goods: Vec<(&str, i32)> = goods.iter().map(|(sku, units)| (sku.as_str(), *units)).collect();
    let cart = timed(&mut times, "CreateCart", shop.cart(&goods)).await?;
    let checkout = timed(&mut times, "CreateCheckout", shop.checkout(&cart, at_home())).await?;
    let options = timed(&mut times, "ListDeliveryOptions", shop.delivery_options(&checkout)).await?;
    let updating = shop.update(&checkout, cheapest(options)?);
    let checkout = ready(timed(&mut times, "UpdateCheckout", updating).await?)?;
    let request_id = fresh();
    // Each shopper has a card of its own: a card that many try at once is held back by its scheme's limits.
    let token = format!("tok_primary_approve.visa{number}");
    let placed = timed(&mut times, PLACE, shop.place(&checkout, &request_id, &[("primary", &token)])).await?;
    let Some(Placed::Order(order)) = placed.result else {
        return Err(TrialError::unexpected("PlaceOrder answered something else than an order"));
    };
    timed(&mut times, "CapturePayment", shop.capture(&order)).await?;
    Ok(times)
}

async fn timed<T>(
    times: &mut Times,
    call: &'static str,
    doing: impl Future<Output = Result<T, TrialError>>,
) -> Result<T, TrialError> {
    let began = Instant::now();
    let done = doing.await?;
    times.entry(call).or_default().add(began.elapsed());
    Ok(done)
}

/// The time of all calls of one checkout.
pub(super) fn whole(times: &Times) -> Duration {
    times.values().map(Sample::sum).sum()
}
