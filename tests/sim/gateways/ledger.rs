//! The books of one merchant account: objects, keys, and requests that are still under way.

use std::collections::BTreeMap;
use std::time::Duration;

use cashwrap::domain::money::Money;
use cashwrap::domain::payment::capabilities::Lookup;
use cashwrap::domain::payment::{OperationKind, Outcome, Said, Told, UnknownCause};
use cashwrap::ports::gateway::Look;
use tokio::time::Instant;

use super::object::{Asked, Issuer, Object, Phase, refusal};
use super::profile::{Again, Profile};

/// What stands under a key.
#[derive(Debug, Clone)]
struct Kept {
    reference: String,
    outcome: Outcome,
    object: Option<usize>,
    since: Instant,
}

/// The books of one account.
#[derive(Debug)]
pub struct Ledger {
    /// The vendor.
    pub profile: &'static Profile,
    objects: Vec<Object>,
    by_reference: BTreeMap<String, Vec<usize>>,
    tombstones: BTreeMap<String, Instant>,
    keys: BTreeMap<String, Kept>,
    under_way: Vec<(Instant, Asked)>,
    /// Received and not executed yet, where the vendor tells later.
    received: Vec<(Instant, Asked)>,
    /// What the vendor has to tell that tells later, by reference.
    told: Vec<(String, Told)>,
    before: BTreeMap<usize, Object>,
}

impl Ledger {
    /// Empty books.
    pub fn new(profile: &'static Profile) -> Self {
        Self {
            profile,
            objects: Vec::new(),
            by_reference: BTreeMap::new(),
            tombstones: BTreeMap::new(),
            keys: BTreeMap::new(),
            under_way: Vec::new(),
            received: Vec::new(),
            told: Vec::new(),
            before: BTreeMap::new(),
        }
    }

    /// Takes a request in, as this vendor treats its key.
    pub fn arrive(&mut self, asked: &Asked, issuer: Issuer, now: Instant) -> Outcome {
        if let Some(kept) = self.keys.get(&asked.key) {
            match self.profile.again {
                Again::First => return kept.outcome.clone(),
                Again::FirstIf2xx if matches!(kept.outcome, Outcome::Definite(_)) => {
                    return kept.outcome.clone();
                }
                Again::Latest => {
                    let refund = (asked.kind == OperationKind::Refund).then_some(asked.key.as_str());
                    if let Some(object) = kept.object.and_then(|index| self.objects.get(index)) {
                        return object.view(refund);
                    }
                }
                Again::FirstIf2xx | Again::Runs => {}
            }
        }
        let (object, outcome) = if self.tells_later() && !asked.kind.authorises() {
            self.received.push((now + pause(&asked.key), asked.clone()));
            (None, Outcome::Unknown(UnknownCause::Processing))
        } else {
            self.execute(asked, issuer, now)
        };
        let reference = asked.reference.clone();
        let kept = Kept { reference, outcome: outcome.clone(), object, since: now };
        self.keys.insert(asked.key.clone(), kept);
        outcome
    }

    /// The vendor breaks after it executed; whoever stores 500s gives this one again.
    pub fn arrive_and_break(&mut self, asked: &Asked, issuer: Issuer, now: Instant) -> Outcome {
        let known = self.keys.contains_key(&asked.key);
        let _unseen = self.arrive(asked, issuer, now);
        let broken = Outcome::Unknown(UnknownCause::ServerError);
        if let (false, Again::First | Again::FirstIf2xx, Some(kept)) =
            (known, self.profile.again, self.keys.get_mut(&asked.key))
        {
            kept.outcome = broken.clone();
        }
        broken
    }

    /// A request that arrives later.
    pub fn fly(&mut self, asked: Asked, lands: Instant) {
        self.under_way.push((lands, asked));
    }

    /// When the next request lands, or is executed.
    pub fn next_landing(&self) -> Option<Instant> {
        self.under_way.iter().chain(&self.received).map(|(lands, _)| *lands).min()
    }

    /// Whether captures, voids and refunds are only received.
    pub const fn tells_later(&self) -> bool {
        self.profile.capabilities.tells_later
    }

    /// What there is to tell of a payment, and was not told yet.
    pub fn take_told(&mut self, reference: &str) -> Vec<Told> {
        let (its, others) = std::mem::take(&mut self.told).into_iter().partition(|(of, _)| of == reference);
        self.told = others;
        let its: Vec<(String, Told)> = its;
        its.into_iter().map(|(_, told)| told).collect()
    }

    /// The authorisation has an end, which is told.
    fn tell_seen(&mut self, index: usize) {
        let ended = matches!(self.objects[index].phase, Phase::Held | Phase::Declined(_));
        if !ended || !self.tells_later() {
            return;
        }
        if let Outcome::Definite(view) = self.objects[index].view(None) {
            let reference = self.objects[index].reference.trim_end_matches("_x").to_owned();
            self.told.push((reference, Told { operation: None, said: Said::Seen(view) }));
        }
    }

    /// Executes what was received, and has the end of it to tell.
    fn make_up_its_mind(&mut self, asked: &Asked, now: Instant) {
        let (_, outcome) = self.execute(asked, Issuer::Approves, now);
        let said = if let Outcome::Refused(refusal) = outcome {
            Said::Refused(refusal)
        } else {
            let whole = Money::new(asked.amount_minor, asked.whole.currency);
            Said::Done { amount: (asked.kind != OperationKind::Void).then_some(whole) }
        };
        let operation = asked.key.parse().ok();
        self.told.push((asked.reference.clone(), Told { operation, said }));
    }

    /// Lets the requests land that are due; the references that they touched.
    pub fn land(&mut self, now: Instant) -> Vec<String> {
        let mut landed = Vec::new();
        while let Some(at) = self.under_way.iter().position(|(lands, _)| *lands <= now) {
            let (lands, asked) = self.under_way.remove(at);
            let _unheard = self.arrive(&asked, Issuer::Approves, lands);
            landed.push(asked.reference);
        }
        while let Some(at) = self.received.iter().position(|(due, _)| *due <= now) {
            let (due, asked) = self.received.remove(at);
            self.make_up_its_mind(&asked, due);
            landed.push(asked.reference);
        }
        landed
    }

    /// Forgets the keys that came before `then`; the references that they were for.
    pub fn prune(&mut self, then: Instant) -> Vec<String> {
        let mut pruned = Vec::new();
        self.keys.retain(|_, kept| {
            let stays = kept.since > then;
            if !stays {
                pruned.push(kept.reference.clone());
            }
            stays
        });
        pruned
    }

    fn execute(&mut self, asked: &Asked, issuer: Issuer, now: Instant) -> (Option<usize>, Outcome) {
        let index = match asked.kind {
            OperationKind::Create | OperationKind::Authorise => {
                if self.tombstones.contains_key(&asked.reference) {
                    return (None, refusal("payment_cancelled", false));
                }
                let index = self.open(asked, now);
                let challenges = self.objects[index].challenges;
                if asked.kind == OperationKind::Authorise {
                    self.objects[index].authorise(challenged(issuer, challenges));
                    self.tell_seen(index);
                } else if challenges && self.profile.capabilities.confirms_after_action {
                    self.objects[index].phase = Phase::Action;
                }
                return (Some(index), self.objects[index].view(None));
            }
            _ => self.find(asked),
        };
        let tombstones = self.profile.capabilities.void_tombstones;
        let Some(index) = index else {
            if asked.kind == OperationKind::Void && tombstones && asked.object.is_none() {
                self.tombstones.insert(asked.reference.clone(), now);
                let index = self.open(asked, now);
                self.objects[index].phase = Phase::Voided;
                return (Some(index), self.objects[index].view(None));
            }
            return (None, refusal("resource_missing", true));
        };
        self.before.insert(index, self.objects[index].clone());
        let object = &mut self.objects[index];
        // Who has allowed it is not asked again.
        let issuer = challenged(issuer, object.challenges && object.phase != Phase::Approved);
        if !object.act(asked, issuer, tombstones) {
            return (Some(index), refusal("unexpected_state", false));
        }
        object.written = now;
        let refund = (asked.kind == OperationKind::Refund).then_some(asked.key.as_str());
        let view = object.view(refund);
        if asked.kind.authorises() {
            self.tell_seen(index);
        }
        (Some(index), view)
    }

    fn open(&mut self, asked: &Asked, now: Instant) -> usize {
        let index = self.objects.len();
        self.objects.push(Object {
            id: format!("{}_{index}", self.profile.name),
            phase: Phase::Created,
            amount: asked.whole,
            reference: asked.reference.clone(),
            held: 0,
            authorised: 0,
            voided: 0,
            captures: BTreeMap::new(),
            refunds: BTreeMap::new(),
            wrong: false,
            challenges: asked.token.starts_with("tok_3ds"),
            written: now,
        });
        self.by_reference.entry(asked.reference.clone()).or_default().push(index);
        index
    }

    fn find(&self, asked: &Asked) -> Option<usize> {
        match &asked.object {
            Some(id) => self.objects.iter().position(|object| object.id == *id),
            None => self.by_reference.get(&asked.reference).and_then(|all| all.last()).copied(),
        }
    }

    /// What a look shows. A lagging one misses what was written just before.
    pub fn look(&self, look: &Look, now: Instant) -> Outcome {
        let (found, sight, refund) = match look {
            Look::Object { object, .. } => (self.by_id(object), self.profile.capabilities.read_by_id, None),
            Look::Refund { object, key, .. } => {
                (self.by_id(object), self.profile.capabilities.read_by_id, Some(key.as_str()))
            }
            Look::Reference { reference, .. } => {
                let all = self.by_reference.get(reference);
                let sight = self.profile.capabilities.reference_lookup;
                (all.and_then(|all| all.last()).copied(), sight, None)
            }
        };
        let missing = || refusal("resource_missing", true);
        let Some(index) = found else {
            return if sight == Lookup::None {
                Outcome::Unknown(UnknownCause::NotConclusive)
            } else {
                missing()
            };
        };
        let object = &self.objects[index];
        match sight {
            Lookup::None => Outcome::Unknown(UnknownCause::NotConclusive),
            Lookup::Lagging if now < object.written + self.profile.lag => {
                self.before.get(&index).map_or_else(missing, |before| before.view(refund))
            }
            Lookup::Lagging | Lookup::Consistent => object.view(refund),
        }
    }

    fn by_id(&self, id: &str) -> Option<usize> {
        self.objects.iter().position(|object| object.id == id)
    }

    /// The customer did what was asked, or refused to.
    pub fn customer_acts(&mut self, reference: &str, succeeds: bool, now: Instant) -> bool {
        let mut acted = false;
        let confirms = self.profile.capabilities.confirms_after_action;
        for index in self.by_reference.get(reference).cloned().into_iter().flatten() {
            let object = &mut self.objects[index];
            if object.phase == Phase::Action {
                let no = Issuer::Declines(cashwrap::domain::payment::DeclineClass::ScaRequired);
                if succeeds && confirms {
                    object.phase = Phase::Approved;
                } else {
                    object.authorise(if succeeds { Issuer::Approves } else { no });
                }
                object.written = now;
                acted = true;
                self.tell_seen(index);
            }
        }
        acted
    }

    /// Every object.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The objects of a payment.
    pub fn of<'a>(&'a self, reference: &str) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.by_reference.get(reference).into_iter().flatten().map(|index| &self.objects[*index])
    }

    /// Whether a payment holds, took, or may yet come to hold money here, by itself or by what is under way.
    pub fn may_hold(&self, reference: &str) -> bool {
        // Where the money is asked for after the action, the action alone holds none.
        let confirms = self.profile.capabilities.confirms_after_action;
        let acts = |object: &Object| object.phase == Phase::Action && !confirms;
        let holds = |object: &Object| object.held > 0 || object.kept() > 0 || acts(object);
        let lands = |asked: &Asked| {
            asked.reference == reference
                && !self.tombstones.contains_key(reference)
                && match asked.kind {
                    OperationKind::Authorise => !self.keys.contains_key(&asked.key),
                    OperationKind::Confirm => {
                        let object = self.find(asked).map(|index| &self.objects[index]);
                        !self.keys.contains_key(&asked.key)
                            && object.is_some_and(|object| {
                                matches!(object.phase, Phase::Created | Phase::Action | Phase::Approved)
                            })
                    }
                    _ => false,
                }
        };
        self.of(reference).any(holds) || self.under_way.iter().any(|(_, asked)| lands(asked))
    }
}

/// How long a vendor takes to make up its mind on what it has received: at once, or seconds, or minutes.
fn pause(key: &str) -> Duration {
    let sum = key.bytes().fold(0_usize, |sum, byte| sum + usize::from(byte));
    Duration::from_millis([0, 20, 900, 4_000, 40_000, 150_000][sum % 6])
}

fn challenged(issuer: Issuer, challenges: bool) -> Issuer {
    if challenges && issuer == Issuer::Approves { Issuer::AsksTheCustomer } else { issuer }
}
