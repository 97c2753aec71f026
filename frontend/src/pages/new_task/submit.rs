//! "Validate" and "Create task".

use super::{composer::Composer, kept};
use crate::{
    api::{ApiError, use_api},
    browser::owned_tasks,
    routes::{Paths, Replace, use_go, use_paths},
    state::{Freshness, Toast, use_background, use_live, use_session, use_toasts},
    ui::Tone,
};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use model::{TaskKey, capability::can_operate, dashboard::IdState};
use serde_json::Value;

/// The server records an operation before it sends it: so long after a connection came back, in milliseconds, its record tells
/// whether the request arrived.
const ARRIVED_AFTER_MS: u32 = 3_000;

/// How asking and sending go.
#[derive(Clone, Copy)]
pub struct Submission {
    /// A CREATE is on its way.
    pub creating: RwSignal<bool>,
    /// Drove is being asked.
    pub validating: RwSignal<bool>,
    /// What the last press led to, unless it led away.
    pub result: RwSignal<Option<Verdict>>,
    /// Why nothing may be created now, for reasons other than the draft's own.
    pub denied: Memo<Option<String>>,
    form: Composer,
    create: Callback<()>,
    validate: Callback<()>,
}

/// What a press led to.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Drove would accept it.
    Valid,
    /// Drove would refuse it.
    Invalid,
    /// Drove refused to create it.
    Refused,
    /// It could not be asked or sent.
    Failed(ApiError),
    /// It was sent, and nobody knows what became of it.
    Unknown(TaskKey),
    /// Its outcome was unknown, and the server has no record of it.
    NotCreated,
}

impl Submission {
    /// Creates the task, unless something is in the way: then that is shown.
    pub fn create(&self) {
        self.form.touch_all();
        let blocked = self.form.errors().with_untracked(|errors| !errors.is_empty())
            || self.denied.with_untracked(Option::is_some)
            || self.creating.get_untracked();
        if !blocked {
            self.create.run(());
        }
    }

    /// Asks Drove whether it would accept the draft.
    pub fn validate(&self) {
        self.form.touch_all();
        if !self.validating.get_untracked() {
            self.validate.run(());
        }
    }
}

/// Gives the form its buttons.
pub fn use_submission(form: Composer) -> Submission {
    let (api, paths, go) = (StoredValue::new(use_api()), StoredValue::new(use_paths()), use_go());
    let (session, cluster, toasts) = (use_session().info(), use_live().cluster(), use_toasts());
    let denied = Memo::new(move |_| {
        let session = session.get()?;
        let status = cluster.get()?;
        can_operate(&session, &status).err().map(|denied| denied.to_string())
    });
    let (tasks, background) = (owned_tasks(), use_background());
    let creating = RwSignal::new(false);
    let validating = RwSignal::new(false);
    let result = RwSignal::new(None::<Verdict>);
    // What was said about a draft says nothing about another.
    let body = form.pick(|draft| draft.body());
    Effect::new(move |_| {
        body.track();
        result.set(None);
        form.forget_refusal();
    });

    let go = StoredValue::new_local(go);
    let create = Callback::new(move |()| {
        let sent = body.get_untracked();
        let key = form.draft().with_untracked(|d| TaskKey::new(d.form().app.as_str(), d.form().id.as_str()));
        creating.set(true);
        result.set(None);
        form.forget_refusal();
        let (api, paths) = (api.get_value(), paths.get_value());
        background.spawn(async move {
            let answer = api.create(&sent).await;
            if matches!(answer, Ok(_) | Err(ApiError::OutcomeUnknown(_))) {
                kept::settle(paths.base(), &sent);
            }
            // The view may be gone, or the draft another one.
            let is_gone = creating.try_set(false).is_some();
            let is_same = !is_gone && body.with_untracked(|body| *body == sent);
            let leave = || {
                go.try_with_value(|go| go(&paths.task(&key), Replace::No));
            };
            match answer {
                Ok(_) if !is_gone => leave(),
                // The dashboard has it on record: its page shows what becomes of it.
                Err(error @ ApiError::OutcomeUnknown(_)) if !is_gone => {
                    toasts.show(Toast::outcome_unknown(&format!("Creation of {}", key.id), &error));
                    leave();
                }
                Err(error) if is_same => result.set(Some(not_created(form, sent, error, key))),
                answer => toasts.show(report(&key, answer.err().as_ref(), &paths)),
            }
        });
    });
    let validate = Callback::new(move |()| {
        let sent = body.get_untracked();
        validating.set(true);
        result.set(None);
        form.forget_refusal();
        tasks.spawn(async move {
            let spec = sent.get("spec").cloned().unwrap_or_default();
            let answer = api.get_value().validate(&spec).await;
            validating.set(false);
            if body.with_untracked(|body| *body != sent) {
                return;
            }
            result.set(Some(match answer {
                Ok(()) => Verdict::Valid,
                Err(error @ ApiError::Refused { .. }) => {
                    form.refuse(sent, error.lines());
                    Verdict::Invalid
                }
                Err(error) => Verdict::Failed(error),
            }));
        });
    });
    let freshness = use_live().freshness();
    Effect::new(move |_| {
        let Some(Verdict::Unknown(key)) = result.get() else { return };
        // A ledger that is not written has no record of anything new.
        let is_recording =
            cluster.with(|cluster| cluster.as_ref().is_some_and(|status| status.not_recording.is_none()));
        if freshness.get() != Freshness::Live || !is_recording {
            return;
        }
        tasks.spawn(async move {
            TimeoutFuture::new(ARRIVED_AFTER_MS).await;
            // A task that does not exist is no error to the browser's console here.
            let found = api.get_value().id_state(&key).await;
            if !result.with_untracked(|result| matches!(result, Some(Verdict::Unknown(unknown)) if *unknown == key)) {
                return;
            }
            match found {
                Ok(IdState::Free) => result.set(Some(Verdict::NotCreated)),
                Ok(IdState::Live | IdState::Kept { .. }) => {
                    go.with_value(|go| go(&paths.with_value(|paths| paths.task(&key)), Replace::No));
                }
                // The next connection asks again.
                Err(_) => {}
            }
        });
    });
    Submission { creating, validating, result, denied, form, create, validate }
}

/// What the form shows of a creation that did not succeed.
fn not_created(form: Composer, sent: Value, error: ApiError, key: TaskKey) -> Verdict {
    if matches!(error, ApiError::Refused { .. }) {
        form.refuse(sent, error.lines());
        return Verdict::Refused;
    }
    if error.is_unknown_outcome() { Verdict::Unknown(key) } else { Verdict::Failed(error) }
}

/// What became of a creation, for a user who has left the form or gone on editing.
fn report(key: &TaskKey, error: Option<&ApiError>, paths: &Paths) -> Toast {
    let task = || (format!("Open {}", key.id), paths.task(key));
    let (toast, (label, address)) = match error {
        None => (Toast::new(Tone::Success, format!("{} created", key.id)), task()),
        Some(error) if error.is_unknown_outcome() => {
            (Toast::outcome_unknown(&format!("Creation of {}", key.id), error), task())
        }
        Some(error) => (
            Toast::new(Tone::Danger, format!("{} was not created", key.id)).text(error.lines()),
            ("Open the form".to_owned(), paths.new_task()),
        ),
    };
    toast.link(label, address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_answer_is_reported_with_a_link() {
        let (key, paths) = (TaskKey::new("SHOP", "nightly-1"), Paths::around("", "/"));
        let refusal =
            ApiError::Refused { message: "Command validation failure".into(), words: vec!["Cluster is full".into()] };
        for (error, title, link) in [
            (None, "nightly-1 created", "/tasks/SHOP/nightly-1"),
            (Some(ApiError::Unreachable), "Creation of nightly-1: outcome unknown", "/tasks/SHOP/nightly-1"),
            (Some(refusal), "nightly-1 was not created", "/new"),
            (Some(ApiError::SignedOut), "nightly-1 was not created", "/new"),
        ] {
            let toast = report(&key, error.as_ref(), &paths);
            assert_eq!(
                (toast.title.as_str(), toast.link.as_ref().map(|(_, address)| address.as_str())),
                (title, Some(link))
            );
        }
    }
}
