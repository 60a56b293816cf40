//! A gateway as one process sees it: the wire between them, and what may go wrong on it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use cashwrap::domain::ids::AccountId;
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{GatewayCapabilities, NotSent, OperationKind, Outcome, UnknownCause};
use cashwrap::ports::Clock;
use cashwrap::ports::gateway::{Call, Gateway, GatewayRequest, Guard, Look, Rendered, Window};
use tokio::time::{Instant, sleep, sleep_until};

use super::World;
use super::clocks::SkewedClock;
use super::process::Process;
use crate::faults::{Blow, Site};
use crate::gateways::{Asked, Issuer};
use crate::invariants::{Fact, Leaving};

/// A gateway as one process sees it.
pub struct SeenGateway {
    /// The world.
    pub world: Weak<World>,
    /// The process.
    pub process: Weak<Process>,
    /// The account.
    pub account: AccountId,
    /// What the vendor promises.
    pub capabilities: GatewayCapabilities,
}

/// The latest that a capture, void or refund lands after it left: the machine counts on proved absence there,
/// and no later check is made. An authorisation may land later than that.
const SETTLING_LANDS_WITHIN: Duration = Duration::from_secs(20);

impl SeenGateway {
    fn both(&self) -> (Arc<World>, Arc<Process>) {
        (self.world.upgrade().unwrap(), self.process.upgrade().unwrap())
    }

    /// The gateway executes now, and the invariants see what became of its ledger.
    fn execute(&self, world: &World, asked: &Asked, issuer: Issuer, breaks: bool) -> Outcome {
        let outcome = {
            let mut core = world.core();
            core.land(Instant::now());
            let Some(till) = core.tills.get_mut(&self.account) else {
                unreachable!("an account has a ledger")
            };
            let outcome = if breaks {
                till.arrive_and_break(asked, issuer, Instant::now())
            } else {
                till.arrive(asked, issuer, Instant::now())
            };
            core.story.tell(|| format!("      {:<18} = {} {outcome:?}", "", self.account));
            outcome
        };
        world.executed(&self.account, &asked.reference);
        outcome
    }

    /// What the world makes of a request that has left.
    async fn deliver(&self, world: &World, asked: Asked, blow: Blow, window: Window) -> Outcome {
        let approve = Issuer::Approves;
        let timeout = Outcome::Unknown(UnknownCause::Timeout);
        sleep(Duration::from_millis(20)).await;
        match blow {
            Blow::TimeoutBefore => {
                sleep_until(window.answer_by).await;
                timeout
            }
            Blow::TimeoutAfter => {
                let _unheard = self.execute(world, &asked, approve, false);
                sleep_until(window.answer_by).await;
                timeout
            }
            Blow::ResetBefore => Outcome::Unknown(UnknownCause::Reset),
            Blow::ResetAfter => {
                let _unheard = self.execute(world, &asked, approve, false);
                Outcome::Unknown(UnknownCause::Reset)
            }
            Blow::Breaks => self.execute(world, &asked, approve, true),
            Blow::LandsLate(later) => {
                let authorises = matches!(asked.kind, OperationKind::Authorise | OperationKind::Confirm);
                let later = if authorises { later } else { later.min(SETTLING_LANDS_WITHIN) };
                {
                    let mut core = world.core();
                    let till = core.tills.get_mut(&self.account).unwrap();
                    till.fly(asked, Instant::now() + later);
                }
                let breaks = world.core().dice.below(2) == 0;
                if breaks {
                    return Outcome::Unknown(UnknownCause::Reset);
                }
                sleep_until(window.answer_by).await;
                timeout
            }
            Blow::Slow(span) => {
                let outcome = self.execute(world, &asked, approve, false);
                let answered = Instant::now() + span;
                sleep_until(answered.min(window.answer_by)).await;
                if answered > window.answer_by { timeout } else { outcome }
            }
            Blow::Issuer(issuer) => self.execute(world, &asked, issuer, false),
            _ => {
                let outcome = self.execute(world, &asked, approve, false);
                sleep(Duration::from_millis(60)).await;
                outcome
            }
        }
    }
}

/// What never leaves the process, if the blow is one of those.
fn stays(process: &Process, account: &AccountId, blow: Blow, guard: Guard) -> Option<Outcome> {
    Some(Outcome::NotSent(match blow {
        Blow::Refused => NotSent::Connect,
        Blow::RateLimited => NotSent::RateLimited,
        Blow::BreakerOpens(span) if guard == Guard::Heeded => {
            process.open_breaker(account, Instant::now() + span);
            NotSent::BreakerOpen
        }
        _ => return None,
    }))
}

#[async_trait::async_trait]
impl Gateway for SeenGateway {
    fn capabilities(&self) -> GatewayCapabilities {
        self.capabilities.clone()
    }

    fn unavailable(&self, guard: Guard) -> Option<NotSent> {
        let heeded = guard == Guard::Heeded;
        self.process.upgrade().filter(|_| heeded).and_then(|process| process.unavailable(&self.account))
    }

    fn render(&self, request: &GatewayRequest) -> Rendered {
        let (kind, object, amount, token) = match &request.call {
            Call::Create { token, .. } => ("create", "", 0, token.as_str()),
            Call::Authorise { token, .. } => ("authorise", "", 0, token.as_str()),
            // A vendor that can be asked nothing knows the object by what was brought back.
            Call::Confirm { object, .. } => ("confirm", object.as_deref().unwrap_or_default(), 0, ""),
            Call::Capture { object, amount_minor } => ("capture", object.as_str(), *amount_minor, ""),
            Call::Void { object } => ("void", object.as_str(), 0, ""),
            Call::VoidReference => ("void", "", 0, ""),
            Call::Refund { object, amount_minor } => ("refund", object.as_str(), *amount_minor, ""),
        };
        let text = format!("{kind}|{object}|{amount}|{}|{}|{token}", request.key, request.reference);
        Rendered(text.into_bytes())
    }

    async fn send(
        &self,
        kind: OperationKind,
        amount: Money,
        rendered: &Rendered,
        window: Window,
        guard: Guard,
    ) -> Outcome {
        let (world, process) = self.both();
        let asked = parse(kind, rendered, amount);
        let site = match kind {
            OperationKind::Create => Site::Create,
            OperationKind::Confirm | OperationKind::Authorise => Site::Authorise,
            OperationKind::Capture | OperationKind::Void | OperationKind::Refund => Site::Settle,
        };
        let what = || format!("{} {}", self.account, kind.as_str());
        let blow = world.pass(&process, site, &asked.reference, what).await;
        if Instant::now() >= window.send_by {
            return Outcome::NotSent(NotSent::TooLate);
        }
        if let Some(outcome) = stays(&process, &self.account, blow, guard) {
            return outcome;
        }
        let clock = SkewedClock { clock: world.clock, skew: Arc::clone(&process.skew) };
        world.see(&Fact::Left(&Leaving { account: &self.account, asked: &asked, at: clock.now() }));
        let outcome = self.deliver(&world, asked, blow, window).await;
        world.done(&process, blow).await;
        outcome
    }

    async fn look(&self, look: &Look, window: Window, guard: Guard) -> Outcome {
        let (world, process) = self.both();
        let id = match look {
            Look::Reference { reference, .. } => reference.clone(),
            Look::Object { object, .. } | Look::Refund { object, .. } => {
                let core = world.core();
                let found = core.tills[&self.account].objects().iter().find(|each| each.id == *object);
                found.map_or(String::new(), |found| found.reference.trim_end_matches("_x").to_owned())
            }
        };
        let what = || format!("{} look", self.account);
        let blow = world.pass(&process, Site::Look, &id, what).await;
        if let Some(outcome) = stays(&process, &self.account, blow, guard) {
            return outcome;
        }
        sleep(Duration::from_millis(30)).await;
        let outcome = match blow {
            Blow::TimeoutBefore | Blow::TimeoutAfter => {
                sleep_until(window.answer_by).await;
                Outcome::Unknown(UnknownCause::Timeout)
            }
            Blow::ResetBefore | Blow::ResetAfter => Outcome::Unknown(UnknownCause::Reset),
            _ => {
                let outcome = {
                    let mut core = world.core();
                    core.land(Instant::now());
                    core.tills[&self.account].look(look, Instant::now())
                };
                world.core().story.tell(|| format!("      {:<18} = {} {outcome:?}", "", self.account));
                if let Blow::Slow(span) = blow {
                    sleep_until((Instant::now() + span).min(window.answer_by)).await;
                }
                outcome
            }
        };
        world.done(&process, blow).await;
        outcome
    }
}

fn parse(kind: OperationKind, rendered: &Rendered, whole: Money) -> Asked {
    let text = String::from_utf8(rendered.0.clone()).unwrap();
    let parts: Vec<&str> = text.split('|').collect();
    let [_, object, amount, key, reference, token] = parts.as_slice() else { unreachable!("as rendered") };
    Asked {
        kind,
        object: (!object.is_empty()).then(|| (*object).to_owned()),
        amount_minor: amount.parse().unwrap(),
        key: (*key).to_owned(),
        reference: (*reference).to_owned(),
        token: (*token).to_owned(),
        whole,
        bytes: rendered.0.clone(),
    }
}
