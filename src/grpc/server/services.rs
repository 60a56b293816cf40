//! Health and reflection, beside the services of the house.

use std::sync::Arc;

use prost::Message as _;
use prost_types::FileDescriptorSet;
use tokio::sync::Mutex;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, health_reporter};
use tonic_reflection::server::Builder;

use crate::proto::{DESCRIPTORS, ERROR_DETAILS};

/// The services cannot be described: the descriptors that were compiled in are broken.
#[derive(Debug, thiserror::Error)]
#[error("the API's descriptors cannot be read; report this as a bug")]
pub struct Undescribed;

/// Says of every service of the API whether it serves.
#[derive(Debug, Clone)]
pub struct Health {
    reporter: HealthReporter,
    services: Vec<String>,
    /// Whether the process ends; held while services are told, so that nobody tells something else meanwhile.
    ended: Arc<Mutex<bool>>,
}

impl Health {
    /// Sets what every service, and the server as a whole, says of itself. Changes nothing after [`Self::end`].
    pub async fn set_serving(&self, serving: bool) {
        let ended = self.ended.lock().await;
        if !*ended {
            self.tell(serving).await;
        }
    }

    /// Nothing serves any more, whatever anybody finds later.
    pub async fn end(&self) {
        let mut ended = self.ended.lock().await;
        *ended = true;
        self.tell(false).await;
    }

    async fn tell(&self, serving: bool) {
        let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
        self.reporter.set_service_status("", status).await;
        for service in &self.services {
            self.reporter.set_service_status(service, status).await;
        }
    }
}

/// Adds health, and reflection v1 and v1alpha, to `routes`. Nothing serves until health is told so.
pub async fn with_probes(routes: Routes) -> Result<(Routes, Health), Undescribed> {
    let (reporter, health) = health_reporter();
    let health_reporter = Health { reporter, services: services()?, ended: Arc::default() };
    health_reporter.set_serving(false).await;
    let described = || {
        Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(ERROR_DETAILS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let v1 = described().build_v1().map_err(|_| Undescribed)?;
    let v1alpha = described().build_v1alpha().map_err(|_| Undescribed)?;
    let routes = routes.add_service(health).add_service(v1).add_service(v1alpha);
    Ok((routes, health_reporter))
}

/// The services of the API by full name.
fn services() -> Result<Vec<String>, Undescribed> {
    let set = FileDescriptorSet::decode(DESCRIPTORS).map_err(|_| Undescribed)?;
    let names = set.file.iter().flat_map(|file| {
        file.service.iter().map(move |service| format!("{}.{}", file.package(), service.name()))
    });
    Ok(names.collect())
}
