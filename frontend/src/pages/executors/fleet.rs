use crate::{
    api::{ExecutorsFrame, LiveView},
    format::Machine,
    state::{ExecutorNames, KeyedRows, set_if_changed, subscribe, use_executor_names},
};
use leptos::prelude::*;
use model::{ExecutorId, dashboard::ExecutorLive};

/// All executors as last seen, followed live. Cheap to copy; it lives as long as its page.
#[derive(Clone, Copy)]
pub(in crate::pages) struct Fleet {
    pub(in crate::pages) rows: KeyedRows<ExecutorId, ExecutorLive>,
    loaded: RwSignal<bool>,
    names: ExecutorNames,
}

impl Fleet {
    /// Follows all executors.
    pub(in crate::pages) fn following() -> Self {
        let fleet = Self { rows: KeyedRows::default(), loaded: RwSignal::new(false), names: use_executor_names() };
        subscribe(Signal::stored(LiveView::Executors), move |frame| fleet.take(frame));
        fleet
    }

    /// Whether they were heard of. Tracked.
    pub(in crate::pages) fn is_loaded(&self) -> bool {
        self.loaded.get()
    }

    /// Reads all of them. Tracked, each one.
    pub(super) fn fold<T>(&self, begin: T, mut add: impl FnMut(&mut T, &ExecutorLive)) -> T {
        let mut sum = begin;
        for id in self.rows.order().get() {
            if let Some(row) = self.rows.get(&id) {
                add(&mut sum, &row.read());
            }
        }
        sum
    }

    fn take(&self, frame: ExecutorsFrame) {
        match frame {
            ExecutorsFrame::All(mut all) => {
                let machines = all.iter().map(|one| &one.summary).map(|one| Machine {
                    id: one.executor_id.as_str(),
                    host: &one.hostname,
                    port: one.port,
                });
                self.names.take(&machines.collect::<Vec<_>>());
                all.sort_by(|a, b| place(a).cmp(&place(b)));
                self.rows.replace(all.into_iter().map(|one| (one.summary.executor_id.clone(), one)).collect());
                set_if_changed(&self.loaded, true);
            }
            ExecutorsFrame::Changed(changed) => self.update(changed),
        }
    }

    fn update(&self, changed: Vec<ExecutorLive>) {
        let mut order = self.rows.order().get_untracked();
        for one in changed {
            let id = one.summary.executor_id.clone();
            if !order.contains(&id) {
                order.push(id.clone());
            }
            self.rows.put(id, one);
        }
        self.rows.set_order(order);
    }
}

/// By host, then port: the order in which people count their machines.
fn place(one: &ExecutorLive) -> (&str, u16) {
    (&one.summary.hostname, one.summary.port)
}
