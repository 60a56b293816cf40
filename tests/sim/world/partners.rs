//! Carrier and tax provider as one process sees them: the real tables, which sometimes give no answer.

use std::sync::{Arc, Weak};
use std::time::Duration;

use cashwrap::ports::carrier::{Carrier, CarrierError, DeliveryOption, DeliveryRequest};
use cashwrap::ports::tax::{TaxAnswer, TaxError, TaxProvider, TaxRequest};

use super::World;
use super::process::Process;
use crate::faults::{Blow, Site};

/// A partner as one process sees it.
pub struct Seen<P: ?Sized> {
    /// The partner.
    pub inner: Arc<P>,
    /// The world.
    pub world: Weak<World>,
    /// The process.
    pub process: Weak<Process>,
}

impl<P: ?Sized> Seen<P> {
    /// For how long it says nothing, if it is down. Asking it changes nothing: it is no effect.
    async fn down(&self, site: Site) -> bool {
        let (Some(world), Some(process)) = (self.world.upgrade(), self.process.upgrade()) else {
            return true;
        };
        world.alive(&process).await;
        let struck = {
            let mut core = world.core();
            let core = &mut *core;
            core.storm.strike(site, crate::faults::Stage::None, &mut core.dice)
        };
        let Some((name, Blow::PartnerDown(after))) = struck else { return false };
        world.core().story.tell(|| format!("{:<5} {:<18} !! {name}", process.name, ""));
        if after > Duration::ZERO {
            tokio::time::sleep(after).await;
        }
        world.alive(&process).await;
        true
    }
}

#[async_trait::async_trait]
impl Carrier for Seen<dyn Carrier> {
    async fn options(&self, request: &DeliveryRequest) -> Result<Vec<DeliveryOption>, CarrierError> {
        if self.down(Site::Carrier).await {
            return Err(CarrierError::Unavailable("no answer".to_owned()));
        }
        self.inner.options(request).await
    }
}

#[async_trait::async_trait]
impl TaxProvider for Seen<dyn TaxProvider> {
    async fn quote(&self, request: &TaxRequest) -> Result<TaxAnswer, TaxError> {
        if self.down(Site::Tax).await {
            return Err(TaxError::Unavailable("no answer".to_owned()));
        }
        self.inner.quote(request).await
    }
}
