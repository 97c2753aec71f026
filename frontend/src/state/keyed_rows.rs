//! Rows of a list, each a signal of its own: what did not change notifies nobody, a changed row notifies itself, and the
//! list is notified only when rows come, go or move.

use leptos::prelude::*;

/// What a row is found by.
pub trait RowKey: Eq + Clone + Send + Sync + 'static {}

impl<K: Eq + Clone + Send + Sync + 'static> RowKey for K {}

/// What a row holds.
pub trait RowValue: PartialEq + Send + Sync + 'static {}

impl<T: PartialEq + Send + Sync + 'static> RowValue for T {}

/// Rows by key, in the order shown.
#[derive(Debug)]
pub struct KeyedRows<K: RowKey, T: RowValue> {
    order: RwSignal<Vec<K>>,
    // A page has too few rows for a map to pay for its code.
    rows: StoredValue<Vec<(K, ArcRwSignal<T>)>>,
}

impl<K: RowKey, T: RowValue> Clone for KeyedRows<K, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: RowKey, T: RowValue> Copy for KeyedRows<K, T> {}

impl<K: RowKey, T: RowValue> Default for KeyedRows<K, T> {
    fn default() -> Self {
        Self { order: RwSignal::new(Vec::new()), rows: StoredValue::new(Vec::new()) }
    }
}

impl<K: RowKey, T: RowValue> KeyedRows<K, T> {
    /// Keys in the order shown.
    pub fn order(&self) -> ReadSignal<Vec<K>> {
        self.order.read_only()
    }

    /// The row of a key that is shown.
    pub fn get(&self, key: &K) -> Option<ArcRwSignal<T>> {
        self.rows.with_value(|rows| rows.iter().find(|(known, _)| known == key).map(|(_, row)| row.clone()))
    }

    /// Adds a row, or takes over what changed in it. It is shown once the order names it.
    pub fn put(&self, key: K, row: T) {
        match self.get(&key) {
            Some(known) => set_if_changed(&known, row),
            None => self.rows.update_value(|rows| rows.push((key, ArcRwSignal::new(row)))),
        }
    }

    /// Sets which rows are shown, in which order; the others are forgotten.
    pub fn set_order(&self, order: Vec<K>) {
        self.rows.update_value(|rows| rows.retain(|(key, _)| order.contains(key)));
        set_if_changed(&self.order, order);
    }

    /// Takes over a whole list.
    pub fn replace(&self, list: Vec<(K, T)>) {
        let order = list.iter().map(|(key, _)| key.clone()).collect();
        for (key, row) in list {
            self.put(key, row);
        }
        self.set_order(order);
    }
}

/// Sets a signal, and notifies nobody if it holds that value already.
pub fn set_if_changed<S, T: PartialEq + 'static>(signal: &S, value: T)
where
    S: WithUntracked<Value = T> + Set<Value = T>,
{
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}
