//! All cells, a few dozen at once since each mostly waits, and how they are printed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cashwrap::domain::payment::OperationKind;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::cell;
use super::verdict::Verdict;
use crate::gateways::contract::Fault;
use crate::gateways::{adyen, paypal, remote, sandbox};

/// Cells under way at once.
const AT_ONCE: usize = 12;

/// How often a cell is played until its fault struck.
const TRIES: usize = 3;

const FAULTS: [Fault; 14] = [
    Fault::TimeoutBefore,
    Fault::TimeoutAfter,
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::ServerErrorBefore,
    Fault::ServerErrorAfter,
    Fault::Garbage,
    Fault::CutShort,
    Fault::RateLimited,
    Fault::Unauthorised,
    Fault::Slow,
    Fault::OtherAmount,
    Fault::OtherReference,
    Fault::Late,
];

/// A vendor, or a mode of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    AsStripe,
    AsCheckout,
    WithoutKeys,
    WithoutTombstones,
    Adyen,
    PayPal,
    Remote,
    RemoteWeak,
    RemoteLater,
}

impl Column {
    pub const ALL: &[Self] = &[
        Self::AsStripe,
        Self::AsCheckout,
        Self::WithoutKeys,
        Self::WithoutTombstones,
        Self::Adyen,
        Self::PayPal,
        Self::Remote,
        Self::RemoteWeak,
        Self::RemoteLater,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::AsStripe => "as stripe",
            Self::AsCheckout => "as checkout",
            Self::WithoutKeys => "no keys",
            Self::WithoutTombstones => "no tombstones",
            Self::Adyen => "adyen",
            Self::PayPal => "paypal",
            Self::Remote => "remote",
            Self::RemoteWeak => "remote, weak",
            Self::RemoteLater => "remote, later",
        }
    }

    /// The operations of a purchase there.
    const fn operations(self) -> &'static [OperationKind] {
        use OperationKind::{Authorise, Capture, Confirm, Create, Refund, Void};
        match self {
            Self::AsStripe
            | Self::AsCheckout
            | Self::WithoutKeys
            | Self::WithoutTombstones
            | Self::PayPal => &[Create, Confirm, Capture, Void, Refund],
            Self::Adyen | Self::Remote | Self::RemoteWeak | Self::RemoteLater => {
                &[Authorise, Capture, Void, Refund]
            }
        }
    }

    async fn run(self, operation: OperationKind, fault: Fault, hasty: bool) -> Verdict {
        match self {
            Self::AsStripe => Box::pin(cell::run(sandbox::as_stripe().await, operation, fault, hasty)).await,
            Self::AsCheckout => {
                Box::pin(cell::run(sandbox::as_checkout().await, operation, fault, hasty)).await
            }
            Self::WithoutKeys => {
                Box::pin(cell::run(sandbox::without_keys().await, operation, fault, hasty)).await
            }
            Self::WithoutTombstones => {
                Box::pin(cell::run(sandbox::without_tombstones().await, operation, fault, hasty)).await
            }
            Self::Remote => Box::pin(cell::run(remote::strong().await, operation, fault, hasty)).await,
            Self::RemoteWeak => Box::pin(cell::run(remote::weak().await, operation, fault, hasty)).await,
            Self::RemoteLater => {
                Box::pin(cell::run(remote::that_tells_later().await, operation, fault, hasty)).await
            }
            Self::Adyen => Box::pin(cell::run(adyen::fresh().await, operation, fault, hasty)).await,
            Self::PayPal => {
                Box::pin(cell::run(paypal::Account::start().await, operation, fault, hasty)).await
            }
        }
    }
}

/// All verdicts.
pub struct Table {
    columns: Vec<Column>,
    cells: BTreeMap<(OperationKind, usize, Column), Verdict>,
}

/// The name of a cell.
fn named(column: Column, operation: OperationKind, fault: Fault) -> String {
    format!("{} {} {fault:?}", column.name(), operation.as_str())
}

/// Where a person is asked, and why that is right.
fn review_is_right(column: Column, operation: OperationKind, fault: Fault) -> bool {
    let repeats = !matches!(column, Column::AsCheckout | Column::WithoutKeys | Column::RemoteWeak);
    let moves = matches!(operation, OperationKind::Capture | OperationKind::Refund);
    match fault {
        // Keys mean nothing there and lookups lag: what got lost can be proved neither way.
        Fault::TimeoutBefore | Fault::ResetBefore | Fault::ServerErrorBefore | Fault::Late
            if column == Column::RemoteWeak =>
        {
            true
        }
        // Refused credentials stay refused until somebody mends them.
        Fault::Unauthorised => true,
        // What was captured or refunded for another amount than asked for is a person's to understand.
        Fault::OtherAmount | Fault::OtherReference => !operation.authorises(),
        // Where a key forces no outcome nothing is sent twice: what proves not to have been taken, or given back, is a
        // person's to ask for again (R17).
        Fault::TimeoutBefore | Fault::ResetBefore | Fault::ServerErrorBefore => moves && !repeats,
        _ => false,
    }
}

impl Table {
    /// Walks these columns, or of them the cells whose name holds what `CASHWRAP_MATRIX_ONLY` says.
    pub async fn of(columns: &[Column], hasty: bool) -> Self {
        Self::among(columns, hasty, |_| true).await
    }

    /// As `of`, of these operations alone.
    pub async fn among(columns: &[Column], hasty: bool, wanted: impl Fn(OperationKind) -> bool) -> Self {
        let only = std::env::var("CASHWRAP_MATRIX_ONLY").unwrap_or_default();
        let room = Arc::new(Semaphore::new(AT_ONCE));
        let mut under_way = JoinSet::new();
        for &column in columns {
            for &operation in column.operations() {
                for (place, &fault) in FAULTS.iter().enumerate() {
                    if !wanted(operation) || !named(column, operation, fault).contains(&only) {
                        continue;
                    }
                    let room = Arc::clone(&room);
                    under_way.spawn(async move {
                        let _turn = room.acquire_owned().await.unwrap();
                        let mut verdict = Verdict::Untouched;
                        for _ in 0..TRIES {
                            verdict = column.run(operation, fault, hasty).await;
                            if verdict != Verdict::Untouched {
                                break;
                            }
                        }
                        ((operation, place, column), verdict)
                    });
                }
            }
        }
        let (mut cells, mut told) = (BTreeMap::new(), Instant::now());
        let all = under_way.len();
        while let Some(cell) = under_way.join_next().await {
            let (at, verdict) = cell.unwrap();
            cells.insert(at, verdict);
            if told.elapsed().as_secs() >= 2 {
                told = Instant::now();
                eprintln!("{} of {all} cells", cells.len());
            }
        }
        Self { columns: columns.to_vec(), cells }
    }

    fn named(&self, which: impl Fn(Column, OperationKind, Fault, &Verdict) -> bool) -> Vec<String> {
        let cells = self.cells.iter().filter(|((operation, place, column), verdict)| {
            which(*column, *operation, FAULTS[*place], verdict)
        });
        cells
            .map(|((operation, place, column), verdict)| {
                let cell = named(*column, *operation, FAULTS[*place]);
                format!("{cell}: {verdict} {}", verdict.detail())
            })
            .collect()
    }

    /// The cells that must never be.
    pub fn harm(&self) -> Vec<String> {
        self.named(|_, _, _, verdict| verdict.is_harm())
    }

    /// The cells in which a person is asked without need.
    pub fn unexpected_reviews(&self) -> Vec<String> {
        self.named(|column, operation, fault, verdict| {
            *verdict == Verdict::Review && !review_is_right(column, operation, fault)
        })
    }

    fn count(&self, word: &str) -> usize {
        self.cells.values().filter(|verdict| verdict.to_string() == word).count()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:<10} {:<18}", "operation", "fault")?;
        for column in &self.columns {
            write!(out, " {:<14}", column.name())?;
        }
        writeln!(out)?;
        let rows: std::collections::BTreeSet<_> =
            self.cells.keys().map(|(kind, place, _)| (*kind, *place)).collect();
        for (operation, place) in rows {
            write!(out, "{:<10} {:<18}", operation.as_str(), format!("{:?}", FAULTS[place]))?;
            for column in &self.columns {
                match self.cells.get(&(operation, place, *column)) {
                    Some(verdict) => write!(out, " {verdict:<14}")?,
                    None => write!(out, " {:<14}", "-")?,
                }
            }
            writeln!(out)?;
        }
        write!(
            out,
            "{} cells: {} double, {} lost, {} stuck, {} for review",
            self.cells.len(),
            self.count("DOUBLE"),
            self.count("LOST"),
            self.count("STUCK"),
            self.count("review")
        )
    }
}
