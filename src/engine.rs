//! What runs by itself: the driver of the machines, claims, resolver, timers, tracked tasks.
