//! Vendors' look-alikes: servers with ledgers of their own, which imitate what each vendor documents, and the faults that
//! it may have. They share no code with the adapters, so that a mistake is not made twice.

pub mod adyen;
pub mod example;
pub mod paypal;
pub mod remote;
