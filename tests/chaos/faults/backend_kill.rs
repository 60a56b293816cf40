//! Sessions of the database are killed: some or all by `pg_terminate_backend`, or one by SIGKILL, upon which
//! PostgreSQL ends all of them and recovers.

use tokio::task::block_in_place;

use super::{Fault, Sight, Struck, between};
use crate::storm::World;
use crate::support::dice::Dice;

const SESSIONS: &str = "FROM pg_stat_activity WHERE application_name = 'cashwrap'";

pub(super) struct BackendKill;

#[async_trait::async_trait(?Send)]
impl Fault for BackendKill {
    fn name(&self) -> &'static str {
        "backend_kill"
    }

    fn sight(&self) -> Sight {
        Sight::Before
    }

    async fn strike(&mut self, world: &mut World, dice: &mut Dice) -> Struck {
        let ask = |sql: String| block_in_place(|| world.postgres.ask(&sql));
        let answered = match dice.below(4) {
            0 => match ask(format!(
                "SELECT pid {SESSIONS} AND state = 'active' OR pid IN (SELECT max(pid) {SESSIONS})"
            )) {
                Ok(sessions) => {
                    let session = sessions.lines().next().and_then(|line| line.trim().parse().ok());
                    let slain =
                        session.is_some_and(|session| block_in_place(|| world.postgres.slay(session)));
                    Ok(format!("SIGKILL of session {session:?}, {}", if slain { "slain" } else { "gone" }))
                }
                Err(why) => Err(why),
            },
            1 => ask(format!("SELECT count(pg_terminate_backend(pid)) {SESSIONS} AND pid % 2 = 0"))
                .map(|count| format!("{} sessions are ended, half of them", count.trim())),
            _ => ask(format!("SELECT count(pg_terminate_backend(pid)) {SESSIONS}"))
                .map(|count| format!("{} sessions are ended, all of them", count.trim())),
        };
        let what = answered.unwrap_or_else(|why| {
            world.complaints.push(format!("no session could be killed: {why}"));
            why
        });
        Struck { server: None, what, hold: between(dice, 0, 500) }
    }

    async fn heal(&mut self, world: &mut World) {
        // After a crash it starts again by itself; whoever asks meanwhile waits.
        world.heal_postgres();
    }
}
