//! What the form begins with: a task that is cloned, a draft that was left, or an example, each with a free ID.

use super::{
    composer::Composer,
    draft::Draft,
    field::{FieldId, FormField},
    kept::{self, Kept},
    next_id::next_id,
};
use crate::{
    api::{Api, ApiError, use_api},
    browser::{owned_frames, owned_tasks, select_by_id},
    routes::{clone_source as clone_of, run_number, use_paths},
    state::use_session,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{
    ResourceAllocation, TaskInfo, TaskKey,
    dashboard::{IdState, TaskDetail},
    secret::spoken_pointer,
};
use serde_json::{Map, Value, json};

/// IDs tried before the user is left to find a free one.
const TRIES: usize = 20;

/// What the form says about where it was filled from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// Being loaded.
    Loading(TaskKey),
    /// Filled.
    Filled {
        /// The task.
        key: TaskKey,
        /// What is missing, and has to be filled in.
        missing: Vec<String>,
    },
    /// It could not be.
    Failed(TaskKey, ApiError),
    /// A draft that was left.
    Kept {
        /// Values that were not kept, and have to be filled in.
        lost: Vec<String>,
    },
}

/// Fills the form, returns where from, and keeps what is typed into it from now on.
pub fn fill(form: Composer, is_demo: bool) -> RwSignal<Option<Origin>> {
    let search = use_location().search.get_untracked();
    let base = use_paths().base().to_owned();
    let user = use_session().info().with_untracked(|info| info.as_ref().and_then(|info| info.user.clone()));
    let origin = RwSignal::new(None);
    let key = clone_of(&search);
    let source = if key.is_some() { search.clone() } else { String::new() };
    let kept = kept::load(&base, user.as_deref());
    let mut known_lost = None;
    // A clone gives way to itself, half edited; every other draft gives way to a clone.
    let is_resumed = kept.as_ref().is_some_and(|kept| key.is_none() || kept.source == source);
    match (key, kept) {
        (_, Some(Kept { draft, lost, .. })) if is_resumed => {
            form.resume(draft);
            known_lost = Some(lost.clone());
            origin.set(Some(Origin::Kept { lost }));
        }
        (Some(key), kept) => {
            form.former().set(kept.map(|kept| kept.draft));
            fill_from(form, origin, key, run_number(&search));
        }
        (None, _) if is_demo => free_example(form),
        (None, _) => {}
    }
    kept::keep(form, base, user, source, known_lost);
    origin
}

/// Fills the form from a task.
fn fill_from(form: Composer, origin: RwSignal<Option<Origin>>, key: TaskKey, run: Option<u32>) {
    origin.set(Some(Origin::Loading(key.clone())));
    let (api, tasks, frames) = (use_api(), owned_tasks(), owned_frames());
    tasks.spawn(async move {
        let detail = match api.task_detail(&key, run).await {
            Ok(detail) => detail,
            Err(error) => {
                return origin.set(Some(Origin::Failed(key, error)));
            }
        };
        let (mut document, missing) = document_of(&detail);
        let id = free_id(&api, &key).await;
        document.insert("taskId".into(), id.into());
        origin.set(Some(Origin::Filled { key, missing }));
        form.fill(Draft::of(Value::Object(document)));
        frames.request(|| select_by_id(FieldId::Id.id()));
    });
}

/// Gives an untouched example an ID that is free.
fn free_example(form: Composer) {
    let key = form.draft().with_untracked(|d| TaskKey::new(d.form().app.as_str(), d.form().id.as_str()));
    let (api, tasks) = (use_api(), owned_tasks());
    tasks.spawn(async move {
        let id = free_id(&api, &key).await;
        if !form.is_dirty().get_untracked() && id != key.id.as_str() {
            let mut draft = form.draft().get_untracked();
            draft.edit_form(|f| f.id = id);
            form.fill(draft);
        }
    });
}

/// The key's ID if it is free, else the first free one that follows. Without an answer it is Drove that will tell.
async fn free_id(api: &Api, key: &TaskKey) -> String {
    let mut id = key.id.to_string();
    for _ in 0..TRIES {
        let candidate = TaskKey::new(key.app.clone(), id.as_str());
        match api.id_state(&candidate).await {
            Ok(IdState::Live | IdState::Kept { .. }) => id = next_id(&id),
            Ok(IdState::Free) | Err(_) => break,
        }
    }
    id
}

/// The spec as far as it is known, and what is not.
fn document_of(detail: &TaskDetail) -> (Map<String, Value>, Vec<String>) {
    let withheld = || detail.withheld.iter().map(|pointer| spoken_pointer(pointer));
    match (&detail.spec, &detail.info) {
        (Some(Value::Object(spec)), _) => (spec.clone(), withheld().collect()),
        (_, Some(info)) => (of_info(info), not_kept().into_iter().chain(withheld()).collect()),
        _ => {
            let key = &detail.row.key;
            let known = [("sourceAppName", key.app.as_str()), ("taskId", key.id.as_str())];
            (known.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(), not_kept())
        }
    }
}

fn not_kept() -> Vec<String> {
    ["arguments", "placement", "tags", "configs", "devices", "user"].map(str::to_owned).into()
}

/// What Drove's record of a task still tells of its spec.
fn of_info(info: &TaskInfo) -> Map<String, Value> {
    let memory = info.memory_mb();
    let cpu = info.core_count();
    let mut spec = Map::new();
    spec.insert("sourceAppName".into(), info.source_app_name.as_str().into());
    spec.insert("taskId".into(), info.task_id.as_str().into());
    if let Some(executable) = &info.executable {
        spec.insert("executable".into(), serde_json::to_value(executable).unwrap_or_default());
    }
    let mut resources = Vec::new();
    if info.resources.iter().any(|r| matches!(r, ResourceAllocation::Cpu { .. })) {
        resources.push(json!({ "type": "CPU", "count": cpu }));
    }
    if info.resources.iter().any(|r| matches!(r, ResourceAllocation::Memory { .. })) {
        resources.push(json!({ "type": "MEMORY", "sizeInMB": memory }));
    }
    spec.insert("resources".into(), resources.into());
    spec.insert("placementPolicy".into(), json!({ "type": "ANY" }));
    for (name, part) in [
        ("volumes", info.volumes.as_ref().map(serde_json::to_value)),
        ("logging", info.logging_spec.as_ref().map(serde_json::to_value)),
        ("env", info.env.as_ref().map(serde_json::to_value)),
    ] {
        if let Some(Ok(part)) = part {
            spec.insert(name.into(), part);
        }
    }
    spec
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::pages::new_task::findings;

    #[test]
    fn a_record_of_drove_becomes_a_spec_that_drove_accepts() {
        let info: TaskInfo = serde_json::from_value(json!({
            "sourceAppName": "A", "taskId": "B", "state": "RUNNING",
            "executable": {"type": "DOCKER", "url": "img:1", "dockerPullTimeout": "100 seconds"},
            "resources": [
                {"type": "CPU", "cores": {"0": [4, 5], "1": [17]}}, {"type": "MEMORY", "memoryInMB": {"0": 512}}
            ],
            "env": {"K": "v"}
        }))
        .unwrap();
        let draft = Draft::of(Value::Object(of_info(&info)));
        assert_eq!((draft.form().cpu.as_str(), draft.form().memory.as_str()), ("3", "512"));
        assert_eq!(findings::errors(&draft), []);
    }
}
