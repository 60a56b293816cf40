//! What was under way at a kill, out of the rows, the ledgers and what shoppers did not hear; read before
//! anything comes back.

use std::time::Duration;

use super::load::Load;
use super::windows::{Scene, Window};
use crate::support::binary::{Sandbox, Shop};
use crate::support::witness::{Charge, Rows, charges_of};

/// How long a reply that had left may take to be written down: it was heard.
const HEARING: Duration = Duration::from_millis(30);

/// What a gateway says once it has decided.
const DECIDED: [&str; 2] = ["authorised", "declined"];

const OPEN_OPERATIONS: &str = "SELECT o.kind, o.state, a.payment, a.account
    FROM operation o JOIN attempt a ON a.store_id = o.store_id AND a.id = o.attempt
    WHERE o.state IN ('PENDING', 'SENDING')";

/// Looks around after a kill.
pub(super) async fn look(shop: &Shop, rows: &Rows, load: &Load) -> Scene {
    tokio::time::sleep(HEARING).await;
    let mut scene = Scene::default();
    for checkout in load.asking() {
        let states = rows.read(&format!("SELECT state FROM placement WHERE checkout = '{checkout}'")).await;
        let ended = |state: &Vec<String>| state[0] == "COMPLETED" || state[0] == "FAILED";
        if states.is_empty() {
            scene.found.insert((Window::BeforeCommit1, checkout));
        } else if states.iter().all(ended) {
            scene.found.insert((Window::Commit2ToReply, checkout));
        } else {
            scene.in_flight = true;
        }
    }
    for operation in rows.read(OPEN_OPERATIONS).await {
        let [kind, state, payment, account] = operation.try_into().unwrap();
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
