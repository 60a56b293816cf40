//! The services of the API over the house.

use std::sync::Arc;

use tonic::service::Routes;

use crate::app::House;
use crate::engine::replies::{Answer, Replies};

struct NoReplies;

impl Replies for NoReplies {
    fn place_order(&self, _: &Answer<'_>) -> Vec<u8> {
        Vec::new()
    }
}

/// Encodes what placements answer.
pub fn replies() -> Arc<dyn Replies> {
    Arc::new(NoReplies)
}

/// The services.
pub fn routes(_house: &Arc<House>) -> Routes {
    Routes::default()
}
