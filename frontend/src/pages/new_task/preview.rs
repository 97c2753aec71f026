//! Asks the server, while the user types, what would become of the draft.

use super::{composer::Composer, field::FieldId, findings::Finding};
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

impl Preview {
    /// Whether Drove would accept the draft and then drop it, because no executor fits. Tracked.
    pub fn would_drop(&self) -> bool {
        self.answer.with(|answer| answer.as_ref().is_some_and(would_drop))
    }
}

fn would_drop(answer: &PlacementPreview) -> bool {
    let fits_nowhere = answer.matrix.as_ref().is_some_and(|matrix| matrix.fits == 0 && !matrix.rows.is_empty());
    fits_nowhere && answer.refusals.is_empty() && answer.unreadable.is_none()
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
    Some(Finding { instead: Some(next), ..Finding::new(FieldId::Id, format!("{key} {why}")) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::pages::new_task::draft::Draft;
    use model::{
        ExecutorState, TaskSpec, Timestamp,
        fit::{ClusterView, ExecutorView, evaluate},
    };

    #[test]
    fn what_drove_refuses_is_never_said_to_be_accepted_and_dropped() {
        let full = ExecutorView {
            executor_id: "e-1".into(),
            hostname: "one".into(),
            port: 3000,
            state: ExecutorState::Active,
            tags: Default::default(),
            numa: Default::default(),
            active_by_app: Default::default(),
            reported: None,
            unread: false,
        };
        let view = ClusterView { now: Timestamp(0), executors: vec![full] };
        let matrix = evaluate(&TaskSpec::from_json(Draft::example().document()).unwrap(), &view);
        let answer = |refusals: &[&str]| PlacementPreview {
            unreadable: None,
            refusals: refusals.iter().map(|words| (*words).to_owned()).collect(),
            hints: Vec::new(),
            matrix: Some(matrix.clone()),
            now: Timestamp(0),
        };
        assert!(would_drop(&answer(&[])));
        assert!(!would_drop(&answer(&["Cluster does not have enough CPU. Required: 9 Available: 1"])));
    }
}
