//! The open connections, and which of them closes when there are too many.
//!
//! A new connection is always taken: the network that has most connections gives one up. First go those that have asked for
//! nothing yet, then those whose client's turn it has been for longest, and last its newest one.

use super::activity::Activity;
use crate::peer::network_of;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

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
    /// It was told to close, and is gone in a moment.
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
        activity.waits_for_client();
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

    /// Closes one connection: the system is out of something.
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
        let Some((&network, _)) = counts.iter().max_by_key(|(_, count)| **count) else { return };
        let of_network = || open().filter(|(_, entry)| entry.network == network);
        let waiting = of_network().filter_map(|(number, entry)| {
            Some(((entry.activity.has_served(), entry.activity.waits_since()?, *number), *number))
        });
        let chosen = waiting
            .min()
            .map(|(_, number)| number)
            .or_else(|| of_network().map(|(number, _)| *number).min_by_key(|number| Reverse(*number)));
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

    const MANY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const FEW: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn the_network_with_most_connections_gives_one_up() {
        let table = table(4);
        let few = table.admit(FEW);
        let many = [(); 3].map(|()| table.admit(MANY));
        let last = table.admit(FEW);
        assert!(!is_closed(&few) && !is_closed(&last));
        assert_eq!(many.each_ref().map(is_closed), [true, false, false], "the one that waits for longest");
    }

    #[test]
    fn a_request_under_way_goes_last() {
        let table = table(3);
        let busy = table.admit(MANY);
        busy.activity.goes_on();
        let idle = table.admit(MANY);
        let busy_too = table.admit(MANY);
        busy_too.activity.goes_on();
        let next = table.admit(MANY);
        assert!(is_closed(&idle) && !is_closed(&busy) && !is_closed(&busy_too));
        next.activity.goes_on();
        let _last = table.admit(MANY);
        assert!(is_closed(&next), "the newest of those that are busy");
    }

    #[tokio::test]
    async fn it_is_empty_once_all_are_gone() {
        let table = table(2);
        let seat = table.admit(FEW);
        assert!(table.emptied().now_or_never().is_none());
        drop(seat);
        table.emptied().await;
    }
}
