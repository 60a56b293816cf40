//! Tests of pricing as a whole: published vectors, and what holds for any input.

mod given;
mod properties;
mod vectors;
