//! Where the buyer's data lies: every table of either database is searched for it after an order was placed.

use super::support::binary::{Kept, Shop, Terms};
use super::support::dice::Dice;
use super::support::shopper::{Answer, Shopper, answer};
use super::support::witness::{Rows, TABLES};

/// What the shopper typed of itself.
const TYPED: [&str; 3] = ["ada@example.com", "Torstra", "Ada Beispiel"];

/// The tables with a row in which `text` stands, in any column, as text or as bytes.
async fn holding(kept: Kept, rows: &Rows, text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for table in TABLES {
        let question = match kept {
            Kept::Sqlite => {
                let columns = rows.read(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
                let stands: Vec<String> = columns
                    .iter()
                    .map(|column| format!("instr(CAST({} AS BLOB), CAST('{text}' AS BLOB)) > 0", column[0]))
                    .collect();
                format!("SELECT count(*) FROM {table} WHERE {}", stands.join(" OR "))
            }
            // A row as text tells its bytes by their digits.
            Kept::Postgres => format!(
                "SELECT count(*) FROM {table} AS row WHERE row::text LIKE '%{text}%' OR row::text LIKE \
                 '%' || encode('{text}'::bytea, 'hex') || '%'"
            ),
        };
        if rows.count(&question).await > 0 {
            found.push(table);
        }
    }
    found
}

async fn searched(kept: Kept) {
    let shop = Shop::open(kept, Terms::default()).await;
    let server = shop.serve("server").await;
    let mut shopper = Shopper::at(server.channel(), Dice::of(Dice::fresh_seed()));
    let cart = shopper.fill_cart("CUP").await;
    let session = shopper.check_out_sent(&cart).await;
    let request_id = shopper.request_id();
    let first = shopper.place(&session, request_id, "approve").await.unwrap();
    assert!(matches!(answer(&first), Answer::Order(_)), "{first:?}");
    let rows = Rows::at(&shop.url).await;
    for text in TYPED {
        assert_eq!(holding(kept, &rows, text).await, ["personal"], "{text}");
    }
    // The search finds what is there: a reply key's method stands in its table.
    assert!(holding(kept, &rows, "PlaceOrder").await.contains(&"reply"));
    let sealed = rows.count("SELECT count(*) FROM reply WHERE length(body) > 0").await;
    assert!(sealed >= 4, "cart, checkout, delivery and order were answered: {sealed}");
    // And what was sealed is what is replayed.
    assert_eq!(shopper.place(&session, request_id, "approve").await.unwrap(), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_order_the_buyers_data_stands_in_the_personal_table_alone_in_sqlite() {
    searched(Kept::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_order_the_buyers_data_stands_in_the_personal_table_alone_in_postgresql() {
    searched(Kept::Postgres).await;
}
