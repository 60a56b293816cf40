//! What a buyer shops with.

use super::fields;
use crate::app::{Error, Reason};
use crate::domain::checkout::{Context, Customer};
use crate::domain::flow::{Channel, CustomerKind, Device};
use crate::proto::cashwrap::v1;

/// The longest id of a customer, as the API says.
const MAX_CUSTOMER_BYTES: usize = 128;

/// A context out of a request. A stated customer counts only when the caller `vouches` for it.
pub fn context(given: Option<&v1::CheckoutContext>, vouches: bool) -> Result<Context, Error> {
    let absent = v1::CheckoutContext::default();
    let given = given.unwrap_or(&absent);
    Ok(Context {
        device: device(fields::known("context.device", given.device)?),
        channel: channel(fields::known("context.channel", given.channel)?),
        customer: customer(given.customer.as_ref(), vouches)?,
        language: fields::language("context.language_code", &given.language_code)?,
        region: fields::region("context.region_code", &given.region_code)?,
    })
}

fn customer(given: Option<&v1::Customer>, vouches: bool) -> Result<Customer, Error> {
    let guest = Customer { id: None, kind: CustomerKind::Guest };
    let Some(given) = given.filter(|given| **given != v1::Customer::default()) else { return Ok(guest) };
    if !vouches {
        let remedy = "is stated by services only: leave it out, or call with a service's credential";
        return Err(Error::of_field(Reason::PermissionDenied, "context.customer", remedy));
    }
    let id = fields::text("context.customer.id", &given.id, MAX_CUSTOMER_BYTES)?;
    let kind = match fields::known("context.customer.kind", given.kind)? {
        v1::CustomerKind::Unspecified | v1::CustomerKind::Guest => CustomerKind::Guest,
        v1::CustomerKind::Registered => CustomerKind::Registered,
        v1::CustomerKind::Repeat => CustomerKind::Repeat,
    };
    if id.is_empty() && kind != CustomerKind::Guest {
        return Err(Error::field(
            "context.customer.id",
            "is missing: give the id of a customer who has an account, or say guest",
        ));
    }
    Ok(Customer { id: (!id.is_empty()).then_some(id), kind })
}

/// A context as the API shows it.
pub fn shown(context: &Context) -> v1::CheckoutContext {
    v1::CheckoutContext {
        device: shown_device(context.device).into(),
        channel: shown_channel(context.channel).into(),
        customer: shown_customer(&context.customer),
        language_code: context.language.clone(),
        region_code: context.region.clone(),
    }
}

/// A customer as the API shows it; nothing for a guest without an id.
pub fn shown_customer(customer: &Customer) -> Option<v1::Customer> {
    let kind = match customer.kind {
        CustomerKind::Guest => v1::CustomerKind::Guest,
        CustomerKind::Registered => v1::CustomerKind::Registered,
        CustomerKind::Repeat => v1::CustomerKind::Repeat,
    };
    let known = customer.id.is_some() || customer.kind != CustomerKind::Guest;
    known.then(|| v1::Customer { id: customer.id.clone().unwrap_or_default(), kind: kind.into() })
}

const fn device(device: v1::Device) -> Option<Device> {
    Some(match device {
        v1::Device::Unspecified => return None,
        v1::Device::Desktop => Device::Desktop,
        v1::Device::Phone => Device::Phone,
        v1::Device::Tablet => Device::Tablet,
        v1::Device::Tv => Device::Tv,
        v1::Device::Kiosk => Device::Kiosk,
        v1::Device::Other => Device::Other,
    })
}

const fn shown_device(device: Option<Device>) -> v1::Device {
    let Some(device) = device else { return v1::Device::Unspecified };
    match device {
        Device::Desktop => v1::Device::Desktop,
        Device::Phone => v1::Device::Phone,
        Device::Tablet => v1::Device::Tablet,
        Device::Tv => v1::Device::Tv,
        Device::Kiosk => v1::Device::Kiosk,
        Device::Other => v1::Device::Other,
    }
}

const fn channel(channel: v1::Channel) -> Channel {
    match channel {
        v1::Channel::Unspecified | v1::Channel::Web => Channel::Web,
        v1::Channel::App => Channel::App,
        v1::Channel::Pos => Channel::Pos,
        v1::Channel::Voice => Channel::Voice,
        v1::Channel::Agent => Channel::Agent,
    }
}

/// A channel as the API shows it.
pub const fn shown_channel(channel: Channel) -> v1::Channel {
    match channel {
        Channel::Web => v1::Channel::Web,
        Channel::App => v1::Channel::App,
        Channel::Pos => v1::Channel::Pos,
        Channel::Voice => v1::Channel::Voice,
        Channel::Agent => v1::Channel::Agent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stating(id: &str, kind: v1::CustomerKind) -> v1::CheckoutContext {
        let customer = v1::Customer { id: id.to_owned(), kind: kind.into() };
        v1::CheckoutContext { customer: Some(customer), ..v1::CheckoutContext::default() }
    }

    #[test]
    fn a_stated_customer_counts_only_when_the_caller_vouches() {
        let stated = stating("42", v1::CustomerKind::Repeat);
        let refused = context(Some(&stated), false).unwrap_err();
        assert_eq!(refused.reason(), Reason::PermissionDenied);
        assert_eq!(refused.fields()[0].path, "context.customer");
        let taken = context(Some(&stated), true).unwrap().customer;
        assert_eq!(taken, Customer { id: Some("42".to_owned()), kind: CustomerKind::Repeat });
    }

    #[test]
    fn nothing_said_is_a_guest_on_the_web_with_no_device() {
        let context = context(None, false).unwrap();
        assert_eq!((context.device, context.channel), (None, Channel::Web));
        assert_eq!(shown(&context).device(), v1::Device::Unspecified);
        assert_eq!(context.customer, Customer { id: None, kind: CustomerKind::Guest });
    }

    #[test]
    fn unknown_values_and_customers_without_an_id_are_refused_by_their_fields() {
        let device = v1::CheckoutContext { device: 99, ..v1::CheckoutContext::default() };
        assert_eq!(context(Some(&device), true).unwrap_err().fields()[0].path, "context.device");
        let nobody = stating("", v1::CustomerKind::Registered);
        assert_eq!(context(Some(&nobody), true).unwrap_err().fields()[0].path, "context.customer.id");
    }
}
