//! Kills that were confirmed: each is sent once, and told once.

use super::{Toast, Toasts, use_background, use_toasts};
use crate::{
    api::{Api, ApiError, use_api},
    browser::OwnedTasks,
    ui::Tone,
};
use leptos::prelude::*;
use model::TaskKey;

/// Sends kills and knows which have not been answered.
#[derive(Clone, Copy, Debug)]
pub struct Kills {
    sent: RwSignal<Vec<TaskKey>>,
    api: StoredValue<Api>,
    toasts: Toasts,
    background: OwnedTasks,
}

/// Provides the sender of kills. Needs the server and the messages.
pub fn provide_kills() {
    provide_context(Kills {
        sent: RwSignal::new(Vec::new()),
        api: StoredValue::new(use_api()),
        toasts: use_toasts(),
        background: use_background(),
    });
}

/// The sender of kills.
pub fn use_kills() -> Kills {
    expect_context()
}

impl Kills {
    /// Whether a kill of this task waits for its answer. Tracked.
    pub fn is_sent(&self, key: &TaskKey) -> bool {
        self.sent.with(|sent| sent.contains(key))
    }

    /// Sends a kill, unless one waits for its answer. What it leads to is shown by the next facts, never assumed.
    pub fn kill(&self, key: TaskKey) {
        if self.sent.with_untracked(|sent| sent.contains(&key)) {
            return;
        }
        self.sent.update(|sent| sent.push(key.clone()));
        let kills = *self;
        let api = self.api.get_value();
        self.background.spawn(async move {
            let answer = api.kill(&key).await;
            kills.sent.update(|sent| sent.retain(|other| *other != key));
            kills.toasts.show(told(&key, answer.err()));
        });
    }
}

fn told(key: &TaskKey, error: Option<ApiError>) -> Toast {
    let id = &key.id;
    match error {
        None => Toast::new(Tone::Success, format!("Kill of {id} accepted")),
        Some(error) if error.is_unknown_outcome() => Toast::outcome_unknown(&format!("Kill of {id}"), &error),
        Some(error) => Toast::new(Tone::Danger, format!("{id} was not killed")).text(error.lines()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_answer_is_not_called_a_failure() {
        let key = TaskKey::new("APP", "T-1");
        for lost in [ApiError::Unreachable, ApiError::OutcomeUnknown("outcome unknown: reset".into())] {
            assert_eq!(told(&key, Some(lost)).title, "Kill of T-1: outcome unknown");
        }
        let refused = ApiError::Refused { message: "No such task".into(), words: vec![] };
        let toast = told(&key, Some(refused));
        assert_eq!((toast.title.as_str(), toast.text), ("T-1 was not killed", vec!["No such task".to_owned()]));
    }
}
