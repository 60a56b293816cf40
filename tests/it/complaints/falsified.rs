//! The oracle itself: books of a good day, falsified in one place each, do not pass.

use cashwrap::domain::ids::OrderId;
use cashwrap::domain::order::PaymentState;

use super::oracle::Books;
use super::scene::{Scene, done};
use crate::placing::till::Totals;
use crate::placing::witness::Witnessing;

/// Makes one thing of the books false.
type Falsify = fn(&mut Books);

async fn a_good_day() -> Books {
    let scene = Scene::new().await;
    let sale = scene.sale(&[("mug", 2)]).await;
    scene.placed(&sale).await;
    done(&scene, 1).await;
    scene.world.books().await
}

#[tokio::test(start_paused = true)]
async fn each_clause_of_the_oracle_fails_where_its_books_are_falsified() {
    let good = a_good_day().await;
    assert_eq!(good.ended(), Ok(1));
    let falsified: [(&str, Falsify); 15] = [
        ("a cent more was captured", |books| first(books).captured += 1),
        ("a cent was refunded that no row knows", |books| first(books).refunded += 1),
        ("the rows say paid and the gateway has nothing", |books| *first(books) = Totals::default()),
        ("a part is called the whole", |books| {
            books.orders[0].payment_state = PaymentState::PartiallyRefunded;
        }),
        ("money without an order", |books| {
            books.orders.clear();
            books.checkouts.clear();
        }),
        ("the order is not what was quoted", |books| {
            books.orders[0].quoted.quote.totals.total.minor += 1;
        }),
        ("stock is negative", |books| counter(books).limit = 1),
        ("a unit is released that nobody held", |books| counter(books).held = -1),
        ("a unit is sold that nobody bought", |books| counter(books).used -= 1),
        ("a second order of the cart", |books| {
            let mut other = books.orders[0].clone();
            other.id = OrderId(uuid::Uuid::from_u128(1));
            books.orders.push(other);
        }),
        ("two live authorisations of a tender", |books| {
            let held = Totals { authorised: 2_500, held: 2_500, ..Totals::default() };
            let reference = books.payments[0].id.to_string();
            books.tills[1].insert(reference, vec![held]);
        }),
        ("a call of which no row is left", |books| books.payments[0].attempts[0].operations.clear()),
        ("a call that nobody witnessed", |books| books.calls.clear()),
        ("a call before its row", |books| {
            let key = books.keys[0].clone();
            books.calls.push(Witnessing { key, complaint: Some("too early".to_owned()) });
        }),
        ("a charge at a gateway that we know nothing of", |books| {
            books.tills[1].insert("pay_unknown".to_owned(), vec![Totals::default()]);
        }),
    ];
    for (what, falsify) in falsified {
        let mut books = good.clone();
        falsify(&mut books);
        assert!(books.ended().is_err(), "{what} passes the oracle");
    }
}

fn first(books: &mut Books) -> &mut Totals {
    &mut books.tills[0].first_entry().unwrap().into_mut()[0]
}

fn counter(books: &mut Books) -> &mut cashwrap::store::records::Counter {
    books.counters.get_mut("stock/mug").unwrap()
}
