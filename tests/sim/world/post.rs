//! What vendors tell of what happened at them: each change of a payment's object is an event, which is carried to
//! some process and again to another until it is taken, as the storm lets it.

use std::sync::Arc;
use std::time::Duration;

use cashwrap::app::Heard;
use cashwrap::domain::ids::AccountId;
use cashwrap::domain::payment::Hint;
use cashwrap::ports::webhook::{About, Notice};
use tokio::time::sleep;

use super::World;
use super::shop::store_id;
use crate::faults::{Blow, Site};
use crate::gateways::{Object, Phase};
use crate::invariants::Fact;
use crate::story::Story;

/// How often a vendor sends what was not taken.
const TRIES: u32 = 12;

/// An event that nobody carries yet.
#[derive(Debug, Clone)]
pub struct Letter {
    account: AccountId,
    notice: Notice,
}

impl Letter {
    /// What a vendor says of an object now, if it says anything.
    pub fn about(account: &AccountId, object: &Object, number: u64) -> Option<Self> {
        let hint = match object.phase {
            Phase::Created => return None,
            Phase::Held => Hint::Held,
            Phase::Captured if object.refunds.is_empty() => Hint::Taken,
            Phase::Action | Phase::Captured => Hint::Moved,
            Phase::Voided | Phase::Declined(_) => Hint::Gone,
        };
        let about = About {
            store: Some(store_id()),
            payment: object.reference.parse().ok()?,
            object: Some(object.id.clone()),
        };
        let notice =
            Notice { event: format!("evt_{number}"), about: Some(about), hint: Some(hint), told: None };
        Some(Self { account: account.clone(), notice })
    }
}

/// Carries what vendors have to tell.
pub async fn run(world: Arc<World>) {
    loop {
        let (letters, written) = {
            let mut core = world.core();
            (std::mem::take(&mut core.letters), Arc::clone(&core.written))
        };
        if letters.is_empty() {
            written.notified().await;
        }
        for letter in letters {
            send(&world, letter);
        }
    }
}

/// Lets the storm at an event, and whoever carries it go.
fn send(world: &Arc<World>, mut letter: Letter) {
    let mut core = world.core();
    let core = &mut *core;
    let reference = letter.notice.about.as_ref().map(|about| about.payment.to_string()).unwrap_or_default();
    let stage = core.book.stage_of(&reference);
    let struck = core.storm.strike(Site::Webhook, stage, &mut core.post_dice);
    let (copies, wait) = match struck.map(|(_, blow)| blow) {
        Some(Blow::WebhookLost) => (0, Duration::ZERO),
        Some(Blow::WebhookLate(wait)) => (1, wait),
        Some(Blow::WebhookTwice) => (2, Duration::from_millis(40)),
        Some(Blow::WebhookLies(hint)) => {
            letter.notice.hint = Some(hint);
            (1, Duration::from_millis(40))
        }
        // Often before the answer to the call that it is about.
        _ => (1, Duration::from_millis(core.post_dice.below(300))),
    };
    core.story.tell(|| {
        let fault = struck.map_or(String::new(), |(name, _)| format!("  !! {name}"));
        let (account, hint) = (&letter.account, letter.notice.hint);
        format!("      {:<18} tells {hint:?} of {}{fault}", account.to_string(), Story::short(&reference))
    });
    for _ in 0..copies {
        core.carried += 1;
        let (carrier, letter) = (Arc::clone(world), letter.clone());
        world.tasks.spawn(async move {
            sleep(wait).await;
            carry(&carrier, &letter).await;
            carrier.core().carried -= 1;
        });
    }
}

async fn carry(world: &Arc<World>, letter: &Letter) {
    for again in 0..TRIES {
        let process = {
            let slots = world.slots();
            let index = world.core().post_dice.below(u64::try_from(slots.len()).unwrap());
            Arc::clone(&slots[usize::try_from(index).unwrap()])
        };
        let heard = tokio::select! {
            biased;
            () = process.dead.cancelled() => None,
            heard = process.house().hear(&letter.account, &letter.notice) => heard.ok(),
        };
        if let Some(heard) = heard {
            world.see(&Fact::Heard { event: &letter.notice.event, counted: heard == Heard::Looking });
            return;
        }
        sleep(Duration::from_secs(1 << again.min(5))).await;
    }
}
