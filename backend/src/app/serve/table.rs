//! The open connections, and which of them closes when there are too many.
//!
//! A new connection is always taken: a connection of the network with the most is closed. First go those that have sent no
//! request, then those that have waited for their client for longest, and last the newest one. Where no network has many, the
//! connections of all are looked at.

use super::activity::Activity;
use crate::peer::network_of;
use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// A network with no more connections is not taken to have many: a page and a few command lines.
const FEW: usize = 16;

/// Connections by their numbers, which grow.
#[derive(Debug, Default)]
struct Open {
    next: u64,
    connections: BTreeMap<u64, Entry>,
}

#[derive(Debug)]
struct Entry {
    network: IpAddr,
    activity: Arc<Activity>,
    /// Close was requested; the task has not ended yet.
    is_closing: bool,
}

/// All open connections.
#[derive(Debug)]
pub struct Table {
    most: usize,
    open: Mutex<Open>,
    emptied: Notify,
}

/// One connection's entry, which is gone when this is dropped.
#[derive(Debug)]
pub struct Seat {
    number: u64,
    table: Arc<Table>,
    /// What the connection does.
    pub activity: Arc<Activity>,
}

impl Table {
    /// For `most` connections.
    pub fn new(most: usize) -> Self {
        Self { most, open: Mutex::default(), emptied: Notify::new() }
    }

    /// Takes a connection from `peer`, and closes another one if there are too many.
    pub fn admit(self: &Arc<Self>, peer: IpAddr) -> Seat {
        let activity = Arc::new(Activity::default());
        activity.input().begin();
        let mut open = self.lock();
        if open.connections.values().filter(|entry| !entry.is_closing).count() >= self.most {
            open.close_one();
        }
        let number = open.next;
        open.next += 1;
        let entry = Entry { network: network_of(peer), activity: activity.clone(), is_closing: false };
        open.connections.insert(number, entry);
        Seat { number, table: self.clone(), activity }
    }

    /// Closes one connection: a system limit was reached.
    pub fn close_one(&self) {
        self.lock().close_one();
    }

    /// Resolves once no connection is open.
    pub async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.lock().connections.is_empty() {
                return;
            }
            emptied.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // Nothing that holds the lock leaves the map half changed.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn close_one(&mut self) {
        let open = || self.connections.iter().filter(|(_, entry)| !entry.is_closing);
        let mut counts: HashMap<IpAddr, usize> = HashMap::new();
        open().for_each(|(_, entry)| *counts.entry(entry.network).or_default() += 1);
        let Some((&largest, &count)) = counts.iter().max_by_key(|(_, count)| **count) else { return };
        let candidates = || open().filter(|(_, entry)| count <= FEW || entry.network == largest);
        let waiting = candidates().filter_map(|(number, entry)| {
            Some((entry.activity.has_requested(), entry.activity.waits_since()?, *number))
        });
        let newest = || candidates().map(|(number, _)| *number).max();
        let chosen = waiting.min().map(|(_, _, number)| number).or_else(newest);
        if let Some(entry) = chosen.and_then(|number| self.connections.get_mut(&number)) {
            entry.is_closing = true;
            entry.activity.close();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.table.lock();
        open.connections.remove(&self.number);
        if open.connections.is_empty() {
            self.table.emptied.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn is_closed(seat: &Seat) -> bool {
        seat.activity.closed().now_or_never().is_some()
    }

    fn table(most: usize) -> Arc<Table> {
        Arc::new(Table::new(most))
    }

    const LARGE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const SMALL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn closes_a_connection_of_the_largest_network() {
        let table = table(FEW + 2);
        let small = table.admit(SMALL);
        let large = [(); FEW + 1].map(|()| table.admit(LARGE));
        let last = table.admit(SMALL);
        assert!(!is_closed(&small) && !is_closed(&last));
        let closed = large.each_ref().map(is_closed);
        assert_eq!(closed.iter().filter(|closed| **closed).count(), 1);
        assert!(closed[0], "the one that waits for longest");
    }

    #[test]
    fn spares_small_networks_no_less_than_each_other() {
        let table = table(3);
        let oldest = table.admit(SMALL);
        let pair = [table.admit(LARGE), table.admit(LARGE)];
        pair.iter().for_each(|seat| seat.activity.begin_request());
        let _next = table.admit(SMALL);
        assert!(is_closed(&oldest), "it has sent no request, and two connections are not many");
    }

    #[test]
    fn closes_busy_connections_last() {
        let table = table(3);
        let busy = table.admit(LARGE);
        busy.activity.begin_request();
        let idle = table.admit(LARGE);
        let busy_too = table.admit(LARGE);
        busy_too.activity.begin_request();
        let next = table.admit(LARGE);
        assert!(is_closed(&idle) && !is_closed(&busy) && !is_closed(&busy_too));
        next.activity.begin_request();
        let _last = table.admit(LARGE);
        assert!(is_closed(&next), "the newest of those that are busy");
    }

    #[tokio::test]
    async fn emptied_resolves_after_the_last_seat_drops() {
        let table = table(2);
        let seat = table.admit(SMALL);
        assert!(table.emptied().now_or_never().is_none());
        drop(seat);
        table.emptied().await;
    }
}
