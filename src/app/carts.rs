//! Carts: create, read, change, codes, delete.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::checkouts::cart_of;
use super::error::{Error, Reason};
use super::giving_up::Editable;
use super::house::House;
use super::mutation::{Change, Mutation, Versioned, etag};
use super::reach::Reach;
use crate::domain::cart::{
    Cart, CartAction, CartError, CartState, MAX_CODES, Shortage, apply, check_taken, shortages,
};
use crate::domain::coupon::{CouponLine, CouponProblem};
use crate::domain::currency::Currency;
use crate::domain::ids::{CartId, Code, Sku, StoreId};
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Query, Snapshot};

/// What a new cart starts with.
#[derive(Debug, Clone)]
pub struct NewCart {
    /// Its id, made by the caller of the use case so that a repeat shows the first one's.
    pub id: CartId,
    /// The one currency of its prices.
    pub currency: Currency,
    /// CLDR region code, or empty.
    pub region: String,
    /// BCP 47 tag, or empty.
    pub language: String,
    /// The customer that the principal vouches for.
    pub customer: Option<String>,
    /// Lines to begin with.
    pub actions: Vec<CartAction>,
}

/// Encodes the reply that shows a cart.
pub type EncodeCart<'a> = &'a (dyn Fn(&CartView) -> Bytes + Sync);

/// A cart as a client sees it.
#[derive(Debug, Clone)]
pub struct CartView {
    /// The cart.
    pub row: Cart,
    /// Its etag.
    pub etag: String,
    /// The lines that ask for more than is left. Only an open cart has any: a locked one holds what it asks for.
    pub short: Vec<Shortage>,
}

/// Why a code is not taken: there is nothing to remove then.
fn not_applied(problem: &CouponProblem) -> String {
    problem.to_string().replace(": remove it", ": go on without it")
}

impl CartView {
    fn of(row: Cart, etag: String, left: &BTreeMap<String, i64>) -> Self {
        let open = row.state == CartState::Open;
        let short = if open { shortages(&row.lines, left) } else { Vec::new() };
        Self { row, etag, short }
    }
}

impl House {
    /// Creates a cart.
    pub async fn create_cart(
        &self,
        mutation: &Mutation,
        new: &NewCart,
        encode: EncodeCart<'_>,
    ) -> Result<Bytes, Error> {
        let settings = self.store(&mutation.store)?;
        if !settings.currencies.contains(&new.currency) {
            let offered: Vec<&str> = settings.currencies.iter().map(Currency::code).collect();
            let remedy = format!("is not a currency of this store: use {}", offered.join(", "));
            return Err(Error::of_field(Reason::CurrencyMismatch, "currency_code", remedy));
        }
        let skus = &added(&new.actions);
        let mut keys = vec![Key::new(&mutation.store, Kind::Cart, new.id)];
        keys.extend(self.catalogue.keys(&mutation.store, skus, &[]));
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let now = self.engine.clock.now();
            let empty = Cart {
                id: new.id,
                store: mutation.store.clone(),
                state: CartState::Open,
                currency: new.currency,
                region: new.region.clone(),
                language: new.language.clone(),
                customer: new.customer.clone(),
                lines: Vec::new(),
                coupons: Vec::new(),
                placement: None,
                order: None,
                created_at: now,
                updated_at: now,
            };
            let found = self.find(&mutation.store, skus, &[], snapshot).await?;
            let cart = apply(&empty, &new.actions, &found.products)?;
            check_taken(&empty, &cart, &new.actions, &snapshot.left)?;
            Ok(change(cart))
        };
        self.mutate_seen(mutation, &keys, step, |shown, seen| encode_cart(shown, seen, encode)).await
    }

    /// Reads a cart at today's prices, and keeps them.
    pub async fn get_cart(&self, store: &StoreId, id: CartId, reach: &Reach) -> Result<CartView, Error> {
        self.store(store)?;
        let key = Key::new(store, Kind::Cart, id);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let snapshot = self.engine.store.read(&query).await?;
        let cart = cart_of(store, id, &snapshot)?;
        // Before anything is kept: nobody writes to what is not theirs.
        reach.check("cart", cart.customer.as_deref())?;
        let sequence = snapshot.rows.get(&key).map_or(0, |row| row.sequence);
        let fresh = self.repriced(&cart, &snapshot).await?;
        if fresh == cart {
            return Ok(CartView::of(cart, etag(sequence), &snapshot.left));
        }
        let etag = self.keep_fresh(store, &snapshot, vec![Record::Cart(Box::new(fresh.clone()))]).await;
        Ok(match etag {
            Some(etag) => CartView::of(fresh, etag, &snapshot.left),
            // Somebody else changed it meanwhile: what was read is still a true answer.
            None => CartView::of(cart, super::mutation::etag(sequence), &snapshot.left),
        })
    }

    /// Applies a batch of line actions, whole or not at all.
    pub async fn update_cart(
        &self,
        mutation: &Mutation,
        id: CartId,
        actions: &[CartAction],
        encode: EncodeCart<'_>,
    ) -> Result<Bytes, Error> {
        let skus = &added(actions);
        let mut keys = vec![Key::new(&mutation.store, Kind::Cart, id)];
        keys.extend(self.catalogue.keys(&mutation.store, skus, &[]));
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let Editable { cart, left, gives_up } = Self::open_cart(mutation, id, snapshot)?;
            let cart = self.repriced(&cart, snapshot).await?;
            let found = self.find(&mutation.store, skus, &[], snapshot).await?;
            let next = apply(&cart, actions, &found.products)?;
            check_taken(&cart, &next, actions, &left)?;
            Ok(change(self.touched(next)).giving_up(gives_up))
        };
        self.mutate_seen(mutation, &keys, step, |shown, seen| encode_cart(shown, seen, encode)).await
    }

    /// Applies a coupon code. One that does not fit the cart as it is now is refused and not kept.
    pub async fn apply_code(
        &self,
        mutation: &Mutation,
        id: CartId,
        code: &Code,
        encode: EncodeCart<'_>,
    ) -> Result<Bytes, Error> {
        let codes = [code.clone()];
        let codes = codes.as_slice();
        let mut keys = vec![Key::new(&mutation.store, Kind::Cart, id)];
        keys.extend(self.catalogue.keys(&mutation.store, &[], codes));
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let Editable { cart, left, gives_up } = Self::open_cart(mutation, id, snapshot)?;
            let mut cart = self.repriced(&cart, snapshot).await?;
            let mut found = self.find(&mutation.store, &[], codes, snapshot).await?;
            let unknown =
                || Error::of_field(Reason::CodeInvalid, "code", "is not known here: check how it is spelled");
            let coupon = found.coupons.remove(code).ok_or_else(unknown)?;
            let lines = coupon_lines(&cart)?;
            coupon
                .applies(&lines, self.engine.clock.now())
                .map_err(|problem| Error::of_field(Reason::CodeInvalid, "code", not_applied(&problem)))?;
            if coupon.counter().is_some_and(|name| left.get(&name).is_some_and(|left| *left <= 0)) {
                return Err(Error::of_field(Reason::CodeInvalid, "code", "is used up: go on without it"));
            }
            cart.coupons.retain(|held| held.code != coupon.code);
            cart.coupons.push(coupon);
            if cart.coupons.len() > MAX_CODES {
                let remedy = format!("is one more than the {MAX_CODES} that a cart takes: remove another");
                return Err(Error::of_field(Reason::LimitExceeded, "code", remedy));
            }
            Ok(change(self.touched(cart)).giving_up(gives_up))
        };
        self.mutate_seen(mutation, &keys, step, |shown, seen| encode_cart(shown, seen, encode)).await
    }

    /// Removes a coupon code.
    pub async fn remove_code(
        &self,
        mutation: &Mutation,
        id: CartId,
        code: &Code,
        encode: EncodeCart<'_>,
    ) -> Result<Bytes, Error> {
        let keys = [Key::new(&mutation.store, Kind::Cart, id)];
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let Editable { cart, gives_up, .. } = Self::open_cart(mutation, id, snapshot)?;
            let mut cart = self.repriced(&cart, snapshot).await?;
            let before = cart.coupons.len();
            cart.coupons.retain(|held| held.code != *code);
            if cart.coupons.len() == before {
                return Err(Error::of_field(
                    Reason::CodeInvalid,
                    "code",
                    "is not on this cart: read the cart for the codes that it has",
                ));
            }
            Ok(change(self.touched(cart)).giving_up(gives_up))
        };
        self.mutate_seen(mutation, &keys, step, |shown, seen| encode_cart(shown, seen, encode)).await
    }

    /// Deletes a cart.
    pub async fn delete_cart(
        &self,
        mutation: &Mutation,
        id: CartId,
        encode: EncodeCart<'_>,
    ) -> Result<Bytes, Error> {
        let keys = [Key::new(&mutation.store, Kind::Cart, id)];
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let Editable { mut cart, gives_up, .. } = Self::open_cart(mutation, id, snapshot)?;
            cart.state = CartState::Deleted;
            Ok(change(self.touched(cart)).giving_up(gives_up))
        };
        self.mutate_seen(mutation, &keys, step, |shown, seen| encode_cart(shown, seen, encode)).await
    }

    /// The cart that is about to be changed. An order that was made of it is named.
    fn open_cart(mutation: &Mutation, id: CartId, snapshot: &Snapshot<Record>) -> Result<Editable, Error> {
        let editable = Editable::of(cart_of(&mutation.store, id, snapshot)?, snapshot);
        let cart = &editable.cart;
        if let (CartState::Ordered, Some(order)) = (cart.state, cart.order) {
            let name = format!("stores/{}/orders/{order}", cart.store);
            let message = format!("the cart became an order and cannot be changed: read {name}");
            return Err(Error::new(Reason::CartNotOpen, message)
                .with("state", cart.state.as_str().to_owned())
                .with("order", name));
        }
        crate::domain::cart::open(cart)?;
        Ok(editable)
    }

    fn touched(&self, mut cart: Cart) -> Cart {
        cart.updated_at = self.engine.clock.now();
        cart
    }

    /// Products and coupons out of what was read along, or from a catalogue that lives elsewhere.
    pub(super) async fn find(
        &self,
        store: &StoreId,
        skus: &[Sku],
        codes: &[Code],
        snapshot: &Snapshot<Record>,
    ) -> Result<crate::ports::catalogue::Found, Error> {
        self.catalogue.resolve(store, skus, codes, snapshot).await.map_err(|error| {
            Error::new(Reason::PartnerUnavailable, error.to_string())
                .retry_after(std::time::Duration::from_secs(1))
        })
    }
}

fn change(cart: Cart) -> Change {
    Change { records: vec![Record::Cart(Box::new(cart))], ..Change::default() }
}

fn encode_cart(shown: &[Versioned<Record>], snapshot: &Snapshot<Record>, encode: EncodeCart<'_>) -> Bytes {
    match shown.first() {
        Some(Versioned { row: Record::Cart(cart), etag }) => {
            encode(&CartView::of((**cart).clone(), etag.clone(), &snapshot.left))
        }
        _ => Bytes::new(),
    }
}

fn added(actions: &[CartAction]) -> Vec<Sku> {
    actions
        .iter()
        .filter_map(|action| match action {
            CartAction::Add { sku, .. } => Some(sku.clone()),
            CartAction::SetQuantity { .. } | CartAction::Remove { .. } | CartAction::Clear => None,
        })
        .collect()
}

/// The lines as a coupon looks at them.
pub(super) fn coupon_lines(cart: &Cart) -> Result<Vec<CouponLine<'_>>, Error> {
    cart.lines
        .iter()
        .map(|line| {
            Ok(CouponLine {
                sku: line.sku(),
                tags: &line.product.tags,
                discountable: true,
                subtotal: line.subtotal().map_err(CartError::from)?,
            })
        })
        .collect()
}

impl From<CartError> for Error {
    fn from(error: CartError) -> Self {
        let message = error.to_string();
        match error {
            CartError::NotOpen { state, .. } => {
                Self::new(Reason::CartNotOpen, message).with("state", state.to_owned())
            }
            CartError::Quantity { index } => Self::field(format!("actions[{index}].add.quantity"), message),
            CartError::TooMany { index, .. } => {
                Self::of_field(Reason::LimitExceeded, format!("actions[{index}].add.quantity"), message)
            }
            CartError::UnknownSku { index, .. } => {
                Self::of_field(Reason::SkuUnknown, format!("actions[{index}].add.sku"), message)
            }
            CartError::UnknownLine { index, .. } => Self::field(format!("actions[{index}]"), message),
            CartError::Currency { index, .. } => {
                Self::of_field(Reason::CurrencyMismatch, format!("actions[{index}].add.sku"), message)
            }
            CartError::OutOfStock { index, action, sku, left, .. } => {
                Self::of_field(Reason::OutOfStock, format!("actions[{index}].{action}.quantity"), message)
                    .with("sku", sku.to_string())
                    .with("left", left.to_string())
            }
            CartError::TooManyLines => Self::of_field(Reason::LimitExceeded, "actions", message),
            CartError::Money(_) => Self::of_field(Reason::AmountInvalid, "actions", message),
        }
    }
}
