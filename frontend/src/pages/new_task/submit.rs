//! "Validate" and "Create task".

use super::composer::Composer;
use crate::{
    api::{ApiError, use_api},
    browser::owned_tasks,
    routes::{Replace, use_go, use_paths},
    state::{Toast, use_background, use_live, use_session, use_toasts},
};
use leptos::prelude::*;
use model::{TaskKey, capability::can_operate};

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
    /// Drove refuses it, in these words.
    Refused(Vec<String>),
    /// It could not be asked or sent.
    Failed(ApiError),
    /// It was sent, and nobody knows what became of it.
    Unknown(TaskKey),
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
    let (api, paths, go) = (StoredValue::new(use_api()), use_paths(), use_go());
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
    });

    let go = StoredValue::new_local(go);
    let paths = StoredValue::new(paths);
    let create = Callback::new(move |()| {
        let sent = body.get_untracked();
        let key = form.draft().with_untracked(|d| TaskKey::new(d.form().app.as_str(), d.form().id.as_str()));
        creating.set(true);
        result.set(None);
        background.spawn(async move {
            let answer = api.get_value().create(&sent).await;
            if creating.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => go.with_value(|go| go(&paths.get_value().task(&key), Replace::No)),
                Err(ApiError::Refused { message, words }) => {
                    let words = if words.is_empty() { vec![message] } else { words };
                    form.refuse(sent, words.clone());
                    result.set(Some(Verdict::Refused(words)));
                }
                // The dashboard has it on record: its page tells what becomes of it.
                Err(error @ ApiError::OutcomeUnknown(_)) => {
                    toasts.show(Toast::outcome_unknown(&format!("Creation of {}", key.id), &error));
                    go.with_value(|go| go(&paths.get_value().task(&key), Replace::No));
                }
                Err(error) if error.is_unknown_outcome() => result.set(Some(Verdict::Unknown(key))),
                Err(error) => result.set(Some(Verdict::Failed(error))),
            }
        });
    });
    let validate = Callback::new(move |()| {
        let sent = body.get_untracked();
        validating.set(true);
        result.set(None);
        tasks.spawn(async move {
            let spec = sent.get("spec").cloned().unwrap_or_default();
            let answer = api.get_value().validate(&spec).await;
            validating.set(false);
            match answer {
                Ok(()) => result.set(Some(Verdict::Valid)),
                Err(ApiError::Refused { message, words }) => {
                    let words = if words.is_empty() { vec![message] } else { words };
                    form.refuse(sent, words.clone());
                    result.set(Some(Verdict::Refused(words)));
                }
                Err(error) => result.set(Some(Verdict::Failed(error))),
            }
        });
    });
    Submission { creating, validating, result, denied, form, create, validate }
}
