//! What was under way at a strike, out of the rows, the ledgers and what shoppers did not hear; read before
//! anything comes back.

use std::time::Duration;

use crate::load::Load;
use crate::support::binary::{Sandbox, Shop};
use crate::support::witness::{Charge, Rows, charges_of};
use crate::windows::{Scene, Window};

/// How long a reply that had left may take to be written down: it was heard.
const HEARING: Duration = Duration::from_millis(30);

/// What a gateway says once it has decided.
const DECIDED: [&str; 2] = ["authorised", "declined"];

const OPEN_OPERATIONS: &str = "SELECT o.kind, o.state, a.payment, a.account, s.links
    FROM operation o
    JOIN attempt a ON a.store_id = o.store_id AND a.id = o.attempt
    JOIN state s ON s.store_id = a.store_id AND s.id = a.payment
    WHERE o.state IN ('PENDING', 'SENDING')";

/// Looks around at a strike that hit one server, or whatever all of them stand on. Captures have no caller: those
/// that any server was about count.
pub async fn look(shop: &Shop, rows: &Rows, load: &Load, server: Option<usize>) -> Scene {
    tokio::time::sleep(HEARING).await;
    let mut scene = Scene::default();
    let mut placements = Vec::new();
    for checkout in load.asking(server) {
        let found =
            rows.read(&format!("SELECT state, id FROM placement WHERE checkout = '{checkout}'")).await;
        let ended = |row: &Vec<String>| row[0] == "COMPLETED" || row[0] == "FAILED";
        if found.is_empty() {
            scene.found.insert((Window::BeforeCommit1, checkout));
        } else if found.iter().all(ended) {
            scene.found.insert((Window::Commit2ToReply, checkout));
        } else {
            scene.in_flight = true;
        }
        placements.extend(found.into_iter().map(|mut row| row.remove(1)));
    }
    for operation in rows.read(OPEN_OPERATIONS).await {
        let [kind, state, payment, account, links] = operation.try_into().unwrap();
        let asked = placements.iter().any(|placement| links.contains(placement.as_str()));
        if kind != "capture" && server.is_some() && !asked {
            continue;
        }
        scene.sending |= state == "SENDING";
        let gateway = if account == shop.primary.account() { &shop.primary } else { &shop.backup };
        let window = match (kind.as_str(), state.as_str()) {
            ("capture", "PENDING") => Window::Commit2ToCapture,
            ("capture", _) => Window::DuringCapture,
            ("create", "SENDING") => met(gateway, &payment, |_| true, Window::BetweenTheSteps).await,
            ("confirm", "SENDING") => {
                met(gateway, &payment, |charge| charge.has(&DECIDED), Window::EffectToCommit2).await
            }
            // Compensation, and what recovery found out: neither is a step of the good path.
            ("void" | "refund", _) | (_, "PENDING") => continue,
            _ => panic!("an operation of a kind that nobody told: {kind} {state}"),
        };
        scene.found.insert((window, payment));
    }
    scene
}

/// `executed` where the ledger has the effect, else the window before it.
async fn met(gateway: &Sandbox, payment: &str, effect: impl Fn(&Charge) -> bool, executed: Window) -> Window {
    let charges = charges_of(gateway, payment).await;
    if charges.iter().any(effect) { executed } else { Window::Commit1ToSend }
}
