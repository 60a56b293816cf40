//! The HTTP doors: the admin listener (metrics, liveness, readiness).
