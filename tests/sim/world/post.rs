//! What vendors tell of what happened at them: each change of a payment's object is an event, which is carried to
//! some process and again to another until it is taken, as the storm lets it.

use std::sync::Arc;
use std::time::Duration;

use cashwrap::domain::ids::AccountId;
use cashwrap::domain::payment::{Hint, Said, Told};
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
            // What it wants to hear is that the customer is done.
            Phase::Approved | Phase::Held => Hint::Held,
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

impl Letter {
    /// What a vendor tells that tells later, and does not say of which store.
    pub fn told(account: &AccountId, reference: &str, told: Told, number: u64) -> Option<Self> {
        let object = match &told.said {
            Said::Seen(view) => view.object.clone(),
            Said::Done { .. } | Said::Refused(_) => None,
        };
        let about = About { store: None, payment: reference.parse().ok()?, object };
        let event = format!("evt_{number}");
        let notice = Notice { event, about: Some(about), hint: None, told: Some(told) };
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
        // What is told no other way is sent again until somebody took it.
        Some(Blow::WebhookLost) if letter.notice.told.is_some() => (1, Duration::from_mins(2)),
        Some(Blow::WebhookLost) => (0, Duration::ZERO),
        Some(Blow::WebhookLate(wait)) => (1, wait),
        Some(Blow::WebhookTwice) => (2, Duration::from_millis(40)),
        Some(Blow::WebhookLies(hint)) => {
            // What is signed for tells the truth: only the hint beside it lies.
            letter.notice.hint = Some(hint);
            (1, Duration::from_millis(40))
        }
        // Often before the answer to the call that it is about.
        _ => (1, Duration::from_millis(core.post_dice.below(300))),
    };
    core.story.tell(|| {
        let fault = struck.map_or(String::new(), |(name, _)| format!("  !! {name}"));
        let account = letter.account.to_string();
        let said = match (&letter.notice.told, letter.notice.hint) {
            (Some(told), _) => format!("{:?}", told.said),
            (None, hint) => format!("{hint:?}"),
        };
        format!("      {account:<18} tells {said} of {}{fault}", Story::short(&reference))
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
            world.see(&Fact::Heard { event: &letter.notice.event, counted: heard.counted() });
            return;
        }
        sleep(Duration::from_secs(1 << again.min(5))).await;
    }
}
