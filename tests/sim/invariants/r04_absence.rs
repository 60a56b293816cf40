//! R4: absence is declared only once the request's last departure is longer ago than the absent window and the
//! gateway's timeout.

use std::collections::BTreeMap;

use cashwrap::domain::payment::AttemptState;
use cashwrap::ports::Record;
use tokio::time::Instant;

use super::{Fact, Held, Invariant, Scene, hold};
use crate::gateways::profile;
use crate::world::shop;

/// The invariant, and when something that authorises last left for each payment and account.
#[derive(Default)]
pub struct Absence {
    left: BTreeMap<(String, String), Instant>,
}

impl Invariant for Absence {
    fn name(&self) -> &'static str {
        "R4"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        match fact {
            Fact::Left(leaving) if leaving.asked.kind.authorises() => {
                let key = (leaving.asked.reference.clone(), leaving.account.to_string());
                self.left.insert(key, scene.now);
                Ok(())
            }
            Fact::Committed(committed) if !scene.clocks_were_off => {
                for write in &committed.unit.writes {
                    let Record::Payment(payment) = &write.row else { continue };
                    let before = scene.book.payment(&write.key.id);
                    for (index, attempt) in payment.attempts.iter().enumerate() {
                        let AttemptState::ConfirmedAbsent { checks: 0, .. } = attempt.state else { continue };
                        let known =
                            before.and_then(|before| before.attempts.get(index)).map(|was| &was.state);
                        if known == Some(&attempt.state) {
                            continue;
                        }
                        let key = (write.key.id.clone(), attempt.account.to_string());
                        let Some(left) = self.left.get(&key) else { continue };
                        let window = shop::policy().absent_window.max(profile::TIMEOUT);
                        hold(scene.now >= *left + window, || {
                            format!("{} is called absent {:?} after it left", attempt.id, scene.now - *left)
                        })?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
