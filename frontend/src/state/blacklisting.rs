//! Executors being blacklisted or taken off the blacklist: Drove answers after 8 to 12 s, so it shows that it goes on,
//! wherever the reader is meanwhile.

use super::{Clock, Toast, Toasts, use_background, use_clock, use_toasts};
use crate::{
    api::{Api, ApiError, use_api},
    browser::OwnedTasks,
    ui::Tone,
};
use leptos::prelude::*;
use model::{ExecutorId, Timestamp};

/// What was sent and not answered.
#[derive(Clone, Copy, Debug)]
pub struct Blacklisting {
    sent: RwSignal<Vec<(ExecutorId, Timestamp)>>,
    api: StoredValue<Api>,
    clock: Clock,
    toasts: Toasts,
    background: OwnedTasks,
}

/// Provides it. Needs the server, the clock and the messages.
pub fn provide_blacklisting() {
    provide_context(Blacklisting {
        sent: RwSignal::new(Vec::new()),
        api: StoredValue::new(use_api()),
        clock: use_clock(),
        toasts: use_toasts(),
        background: use_background(),
    });
}

/// What is being blacklisted.
pub fn use_blacklisting() -> Blacklisting {
    expect_context()
}

impl Blacklisting {
    /// Since when a change of this executor waits for its answer, if one does. Tracked.
    pub fn since(&self, id: &ExecutorId) -> Option<Timestamp> {
        self.sent.with(|sent| sent.iter().find(|(other, _)| other == id).map(|(_, since)| *since))
    }

    /// Whether any change waits: Drove takes one at a time. Tracked.
    pub fn is_busy(&self) -> bool {
        self.sent.with(|sent| !sent.is_empty())
    }

    /// Blacklists an executor, which people know as `name`.
    pub fn blacklist(&self, id: ExecutorId, name: String) {
        let this = *self;
        let api = self.api.get_value();
        self.begin(&id);
        self.background.spawn(async move {
            let answer = api.blacklist(&id).await;
            this.end(&id, answer.map(|done| done.message), &format!("{name} blacklisted"), &name);
        });
    }

    /// Takes an executor off the blacklist.
    pub fn unblacklist(&self, id: ExecutorId, name: String) {
        let this = *self;
        let api = self.api.get_value();
        self.begin(&id);
        self.background.spawn(async move {
            let answer = api.unblacklist(&id).await;
            this.end(&id, answer.map(|done| done.message), &format!("{name} takes tasks again"), &name);
        });
    }

    fn begin(&self, id: &ExecutorId) {
        let now = self.clock.exact();
        self.sent.update(|sent| sent.push((id.clone(), now)));
    }

    fn end(&self, id: &ExecutorId, answer: Result<String, ApiError>, good_news: &str, name: &str) {
        self.sent.update(|sent| sent.retain(|(other, _)| other != id));
        self.toasts.show(match answer {
            Ok(words) => Toast::new(Tone::Success, good_news).text(vec![words]),
            Err(error) if error.is_unknown_outcome() => Toast::new(Tone::Warning, format!("{name}: outcome unknown"))
                .text(vec![
                    error.to_string(),
                    "Nothing is sent again. The executor is shown as the cluster reports it.".into(),
                ]),
            Err(error) => Toast::new(Tone::Danger, format!("{name} was not changed")).text(error.lines()),
        });
    }
}
