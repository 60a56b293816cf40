//! PayPal beyond the contract of gateways: its own specification, and a purchase over the whole service.

mod purchase;
mod specification;
