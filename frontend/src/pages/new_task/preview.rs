//! Asks the server, while the user types, what would become of the draft.

use super::{composer::Composer, findings::Finding, place::Place};
use crate::{
    api::{ApiError, use_api},
    browser::{owned_tasks, owned_timer},
    state::use_clock,
};
use leptos::prelude::*;
use model::{
    TaskKey,
    dashboard::{IdState, PlacementPreview},
};

/// Typing rests for so long before the server is asked.
const REST_MS: u32 = 300;
/// What is shown is asked again after so many seconds: the cluster changes while a form stands open.
const AGAIN_SECONDS: i64 = 10;

/// What the server says about the draft as it is.
#[derive(Clone, Copy)]
pub struct Preview {
    /// The last answer.
    pub answer: RwSignal<Option<PlacementPreview>>,
    /// Why there is no newer one.
    pub error: RwSignal<Option<ApiError>>,
}

/// Follows the draft.
pub fn use_preview(form: Composer) -> Preview {
    let api = use_api();
    let clock = use_clock();
    let preview = Preview { answer: RwSignal::new(None), error: RwSignal::new(None) };
    let document = form.pick(|draft| draft.document().clone());
    let turn = Memo::new(move |_| clock.now().millis() / (AGAIN_SECONDS * 1_000));
    let (timer, tasks) = (owned_timer(), owned_tasks());
    let asked = StoredValue::new(0u32);
    Effect::new(move |_| {
        let document = document.get();
        turn.track();
        let api = api.clone();
        let ask = move || {
            let number = asked.get_value() + 1;
            asked.set_value(number);
            tasks.spawn(async move {
                let answer = api.preview(&document).await;
                // Answers may overtake each other.
                if asked.get_value() != number {
                    return;
                }
                match answer {
                    Ok(answer) => {
                        preview.answer.set(Some(answer));
                        preview.error.set(None);
                    }
                    Err(error) => preview.error.set(Some(error)),
                }
            });
        };
        timer.start(REST_MS, ask);
    });
    preview
}

/// Keeps the form told whether the ID is taken, and offers the next one.
pub fn watch_id(form: Composer) {
    let api = use_api();
    let key = form.pick(|draft| TaskKey::new(draft.form().app.as_str(), draft.form().id.as_str()));
    let (timer, tasks) = (owned_timer(), owned_tasks());
    Effect::new(move |_| {
        let asked = key.get();
        form.set_taken(None);
        if asked.app.as_str().is_empty() || asked.id.as_str().is_empty() {
            timer.stop();
            return;
        }
        let api = api.clone();
        let ask = move || {
            tasks.spawn(async move {
                let Ok(state) = api.id_state(&asked).await else { return };
                if key.with_untracked(|key| *key == asked) {
                    form.set_taken(taken(&asked, state));
                }
            });
        };
        timer.start(REST_MS, ask);
    });
}

/// What to say about an ID that Drove would refuse, from what the ledger knows of it.
fn taken(key: &TaskKey, state: IdState) -> Option<Finding> {
    let why = match state {
        IdState::Free => return None,
        IdState::Live => "exists and has not ended.",
        IdState::Kept { .. } => "has ended, and Drove keeps its record: the ID is not free yet.",
    };
    let next = super::next_id::next_id(key.id.as_str());
    Some(Finding { place: Place::Id, text: format!("{key} {why}"), instead: Some(next) })
}
