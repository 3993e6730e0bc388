//! The digest at its time of day.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Trouble, Worker, interruptible, opened, setting};
use crate::daemon::clock;
use crate::daemon::engine::bench::Bench;
use crate::daemon::engine::job::Outcome;
use crate::daemon::filing::Run;
use crate::logic::digest::Daily;
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::UnixTime;
use crate::logic::plan::Mode;

/// A digest over which the connection broke so often is given up until the next day: it is not worth the filing.
const TRIES: u8 = 3;

/// When the next one is due.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Alarm {
    /// `None`: not known yet, or never.
    next: Option<UnixTime>,
    tries: u8,
}

impl Worker {
    fn daily(&self) -> Option<Daily> {
        let account = &self.config.accounts[self.account];
        account.digest.filter(|_| account.mode == Mode::File)
    }

    /// How long it is until the next digest.
    pub(super) fn until_digest(&self) -> Option<Duration> {
        let next = self.alarm.next.filter(|_| self.daily().is_some())?;
        Some(Duration::from_secs(u64::try_from(next.0 - clock::now().0).unwrap_or(0)))
    }

    /// Puts the digest into INBOX when its time has come: also, once, when it came while nobody was there to do it.
    pub(super) async fn digest_when_due(&mut self, bench: &mut Bench) -> Result<(), Trouble> {
        let Some(daily) = self.daily() else { return Ok(()) };
        let (now, zone) = (clock::now(), TimeZone::system());
        if self.alarm.next.is_some_and(|next| now < next) {
            return Ok(());
        }
        let looked_at = self.digest_looked_at(now).await?;
        if looked_at < daily.last(now, &zone) {
            self.send_digest(bench, now).await?;
        }
        self.alarm = Alarm { next: Some(daily.next(now, &zone)), tries: 0 };
        Ok(())
    }

    /// When there was one, or a reason for none. The first time that a digest is asked for is such a reason.
    async fn digest_looked_at(&mut self, now: UnixTime) -> Result<UnixTime, Fault> {
        let config = self.config.clone();
        let desk = opened(&mut self.desk, &config, &setting(&config, self.account, &self.ear))?;
        let learner = desk.learner().await?;
        match learner.store.digest_mark(learner.account)? {
            Some(mark) => Ok(mark.looked_at),
            None => {
                learner.store.mark_digest(learner.account, now, false)?;
                Ok(now)
            }
        }
    }

    async fn send_digest(&mut self, bench: &mut Bench, now: UnixTime) -> Result<(), Trouble> {
        self.alarm.tries += 1;
        let sent = match self.alarm.tries {
            1..=TRIES => self.digest(bench, None, &mut Run::new("digest", None)).await,
            _ => Ok(Outcome::Moved(0)),
        };
        let fault = match sent {
            Ok(_) => return self.looked_for_digest(now).await,
            Err(Trouble::Fault(fault)) if fault.kind == FaultKind::Refused && !bench.session.is_broken() => fault,
            Err(trouble) => return Err(trouble),
        };
        tracing::warn!(account = self.config.accounts[self.account].name, cause = %fault, "there is no digest today");
        self.looked_for_digest(now).await
    }

    async fn looked_for_digest(&mut self, now: UnixTime) -> Result<(), Trouble> {
        let config = self.config.clone();
        let desk = opened(&mut self.desk, &config, &setting(&config, self.account, &self.ear))?;
        let learner = desk.learner().await?;
        Ok(learner.store.mark_digest(learner.account, now, false)?)
    }

    /// Puts one into INBOX now; how many it was.
    pub(super) async fn digest(
        &mut self,
        bench: &mut Bench,
        since: Option<UnixTime>,
        run: &mut Run,
    ) -> Result<Outcome, Trouble> {
        let (config, ear) = (self.config.clone(), self.ear.clone());
        let setting = setting(&config, self.account, &ear);
        let desk = opened(&mut self.desk, &config, &setting)?;
        let before = desk.learner().await?.store.changes();
        let result = interruptible(&self.control, bench.digest(&config, &setting, desk, (since, run))).await;
        self.after(before).await;
        result.map(|sent| Outcome::Moved(usize::from(sent)))
    }
}
