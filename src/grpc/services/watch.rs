//! The stream of one checkout: its state at once, then each change, until it is final or the process drains.
//!
//! A watcher costs one small read every 100 ms and nothing else: no task, no queue. That read tells whatever changed
//! in the store, the catalogue's rows among it, and that a quote ended. What it cannot tell, such as a tax provider
//! that is back, or a day that begins, is found by a whole read every 5 s. Changes between two looks are sent as one,
//! and a client that reads slowly gets the latest state, because nothing is read ahead.

use std::time::Duration;

use futures::Stream;
use tokio::time::Instant;
use tonic::Status;

use super::desk::Desk;
use crate::app::checkouts::Mark;
use crate::app::{Error, Reach};
use crate::domain::ids::{CheckoutId, StoreId};
use crate::grpc::convert::checkout as convert;
use crate::proto::cashwrap::v1::{Checkout, WatchCheckoutResponse};

/// How often a change is looked for: what people do not notice.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How often everything is read anew. The API promises it.
const READ_EVERY: Duration = Duration::from_secs(5);

struct Watch {
    desk: Desk,
    store: StoreId,
    id: CheckoutId,
    seen: Option<Seen>,
    over: bool,
}

struct Seen {
    mark: Mark,
    read_at: Instant,
    shown: Checkout,
}

/// The stream.
pub(super) fn watch(
    desk: Desk,
    store: StoreId,
    id: CheckoutId,
) -> impl Stream<Item = Result<WatchCheckoutResponse, Status>> + Send {
    let watch = Watch { desk, store, id, seen: None, over: false };
    futures::stream::unfold(watch, |mut watch| async move {
        if watch.over {
            return None;
        }
        match watch.next().await {
            Ok(Some(response)) => Some((Ok(response), watch)),
            Ok(None) => None,
            Err(error) => {
                watch.over = true;
                Some((Err(error.into()), watch))
            }
        }
    })
}

impl Watch {
    /// The next state that differs from the last one that was sent; `None` when the process drains.
    async fn next(&mut self) -> Result<Option<WatchCheckoutResponse>, Error> {
        let house = self.desk.house().clone();
        loop {
            let mark = house.checkout_mark(&self.store, self.id).await?;
            let now = Instant::now();
            let known = self.seen.as_ref();
            if known.is_none_or(|seen| seen.mark != mark || now >= seen.read_at + READ_EVERY) {
                let view = house.get_checkout(&self.store, self.id, &Reach::Anybodys).await?;
                let shown = convert::checkout(&view, self.desk.now());
                let changed = known.is_none_or(|seen| seen.shown != shown);
                self.seen = Some(Seen { mark, read_at: now, shown: shown.clone() });
                if changed {
                    self.over = convert::is_final(&view.checkout);
                    return Ok(Some(WatchCheckoutResponse { checkout: Some(shown) }));
                }
            }
            tokio::select! {
                () = house.engine.tasks.draining() => return Ok(None),
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }
}
