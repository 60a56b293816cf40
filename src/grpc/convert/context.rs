//! What a buyer shops with.

use super::fields;
use crate::app::{Error, Reason};
use crate::domain::checkout::{Context, Customer};
use crate::domain::flow::{Channel, CustomerKind, Device};
use crate::grpc::auth::Vouching;
use crate::proto::cashwrap::v1;

/// The longest id of a customer, as the API says.
const MAX_CUSTOMER_BYTES: usize = 128;

const SERVICES_ONLY: &str = "is stated by services only: leave it out, or call with a service's credential";

/// A context out of a request. A stated customer counts only when the caller vouches for it; a caller that
/// stands for one is that customer.
pub fn context(given: Option<&v1::CheckoutContext>, vouching: Vouching<'_>) -> Result<Context, Error> {
    let absent = v1::CheckoutContext::default();
    let given = given.unwrap_or(&absent);
    Ok(Context {
        device: device(fields::known("context.device", given.device)?),
        channel: channel(fields::known("context.channel", given.channel)?),
        customer: customer(given.customer.as_ref(), vouching)?,
        language: fields::language("context.language_code", &given.language_code)?,
        region: fields::region("context.region_code", &given.region_code)?,
    })
}

/// The customer that a field states by its id, or whose key the caller has; `None` for a guest.
pub fn customer_id(path: &str, stated: &str, vouching: Vouching<'_>) -> Result<Option<String>, Error> {
    match vouching {
        Vouching::Only(own) if stated.is_empty() || stated == own => Ok(Some(own.to_owned())),
        Vouching::Only(_) => {
            let remedy = "is not the customer that this key stands for: leave it out";
            Err(Error::of_field(Reason::PermissionDenied, path, remedy))
        }
        Vouching::Anybody => {
            let id = fields::text(path, stated, MAX_CUSTOMER_BYTES)?;
            Ok((!id.is_empty()).then_some(id))
        }
        Vouching::Nobody if stated.is_empty() => Ok(None),
        Vouching::Nobody => Err(Error::of_field(Reason::PermissionDenied, path, SERVICES_ONLY)),
    }
}

fn customer(given: Option<&v1::Customer>, vouching: Vouching<'_>) -> Result<Customer, Error> {
    let given = given.filter(|given| **given != v1::Customer::default());
    match vouching {
        Vouching::Only(_) => own(given, vouching),
        Vouching::Nobody if given.is_some() => {
            Err(Error::of_field(Reason::PermissionDenied, "context.customer", SERVICES_ONLY))
        }
        Vouching::Nobody | Vouching::Anybody => stated(given),
    }
}

/// The customer that the caller stands for. Its key says that it is known here, and nothing of what it bought.
fn own(given: Option<&v1::Customer>, vouching: Vouching<'_>) -> Result<Customer, Error> {
    let stated = given.map(|given| given.id.as_str()).unwrap_or_default();
    let id = customer_id("context.customer.id", stated, vouching)?;
    let kind = given.map_or(Ok(v1::CustomerKind::Unspecified), |given| {
        fields::known("context.customer.kind", given.kind)
    })?;
    match kind {
        v1::CustomerKind::Unspecified | v1::CustomerKind::Registered => {
            Ok(Customer { id, kind: CustomerKind::Registered })
        }
        v1::CustomerKind::Guest | v1::CustomerKind::Repeat => {
            let remedy = "is not what this key stands for, a registered customer: leave it out";
            Err(Error::of_field(Reason::PermissionDenied, "context.customer.kind", remedy))
        }
    }
}

fn stated(given: Option<&v1::Customer>) -> Result<Customer, Error> {
    let Some(given) = given else { return Ok(Customer { id: None, kind: CustomerKind::Guest }) };
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
        let refused = context(Some(&stated), Vouching::Nobody).unwrap_err();
        assert_eq!(refused.reason(), Reason::PermissionDenied);
        assert_eq!(refused.fields()[0].path, "context.customer");
        let taken = context(Some(&stated), Vouching::Anybody).unwrap().customer;
        assert_eq!(taken, Customer { id: Some("42".to_owned()), kind: CustomerKind::Repeat });
    }

    #[test]
    fn who_stands_for_a_customer_is_that_one_whether_it_says_so_or_not_and_no_other() {
        let ada = Vouching::Only("ada");
        let known = Customer { id: Some("ada".to_owned()), kind: CustomerKind::Registered };
        assert_eq!(context(None, ada).unwrap().customer, known);
        let said = stating("ada", v1::CustomerKind::Registered);
        assert_eq!(context(Some(&said), ada).unwrap().customer, known);
        for (id, kind, field) in [
            ("bea", v1::CustomerKind::Registered, "context.customer.id"),
            ("ada", v1::CustomerKind::Repeat, "context.customer.kind"),
            ("", v1::CustomerKind::Guest, "context.customer.kind"),
        ] {
            let refused = context(Some(&stating(id, kind)), ada).unwrap_err();
            assert_eq!(refused.reason(), Reason::PermissionDenied);
            assert_eq!(refused.fields()[0].path, field);
        }
        assert_eq!(customer_id("customer", "", ada), Ok(Some("ada".to_owned())));
        assert!(customer_id("customer", "bea", ada).is_err());
        assert_eq!(customer_id("customer", "bea", Vouching::Anybody), Ok(Some("bea".to_owned())));
        assert_eq!(customer_id("customer", "", Vouching::Nobody), Ok(None));
        assert!(customer_id("customer", "bea", Vouching::Nobody).is_err());
    }

    #[test]
    fn nothing_said_is_a_guest_on_the_web_with_no_device() {
        let context = context(None, Vouching::Nobody).unwrap();
        assert_eq!((context.device, context.channel), (None, Channel::Web));
        assert_eq!(shown(&context).device(), v1::Device::Unspecified);
        assert_eq!(context.customer, Customer { id: None, kind: CustomerKind::Guest });
    }

    #[test]
    fn unknown_values_and_customers_without_an_id_are_refused_by_their_fields() {
        let device = v1::CheckoutContext { device: 99, ..v1::CheckoutContext::default() };
        assert_eq!(context(Some(&device), Vouching::Anybody).unwrap_err().fields()[0].path, "context.device");
        let nobody = stating("", v1::CustomerKind::Registered);
        assert_eq!(
            context(Some(&nobody), Vouching::Anybody).unwrap_err().fields()[0].path,
            "context.customer.id"
        );
    }
}
