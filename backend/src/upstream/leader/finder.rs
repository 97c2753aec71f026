//! Who leads: asked of all controllers while nobody is known to, believed until something speaks against it.

mod seen;

use super::probe::{self, Standing};
use crate::{
    clock,
    upstream::{Change, connections::Connections, endpoint::Endpoint},
};
use futures_util::{StreamExt, future::join_all, stream::FuturesUnordered};
use http::HeaderValue;
use model::dashboard::ControllerStatus;
use seen::Seen;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, broadcast, watch},
    time::{Instant, MissedTickBehavior, interval, interval_at, sleep, timeout_at},
};
use tracing::Instrument;

/// All controllers are asked so often while none is known to lead.
const SEARCH_EVERY: Duration = Duration::from_millis(500);
/// Longest wait for an answer to such a question; the next one to that controller comes after it.
const SEARCH_PATIENCE: Duration = Duration::from_secs(2);
/// A leader in doubt has so long to answer.
const DOUBT_PATIENCE: Duration = Duration::from_millis(1500);
/// Doubts are looked into at most so often.
const DOUBTS_EVERY: Duration = Duration::from_millis(500);
/// The other controllers are asked how they are so often while one leads.
const HEALTH_EVERY: Duration = Duration::from_secs(10);
/// A request waits for a leader until so long after the last one was lost: a clean change takes less.
const WAIT_FOR_LEADER: Duration = Duration::from_secs(1);
/// A controller that said it does not lead, and does not tell us otherwise, is passed over for so long.
const PASSED_OVER: Duration = Duration::from_secs(2);
/// Hints that a listener may be behind.
const HINTS: usize = 1024;

/// Knows the leader. Clones share what is known.
#[derive(Clone)]
pub struct Finder {
    shared: Arc<Shared>,
}

/// A controller that leads, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leader {
    /// Which of the configured ones.
    pub index: usize,
    /// Tells apart how often one was found: what speaks against an earlier leader does not touch a later one.
    pub term: u64,
}

struct Shared {
    connections: Connections,
    credential: Option<HeaderValue>,
    leader: watch::Sender<Option<Leader>>,
    /// When the last leader was lost; the beginning counts as such a moment.
    lost: Mutex<Instant>,
    seen: watch::Sender<Vec<Seen>>,
    doubt: Notify,
    /// Ticks when a doubt was unfounded.
    confirmed: watch::Sender<()>,
    hints: broadcast::Sender<Vec<Change>>,
    /// Who led last, and how often it was another one than before.
    led: Mutex<(Option<usize>, u64)>,
}

impl Finder {
    /// Begins to search; `credential` is that of the watcher. Goes on until the last clone is dropped.
    pub fn start(connections: Connections, credential: Option<HeaderValue>) -> Self {
        let shared = Arc::new(Shared {
            seen: watch::Sender::new(vec![Seen::default(); connections.controllers().len()]),
            connections,
            credential,
            leader: watch::Sender::new(None),
            lost: Mutex::new(Instant::now()),
            doubt: Notify::new(),
            confirmed: watch::Sender::new(()),
            hints: broadcast::Sender::new(HINTS),
            led: Mutex::default(),
        });
        // Weak: the worker must not keep alive what it works for.
        let weak = Arc::downgrade(&shared);
        let work = async move {
            let mut term = 0;
            while let Some(shared) = weak.upgrade() {
                term += 1;
                shared.search(term).await;
                shared.keep().await;
            }
        };
        tokio::spawn(work.in_current_span());
        Self { shared }
    }

    /// How often another controller became the leader; finding the same one again is none.
    pub fn changes(&self) -> u64 {
        self.shared.led.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// The controllers, as configured.
    pub fn controllers(&self) -> &[Endpoint] {
        self.shared.connections.controllers()
    }

    /// The leader; if it was lost a moment ago, the next one, should there be one in time.
    pub async fn leader(&self) -> Option<Leader> {
        if let Some(leader) = *self.shared.leader.borrow() {
            return Some(leader);
        }
        let deadline = *self.shared.lost.lock().unwrap_or_else(PoisonError::into_inner) + WAIT_FOR_LEADER;
        if deadline <= Instant::now() {
            return None;
        }
        let mut leader = self.shared.leader.subscribe();
        let found = timeout_at(deadline, leader.wait_for(Option::is_some)).await;
        found.ok().and_then(Result::ok).and_then(|leader| *leader)
    }

    /// Whether `leader` still leads, as far as is known.
    pub fn is_leader(&self, leader: Leader) -> bool {
        *self.shared.leader.borrow() == Some(leader)
    }

    /// Returns once `leader` is not the leader any more, or was found anew.
    async fn deposed(&self, leader: Leader) {
        let mut current = self.shared.leader.subscribe();
        // The sender lives as long as this does.
        drop(current.wait_for(|current| *current != Some(leader)).await);
    }

    /// Returns once this controller does not lead any more.
    pub async fn left(&self, Leader { index, .. }: Leader) {
        let mut current = self.shared.leader.subscribe();
        drop(current.wait_for(|current| current.is_none_or(|current| current.index != index)).await);
    }

    /// Returns once this controller leads, whether it was found before or anew.
    pub async fn leads_again(&self, Leader { index, .. }: Leader) {
        let mut current = self.shared.leader.subscribe();
        drop(current.wait_for(|current| current.is_some_and(|current| current.index == index)).await);
    }

    /// This leader does not lead any more: it refused the connection, or said so.
    pub fn lost(&self, leader: Leader, why: Standing) {
        self.shared.lost(leader, why);
    }

    /// This leader may not lead any more: an answer is late, or was lost.
    pub fn doubt(&self, leader: Leader) {
        if *self.shared.leader.borrow() == Some(leader) {
            self.shared.doubt.notify_one();
        }
    }

    /// As [`Self::doubt`]; returns once it is known whether this leader still leads.
    pub async fn settle_doubt(&self, leader: Leader) {
        let mut confirmed = self.shared.confirmed.subscribe();
        self.doubt(leader);
        tokio::select! {
            // The senders live as long as this does.
            _ = confirmed.changed() => {}
            () = self.deposed(leader) => {}
        }
    }

    /// The leader at this moment, as a hint.
    pub fn found(&self) -> Option<Change> {
        self.shared.leader.borrow().map(|leader| self.shared.leads(leader))
    }

    /// The hints, of the finder's own making and of others.
    pub fn hints(&self) -> &broadcast::Sender<Vec<Change>> {
        &self.shared.hints
    }

    /// How the controllers are.
    pub fn health(&self) -> Vec<ControllerStatus> {
        let leader = *self.shared.leader.borrow();
        let seen = self.shared.seen.borrow().clone();
        let controllers = self.shared.connections.controllers().iter().zip(seen).enumerate();
        let leads = |index| leader.is_some_and(|leader| leader.index == index);
        controllers.map(|(index, (controller, seen))| seen.status(controller, leads(index))).collect()
    }
}

impl Shared {
    /// Asks all controllers again and again until one leads. One that does not answer holds up no other.
    async fn search(&self, term: u64) {
        let mut said: Vec<Option<Standing>> = vec![None; self.connections.controllers().len()];
        let mut waiting = vec![false; self.connections.controllers().len()];
        let mut asked = FuturesUnordered::new();
        let mut round = interval(SEARCH_EVERY);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = round.tick() => {
                    for (index, is_waiting) in waiting.iter_mut().enumerate() {
                        if !std::mem::replace(is_waiting, true) {
                            asked.push(async move { (index, self.ask(index, SEARCH_PATIENCE).await) });
                        }
                    }
                }
                Some((index, standing)) = asked.next() => {
                    waiting[index] = false;
                    said[index] = Some(standing);
                    if let Some(index) = self.choice(&said) {
                        self.found(Leader { index, term });
                        return;
                    }
                }
            }
        }
    }

    /// The leader; or, when no controller tells us, one of those that might.
    fn choice(&self, said: &[Option<Standing>]) -> Option<usize> {
        if let Some(index) = said.iter().position(|standing| *standing == Some(Standing::Leads)) {
            return Some(index);
        }
        if said.iter().any(Option::is_none) {
            return None;
        }
        let (seen, now) = (self.seen.borrow(), Instant::now());
        let may_lead = |index: &usize| {
            said[*index] == Some(Standing::Locked) && seen[*index].passed_over_until.is_none_or(|until| until < now)
        };
        (0..said.len()).find(may_lead)
    }

    fn found(&self, leader: Leader) {
        let controller = &self.connections.controllers()[leader.index];
        tracing::info!(%controller, "the leader was found");
        let mut led = self.led.lock().unwrap_or_else(PoisonError::into_inner);
        let before = led.0.replace(leader.index);
        led.1 += u64::from(before.is_some_and(|before| before != leader.index));
        drop(led);
        self.leader.send_replace(Some(leader));
        self.hint(self.leads(leader));
    }

    fn leads(&self, leader: Leader) -> Change {
        Change::Leader(Some(self.connections.controllers()[leader.index].authority().to_owned()))
    }

    /// Looks into doubts, and after the other controllers, until the leader is lost.
    async fn keep(&self) {
        let mut current = self.leader.subscribe();
        let Some(leader) = *current.borrow_and_update() else { return };
        tokio::select! {
            // The sender lives as long as this does.
            _ = current.wait_for(|current| *current != Some(leader)) => {}
            () = self.tend(leader) => {}
        }
    }

    /// Until the leader is lost. A controller that does not answer holds up no doubt.
    async fn tend(&self, leader: Leader) {
        tokio::select! {
            () = self.look_into_doubts(leader) => {}
            () = self.look_after_others(leader) => {}
        }
    }

    async fn look_into_doubts(&self, leader: Leader) {
        loop {
            self.doubt.notified().await;
            match self.ask(leader.index, DOUBT_PATIENCE).await {
                Standing::Leads | Standing::Locked => {
                    self.confirmed.send_replace(());
                    sleep(DOUBTS_EVERY).await;
                }
                against @ (Standing::Waits | Standing::Ill(_)) => return self.lost(leader, against),
            }
        }
    }

    /// Never returns.
    async fn look_after_others(&self, leader: Leader) {
        // Those that search did not wait for are asked soon.
        let mut health = interval_at(Instant::now() + SEARCH_EVERY, HEALTH_EVERY);
        health.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            health.tick().await;
            let others = (0..self.connections.controllers().len()).filter(|index| *index != leader.index);
            let said = join_all(others.map(|index| self.ask(index, SEARCH_PATIENCE))).await;
            if said.contains(&Standing::Leads) {
                // Two cannot lead: the one that was followed may have been cut off.
                self.doubt.notify_one();
            }
        }
    }

    async fn ask(&self, index: usize, patience: Duration) -> Standing {
        let standing = probe::ask(&self.connections, index, self.credential.as_ref(), patience).await;
        self.saw(index, &standing);
        standing
    }

    fn saw(&self, index: usize, standing: &Standing) {
        self.seen.send_modify(|seen| {
            // Said once for each reason: before anybody can sign in, there is no other place to read it.
            if seen[index].standing.as_ref() != Some(standing) {
                seen::log(&self.connections.controllers()[index], standing);
            }
            seen[index].standing = Some(standing.clone());
            seen[index].at = Some(clock::wall());
        });
    }

    fn lost(&self, leader: Leader, why: Standing) {
        let was_leader = self.leader.send_if_modified(|current| {
            let is_current = *current == Some(leader);
            if is_current {
                *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
                *current = None;
            }
            is_current
        });
        if !was_leader {
            return;
        }
        tracing::warn!(controller = %self.connections.controllers()[leader.index], ?why, "the leader was lost");
        self.seen.send_modify(|seen| {
            let seen = &mut seen[leader.index];
            if seen.standing == Some(Standing::Locked) && why == Standing::Waits {
                seen.passed_over_until = Some(Instant::now() + PASSED_OVER);
            } else {
                seen.standing = Some(why);
                seen.at = Some(clock::wall());
            }
        });
        self.hint(Change::Leader(None));
    }

    fn hint(&self, change: Change) {
        // Nobody may be listening yet.
        let _ = self.hints.send(vec![change]);
    }
}
