//! What the card schemes forbid, over all gateways, checkouts and processes (R19).

use std::sync::Arc;
use std::time::Duration;

use cashwrap::app::placing::PlaceOrder;
use cashwrap::app::{House, Mutation, Reach, Reason};
use cashwrap::domain::ids::{CheckoutId, WorkerId};
use cashwrap::domain::payment::aggregate::Failure;
use cashwrap::domain::payment::outcome::{CardReference, SeenCard};
use cashwrap::domain::payment::scheme::{BookId, CardBook, Description};
use cashwrap::domain::payment::{DeclineClass, Network, OperationKind};
use cashwrap::ports::Record;
use cashwrap::ports::store::Kind;
use futures::future::join_all;

use super::fuse::Fuse;
use super::till::Weather;
use super::world::{World, store_id};

const DAY: Duration = Duration::from_hours(24);

/// A living process.
struct Shop {
    world: World,
    house: Arc<House>,
}

impl Shop {
    async fn open() -> Self {
        let world = World::new().await;
        let house = world.process(&Fuse::never());
        Self { world, house }
    }

    /// A fresh checkout of one mug.
    async fn session(&self, customer: Option<&str>) -> (CheckoutId, String) {
        let cart = self.world.cart(&self.house, 1).await;
        self.world.checkout_of(&self.house, cart, customer).await
    }

    /// Places with these tokens; the answer.
    async fn place(&self, session: &(CheckoutId, String), token: &str) -> String {
        self.place_as(&World::order_with(session.0, &session.1, token)).await
    }

    async fn place_as(&self, place: &PlaceOrder) -> String {
        let reply = self.house.place_order(&self.world.mutation("PlaceOrder"), place).await.unwrap();
        String::from_utf8(reply.to_vec()).unwrap()
    }

    /// The next confirm at the primary is declined so.
    fn declines(&self, class: DeclineClass) {
        self.world.primary.next(OperationKind::Confirm, Weather::Declined(class));
    }

    /// How many calls that move money or make objects the gateways have seen.
    fn calls(&self) -> usize {
        self.world.primary.keys().len() + self.world.backup.keys().len()
    }

    async fn books(&self) -> Vec<CardBook> {
        let rows = self.world.rows(Kind::CardBook).await;
        rows.into_iter()
            .map(|row| match row {
                Record::CardBook(book) => *book,
                other => panic!("not a book: {other:?}"),
            })
            .collect()
    }

    /// How many tries stand open, in whichever book.
    async fn open_tries(&self) -> usize {
        let books = self.books().await;
        let ledgers = books.iter().flat_map(|book| book.cards.values().chain([&book.others]));
        ledgers.map(|ledger| ledger.open.len()).sum()
    }

    /// Places over many fresh sessions at once, at two processes, each again and again until it is settled.
    async fn place_at_once(&self, many: u32, token: &str) -> Vec<String> {
        self.world.stock("mug", 1250, Some(many)).await;
        let other = self.world.process(&Fuse::never());
        let mut placing = Vec::new();
        for number in 0..many {
            let house = if number % 2 == 0 { &self.house } else { &other };
            let session = self.session(None).await;
            let place = World::order_with(session.0, &session.1, token);
            placing.push((house, self.world.mutation("PlaceOrder"), place));
        }
        let placing = placing.iter().map(|(house, mutation, place)| async {
            self.world.place_until_settled(house, mutation, place).await.unwrap()
        });
        join_all(placing).await
    }

    /// The declines counted under the primary's token, which every decline of these tests has.
    async fn counted(&self) -> u32 {
        let books = self.books().await;
        let counts = books.iter().filter(|book| matches!(book.id, BookId::Token(_))).map(|book| {
            book.cards.values().flat_map(|ledger| &ledger.tallies).map(|tally| tally.declines).sum()
        });
        counts.max().unwrap_or(0)
    }
}

fn described(place: PlaceOrder) -> PlaceOrder {
    let mut place = place;
    place.tenders[0].description = Some(Description::new("411111", "1111", 12, 2_030).unwrap());
    place
}

#[tokio::test(start_paused = true)]
async fn r19_a_stopped_card_is_refused_at_any_checkout_and_gateway_without_a_call() {
    // Nothing runs by itself, so that months pass in one step.
    let world = World::new().await;
    let shop = Shop { house: Arc::new(world.house(&Fuse::never())), world };
    shop.declines(DeclineClass::LostStolenPickup);
    let first = shop.session(None).await;
    assert!(shop.place(&first, "tok").await.starts_with("declined Declined"));
    let calls = shop.calls();
    for session in [first, shop.session(None).await] {
        let answer = shop.place(&session, "tok").await;
        assert!(answer.starts_with("declined Limited(Limited { why: Stopped"), "{answer}");
        assert!(answer.contains("until: None") && answer.contains("approximate: true"), "{answer}");
    }
    tokio::time::sleep(400 * DAY).await;
    let session = shop.session(None).await;
    let mut backup_alone = World::order_with(session.0, &session.1, "tok");
    backup_alone.tenders[0].instruments.remove(0);
    let answer = shop.place_as(&backup_alone).await;
    assert!(answer.contains("Stopped"), "all instruments of a tender are one card: {answer}");
    assert_eq!(shop.calls(), calls, "nobody was asked");
    let answer = shop.place(&session, "other").await;
    assert!(answer.starts_with("order "), "another card pays: {answer}");
}

#[tokio::test(start_paused = true)]
async fn r19_a_refusal_holds_nothing_and_costs_one_read_and_one_commit() {
    let world = World::new().await;
    let fuse = Fuse::never();
    let shop = Shop { house: Arc::new(world.house(&fuse)), world };
    shop.declines(DeclineClass::SchemeStop);
    let session = shop.session(Some("customer-1")).await;
    let _declined = shop.place_as(&described(World::order_with(session.0, &session.1, "a"))).await;
    let session = shop.session(Some("customer-1")).await;
    fuse.trips();
    let answer = shop.place_as(&described(World::order_with(session.0, &session.1, "b"))).await;
    assert!(answer.contains("Stopped"), "{answer}");
    assert_eq!(fuse.trips(), (1, 1));
    let answer = shop.place(&session, "c").await;
    assert!(answer.starts_with("order "), "{answer}");
    assert_eq!(fuse.trips(), (1, 3), "who a card is costs PlaceOrder nothing");
}

#[tokio::test(start_paused = true)]
async fn r19_a_refusal_is_frozen_under_its_key_and_shown_by_the_session() {
    let shop = Shop::open().await;
    let advised = Weather::Advised(DeclineClass::LimitVelocity, "24".parse().unwrap());
    shop.world.primary.next(OperationKind::Confirm, advised);
    assert!(shop.place(&shop.session(None).await, "tok").await.starts_with("declined Declined"));
    let session = shop.session(None).await;
    let place = World::order_with(session.0, &session.1, "tok");
    let mutation = shop.world.mutation("PlaceOrder");
    let told = shop.house.place_order(&mutation, &place).await.unwrap();
    assert!(told.starts_with(b"declined Limited"), "{told:?}");
    let shown = shop.house.get_checkout(&store_id(), session.0, &Reach::Anybodys).await.unwrap().checkout;
    assert!(matches!(shown.last_failure, Some(Failure::Limited(_))), "{:?}", shown.last_failure);
    let other = World::order_with(session.0, &session.1, "other");
    let same_key = Mutation { fingerprint: [8; 32], ..mutation.clone() };
    let refused = shop.house.place_order(&same_key, &other).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::IdempotencyKeyReused);
    // The pause is over: a repeat is told what it was told, and a new try pays.
    tokio::time::sleep(Duration::from_hours(2)).await;
    assert_eq!(shop.house.place_order(&mutation, &place).await.unwrap(), told);
    let anew = shop.session(None).await;
    assert!(shop.place(&anew, "tok").await.starts_with("order "));
}

#[tokio::test(start_paused = true)]
async fn r19_a_described_card_is_known_again_under_a_fresh_token_for_its_buyer_alone() {
    let shop = Shop::open().await;
    for (buyer, other) in [(Some("customer-1"), Some("customer-2")), (None, None)] {
        shop.declines(DeclineClass::AuthorisationRevoked);
        let session = shop.session(buyer).await;
        let name = buyer.unwrap_or("guest");
        let order = |session: &(CheckoutId, String), token: &str| {
            described(World::order_with(session.0, &session.1, &format!("{name}-{token}")))
        };
        assert!(shop.place_as(&order(&session, "a")).await.starts_with("declined Declined"));
        let again = if buyer.is_some() { shop.session(buyer).await } else { session };
        let answer = shop.place_as(&order(&again, "b")).await;
        assert!(answer.contains("Stopped"), "{name}: {answer}");
        let answer = shop.place_as(&order(&shop.session(other).await, "c")).await;
        assert!(answer.starts_with("order "), "{name}: another buyer's card may be another: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn r19_a_pause_that_the_scheme_asks_for_is_kept_and_ends() {
    let shop = Shop::open().await;
    let advised = Weather::Advised(DeclineClass::LimitVelocity, "24".parse().unwrap());
    shop.world.primary.next(OperationKind::Confirm, advised);
    let session = shop.session(None).await;
    assert!(shop.place(&session, "tok").await.starts_with("declined Declined"));
    tokio::time::sleep(Duration::from_mins(59)).await;
    let session = shop.session(None).await;
    let answer = shop.place(&session, "tok").await;
    assert!(answer.contains("why: Paused") && answer.contains("until: Some(2026-11-21T13:00:0"), "{answer}");
    tokio::time::sleep(Duration::from_mins(2)).await;
    let answer = shop.place(&shop.session(None).await, "tok").await;
    assert!(answer.starts_with("order "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn r19_the_tenth_decline_of_a_day_ends_the_tries_and_the_failover() {
    let shop = Shop::open().await;
    for _ in 0..9 {
        shop.declines(DeclineClass::InsufficientFunds);
        let answer = shop.place(&shop.session(None).await, "tok").await;
        assert!(answer.starts_with("declined Declined"), "{answer}");
    }
    assert_eq!(shop.world.backup.keys().len(), 0);
    // It would go to the backup, which would approve; and it is the tenth.
    shop.declines(DeclineClass::IssuerUnavailable);
    let answer = shop.place(&shop.session(None).await, "tok").await;
    assert!(answer.starts_with("declined Declined"), "{answer}");
    assert_eq!(shop.world.backup.keys().len(), 0, "the scheme forbids another try");
    assert_eq!(shop.counted().await, 10);
    let answer = shop.place(&shop.session(None).await, "tok").await;
    assert!(answer.contains("why: TooManyDeclines"), "{answer}");
    tokio::time::sleep(DAY).await;
    shop.declines(DeclineClass::IssuerUnavailable);
    let answer = shop.place(&shop.session(None).await, "tok").await;
    assert!(answer.starts_with("order "), "a day later the backup may be tried: {answer}");
}

#[tokio::test(start_paused = true)]
async fn r19_three_fixes_are_tried_in_a_checkout_and_another_checkout_begins_anew() {
    let shop = Shop::open().await;
    let session = shop.session(None).await;
    for _ in 0..3 {
        shop.declines(DeclineClass::CvvPinAvs);
        assert!(shop.place(&session, "tok").await.starts_with("declined Declined"));
    }
    let answer = shop.place(&session, "tok").await;
    assert!(answer.contains("why: TooManyFixes"), "{answer}");
    let answer = shop.place(&shop.session(None).await, "tok").await;
    assert!(answer.starts_with("order "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn r19_a_par_learnt_from_a_reply_links_tokens_and_stops_the_backup() {
    let shop = Shop::open().await;
    let par = || Some(CardReference::Par("V0010013021000000000000000001".to_owned()));
    shop.world.primary.shows_card(Some(SeenCard { reference: par(), network: Network::Visa }));
    shop.declines(DeclineClass::SchemeStop);
    assert!(shop.place(&shop.session(None).await, "a").await.starts_with("declined Declined"));
    // A fresh token of the same card: nobody can know before the reply. It would go to the backup.
    shop.declines(DeclineClass::IssuerUnavailable);
    let answer = shop.place(&shop.session(None).await, "b").await;
    assert!(answer.starts_with("declined Declined"), "{answer}");
    assert!(shop.world.backup.keys().is_empty(), "the reply told whose card it is");
    // From now on the token tells.
    let calls = shop.calls();
    let answer = shop.place(&shop.session(None).await, "b").await;
    assert!(answer.contains("Stopped") && answer.contains("approximate: false"), "{answer}");
    assert_eq!(shop.calls(), calls);
    let books = shop.books().await;
    let pars: Vec<&CardBook> = books.iter().filter(|book| matches!(book.id, BookId::Par(_))).collect();
    assert_eq!(pars.len(), 1);
    let ledger = pars[0].cards.values().next().unwrap();
    assert_eq!(ledger.tallies.iter().map(|tally| tally.declines).sum::<u32>(), 2, "both tokens' declines");
    shop.world.settle().await;
    assert_eq!(shop.world.audit().await, 0);
}

#[tokio::test(start_paused = true)]
async fn r19_declines_of_one_card_at_the_same_moment_are_all_counted() {
    let shop = Shop::open().await;
    let sessions = [shop.session(None).await, shop.session(None).await, shop.session(None).await];
    for _ in &sessions {
        shop.declines(DeclineClass::InsufficientFunds);
    }
    let [a, b, c] = &sessions;
    let answers = tokio::join!(shop.place(a, "tok"), shop.place(b, "tok"), shop.place(c, "tok"));
    for answer in [answers.0, answers.1, answers.2] {
        assert!(answer.starts_with("declined Declined"), "{answer}");
    }
    assert_eq!(shop.counted().await, 3);
    shop.world.settle().await;
    assert_eq!(shop.world.audit().await, 0);
}

#[tokio::test(start_paused = true)]
async fn r19_many_checkouts_over_one_card_at_once_are_declined_no_more_often_than_its_scheme_allows() {
    let shop = Shop::open().await;
    for _ in 0..24 {
        shop.declines(DeclineClass::InsufficientFunds);
    }
    let answers = shop.place_at_once(24, "tok").await;
    assert_eq!(shop.world.primary.declines() + shop.world.backup.declines(), 10, "{answers:?}");
    let declined = answers.iter().filter(|answer| answer.starts_with("declined Declined")).count();
    let limited = answers.iter().filter(|answer| answer.contains("why: TooManyDeclines")).count();
    assert_eq!((declined, limited), (10, 14), "{answers:?}");
    assert_eq!((shop.counted().await, shop.open_tries().await), (10, 0));
    shop.world.settle().await;
    assert_eq!(shop.world.audit().await, 0);
}

#[tokio::test(start_paused = true)]
async fn r19_a_card_that_pays_many_orders_at_once_pays_them_all_and_leaves_no_try_open() {
    let shop = Shop::open().await;
    let answers = shop.place_at_once(24, "tok").await;
    let orders = answers.iter().filter(|answer| answer.starts_with("order ")).count();
    assert_eq!(orders, 24, "{answers:?}");
    assert_eq!((shop.counted().await, shop.open_tries().await), (0, 0));
    shop.world.settle().await;
    assert_eq!(shop.world.audit().await, 24);
}

#[tokio::test(start_paused = true)]
async fn r19_a_try_that_waits_for_its_customer_counts_until_the_action_is_over() {
    let shop = Shop::open().await;
    for _ in 0..9 {
        shop.declines(DeclineClass::InsufficientFunds);
        let _declined = shop.place(&shop.session(None).await, "tok").await;
    }
    shop.world.primary.next(OperationKind::Confirm, Weather::Action);
    assert!(shop.place(&shop.session(None).await, "tok").await.starts_with("action"));
    let (calls, session) = (shop.calls(), shop.session(None).await);
    let place = World::order_with(session.0, &session.1, "tok");
    let mutation = shop.world.mutation("PlaceOrder");
    let refused = shop.house.place_order(&mutation, &place).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::PlacementInProgress, "{refused}");
    assert!(refused.pause().is_some() && refused.to_string().contains("another card"), "{refused}");
    assert_eq!(shop.calls(), calls, "nobody was asked");
    // The customer never comes back, and the action is given up.
    tokio::time::sleep(Duration::from_mins(16)).await;
    assert_eq!(shop.open_tries().await, 0);
    let answer = shop.place(&shop.session(None).await, "tok").await;
    assert!(answer.starts_with("order "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn r19_books_in_which_nothing_counts_any_more_are_swept_and_a_stop_is_not() {
    let world = World::new().await;
    let shop = Shop { house: Arc::new(world.house(&Fuse::never())), world };
    assert!(shop.place(&shop.session(None).await, "pays").await.starts_with("order "));
    shop.declines(DeclineClass::InsufficientFunds);
    assert!(shop.place(&shop.session(None).await, "poor").await.starts_with("declined Declined"));
    shop.declines(DeclineClass::LostStolenPickup);
    assert!(shop.place(&shop.session(None).await, "lost").await.starts_with("declined Declined"));
    let mut left = Vec::new();
    for days in [0, 2, 40, 400] {
        tokio::time::sleep(days * DAY).await;
        let _due = shop.world.store.claim_due(WorkerId(shop.world.fresh()), DAY, 1).await.unwrap();
        left.push(shop.books().await.len());
    }
    assert_eq!(left, [6, 4, 2, 2], "two tokens for each card");
}

#[tokio::test(start_paused = true)]
async fn r19_a_process_that_dies_at_any_effect_counts_a_decline_once() {
    for nth in 1..60 {
        let world = World::new().await;
        let shop = Shop { house: world.process(&Fuse::never()), world };
        let session = shop.session(None).await;
        shop.house.engine.tasks.drain(Duration::from_secs(1)).await;
        shop.declines(DeclineClass::InsufficientFunds);
        let fuse = Fuse::at(nth);
        let dying = shop.world.process(&fuse);
        let mutation = shop.world.mutation("PlaceOrder");
        let place = World::order_with(session.0, &session.1, "tok");
        let first = shop.world.place_until_settled(&dying, &mutation, &place);
        let _died = tokio::time::timeout(Duration::from_secs(20), first).await;
        if !fuse.blown() {
            assert!(nth > 8, "two calls and three commits have more boundaries");
            return;
        }
        let next = shop.world.process(&Fuse::never());
        let answer = shop.world.place_until_settled(&next, &mutation, &place).await.unwrap();
        shop.world.settle().await;
        let declined = u32::from(answer.starts_with("declined Declined"));
        assert_eq!(shop.counted().await, declined, "effect {nth}: {answer}");
        assert_eq!(shop.open_tries().await, 0, "effect {nth} left a try open: {answer}");
    }
    panic!("more effects than a decline can have");
}

#[tokio::test(start_paused = true)]
async fn r19_no_row_of_a_decline_holds_a_token_a_bin_or_a_par_in_plain_text() {
    let shop = Shop::open().await;
    let par = CardReference::Par("V0010013021000000000000000001".to_owned());
    shop.world.primary.shows_card(Some(SeenCard { reference: Some(par), network: Network::Visa }));
    shop.declines(DeclineClass::SchemeStop);
    let session = shop.session(Some("customer-1")).await;
    let _declined = shop.place_as(&described(World::order_with(session.0, &session.1, "plain-token"))).await;
    assert_eq!(shop.books().await.len(), 4, "two tokens, a customer, a reference");
    for kind in [Kind::CardBook, Kind::Placement, Kind::Checkout] {
        for row in shop.world.rows(kind).await {
            let key = row.key(&store_id());
            let document = cashwrap::store::document::encode(&row).unwrap();
            let text = format!("{} {} {:?}", key.id, document.text, document.links);
            for secret in ["plain-token", "411111", "V0010013"] {
                assert!(!text.contains(secret), "{secret} stands in a {}: {text}", kind.as_str());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn r19_a_claimed_network_loosens_no_limit_and_a_gateways_word_replaces_it() {
    let shop = Shop::open().await;
    let claiming = |session: &(CheckoutId, String), network: Network| {
        let mut place = World::order_with(session.0, &session.1, "tok");
        place.tenders[0].network = network;
        place
    };
    // A Visa card alone may be declined more than ten times a day, and nobody but the caller says that it is one.
    for _ in 0..10 {
        shop.declines(DeclineClass::InsufficientFunds);
        let answer = shop.place_as(&claiming(&shop.session(None).await, Network::Visa)).await;
        assert!(answer.starts_with("declined Declined"), "{answer}");
    }
    let answer = shop.place_as(&claiming(&shop.session(None).await, Network::Visa)).await;
    assert!(answer.contains("why: TooManyDeclines"), "{answer}");
    let par = CardReference::Par("V0010013021000000000000000001".to_owned());
    shop.world.primary.shows_card(Some(SeenCard { reference: Some(par), network: Network::Mastercard }));
    shop.declines(DeclineClass::InsufficientFunds);
    let session = shop.session(None).await;
    let mut place = claiming(&session, Network::Visa);
    for (_, token) in &mut place.tenders[0].instruments {
        token.insert_str(0, "fresh_");
    }
    assert!(shop.place_as(&place).await.starts_with("declined Declined"));
    let payments = shop.world.rows(Kind::Payment).await;
    let told = payments
        .iter()
        .filter(|row| matches!(row, Record::Payment(payment) if payment.card.network == Network::Mastercard));
    assert_eq!(told.count(), 1, "{payments:?}");
}
