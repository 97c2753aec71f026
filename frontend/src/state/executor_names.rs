//! One short name for each executor, the same on every page: it follows from the executors that the cluster lists now.

use super::use_background;
use crate::{
    api::{Api, ListedExecutor, use_api},
    browser::{OwnedTasks, monotonic_ms},
    format::{Machine, ShortNames},
};
use leptos::prelude::*;

/// An executor that the list lacks makes the page read the list again, but not more often than this.
const PAUSE_MS: f64 = 30_000.0;

/// The names. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct ExecutorNames {
    listed: RwSignal<ShortNames>,
    read_ms: StoredValue<Option<f64>>,
    api: StoredValue<Api>,
    background: OwnedTasks,
}

/// Provides the names. Needs the server and the background.
pub fn provide_executor_names() {
    provide_context(ExecutorNames {
        listed: RwSignal::new(ShortNames::default()),
        read_ms: StoredValue::new(None),
        api: StoredValue::new(use_api()),
        background: use_background(),
    });
}

/// The names.
pub fn use_executor_names() -> ExecutorNames {
    expect_context()
}

impl ExecutorNames {
    /// Name of the executor `id` on `host`, which may have left the cluster. Tracked.
    pub fn of(&self, id: &str, host: &str) -> String {
        if self.listed.with_untracked(|listed| listed.get(id).is_none()) {
            self.read_again();
        }
        self.listed.with(|listed| listed.of(id, host))
    }

    /// Takes over a list of all executors.
    pub fn take(&self, executors: &[Machine<'_>]) {
        let names = ShortNames::among(executors);
        if self.listed.with_untracked(|listed| *listed != names) {
            self.listed.set(names);
        }
    }

    fn read_again(&self) {
        let now = monotonic_ms();
        if self.read_ms.get_value().is_some_and(|last| now - last < PAUSE_MS) {
            return;
        }
        self.read_ms.set_value(Some(now));
        let (names, api) = (*self, self.api.get_value());
        self.background.spawn(async move {
            // Without an answer hosts and IDs name the executors.
            if let Ok(list) = api.executors().await {
                names.take(&list.iter().map(machine).collect::<Vec<_>>());
            }
        });
    }
}

fn machine(one: &ListedExecutor) -> Machine<'_> {
    Machine { id: &one.executor_id, host: &one.hostname, port: one.port }
}
