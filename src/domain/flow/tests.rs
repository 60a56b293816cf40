//! Tests of what several files of flows do together.

mod choice;
mod plan;
mod routing;
mod samples;
