use crate::components::SpecView;
use leptos::prelude::*;
use model::dashboard::TaskDetail;
use serde_json::{Value, json};

/// The spec as submitted, or what Drove's record still tells of it.
#[component]
pub(super) fn Spec(detail: RwSignal<TaskDetail>) -> impl IntoView {
    let spec = Memo::new(move |_| detail.with(|d| d.spec.clone().unwrap_or_else(|| recorded(d))));
    let note = Signal::derive(move || {
        detail.with(|d| match (&d.spec, d.withheld.as_slice()) {
            (None, _) if d.row.resources().is_none() => {
                "From events, which name the image only: resources, volumes, logging and env are not known".to_owned()
            }
            (None, withheld) => {
                let record = "From Drove’s record, which keeps no arguments, placement, tags, configs, devices, user";
                match withheld {
                    [] => record.to_owned(),
                    withheld => format!("{record}. Not kept here: {}", withheld.join(", ")),
                }
            }
            (Some(_), []) => "As submitted".to_owned(),
            (Some(_), withheld) => format!("As submitted. Not kept: {}", withheld.join(", ")),
        })
    });
    view! { <SpecView spec note/> }.into_any()
}

fn recorded(detail: &TaskDetail) -> Value {
    let Some(info) = &detail.info else { return json!({}) };
    if info.resources.is_empty() {
        return json!({
            "sourceAppName": info.source_app_name, "taskId": info.task_id, "executable": info.executable
        });
    }
    json!({
        "sourceAppName": info.source_app_name, "taskId": info.task_id, "executable": info.executable,
        "resources": [
            { "type": "CPU", "count": info.core_count() }, { "type": "MEMORY", "sizeInMB": info.memory_mb() }
        ],
        "volumes": info.volumes, "logging": info.logging_spec, "env": info.env
    })
}
