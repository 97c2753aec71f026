use super::{data::TaskData, facts::facts};
use crate::{
    api::{ApiError, use_api},
    browser::owned_tasks,
    components::status_text,
    format::{format_ago, format_moment},
    state::use_clock,
};
use leptos::prelude::*;
use model::{
    Circumstances, ExecutorState, Fate, Outcome, TaskState,
    dashboard::{TaskDetail, TaskRow},
};
use std::time::Duration;

/// The ledger stores a heartbeat at most once a minute, so one of this age may be an old copy of a recent one.
const HEARTBEATS_STORED: Duration = Duration::from_secs(75);

/// How it ended, or what is known until then.
#[component]
pub(super) fn OutcomeFacts(
    data: TaskData,
    detail: RwSignal<TaskDetail>,
    #[prop(into)] row: Signal<TaskRow>,
) -> impl IntoView {
    let clock = use_clock();
    let title = move || row.with(|r| if r.is_over() { status_text(r) } else { "No result yet".to_owned() });
    let executor_is_back = executor_is_back(row);
    let out_of_memory = data.out_of_memory();
    let text = move || {
        let is_back = executor_is_back.get();
        let out_of_memory = out_of_memory.get();
        let fate = detail
            .with(|d| Fate::of(&d.row, Circumstances { executor_is_back: is_back, out_of_memory, gaps: &d.gaps }));
        fate.map_or_else(|| row.with(explanation), |fate| fate.text().to_owned())
    };
    let heard = move || {
        row.with(|r| {
            let running = r.state == Some(TaskState::Running);
            let limit = if running { ". Lost after 60 s of silence" } else { "" };
            let now = clock.now();
            let heard = match now.since(r.updated) <= HEARTBEATS_STORED {
                true => "within the last minute".to_owned(),
                false => format_ago(r.updated, now),
            };
            (!r.is_over()).then(|| format!("{heard}{limit}"))
        })
    };
    let fixed = Memo::new(move |_| {
        detail.with(|d| {
            let row = &d.row;
            let kept = d.id_taken_until.map(|until| format!("by Drove until {}", format_moment(until, d.now)));
            let instance = row.instance_id.as_ref().map(ToString::to_string);
            let code = row.exit_code.map(|code| match code {
                -1 => "none (-1)".to_owned(),
                code => code.to_string(),
            });
            vec![
                ("Exit code", code),
                ("Memory", out_of_memory.get().then(|| "ran out (from the log)".to_owned())),
                ("Instance", instance),
                ("Record kept", kept),
                ("Task ID", Some(d.id_words())),
            ]
        })
    });
    view! {
        <section class="section" aria-labelledby="outcome-title">
            <div class="section__head"><h2 class="section__title" id="outcome-title">"Outcome"</h2></div>
            <p class="outcome__title">{move || title()}</p>
            <p class="outcome__text muted">{move || text()}</p>
            <dl class="facts">
                {move || heard().map(|heard| view! { <dt>"Last heard"</dt><dd>{heard}</dd> }.into_any())}
                {move || facts(fixed.get())}
            </dl>
        </section>
    }
    .into_any()
}

/// Whether the executor of a run that was given up for its silence is among those that the leader knows. Asked once.
fn executor_is_back(row: Signal<TaskRow>) -> RwSignal<Option<bool>> {
    let (api, known, tasks) = (use_api(), RwSignal::new(None), owned_tasks());
    let silent = Memo::new(move |_| {
        row.with(|r| {
            r.executor_id.clone().filter(|_| Fate::of(r, Circumstances::default()) == Some(Fate::ExecutorSilent))
        })
    });
    Effect::new(move |_| {
        let Some(id) = silent.get() else { return };
        let api = api.clone();
        tasks.spawn(async move {
            match api.executor(&id).await {
                Ok(report) => known.set(Some(report.executor_state != ExecutorState::Removed)),
                // Drove has no details of an executor that left.
                Err(ApiError::Refused { .. } | ApiError::NotFound(_)) => known.set(Some(false)),
                Err(_) => {}
            };
        });
    });
    known
}

fn explanation(row: &TaskRow) -> String {
    let text = match &row.outcome {
        _ if !row.is_over() => {
            "Drove writes the result when the container ends. Stopped alone does not mean success: the result and exit code decide."
        }
        Some(Outcome::Successful) => "The container ended by itself with exit code 0.",
        Some(Outcome::Failed) => {
            let code = row.exit_code.unwrap_or_default();
            return format!("The container ended by itself with exit code {code}.");
        }
        Some(Outcome::Cancelled) => "Killed on request. Drove gives exit code -1 for that, whatever the container did.",
        Some(Outcome::Lost) => "Drove gave it up. It may still run.",
        Some(Outcome::PullFailed) => {
            "Drove gives no result for a task that failed before it ran. This is read from the states it passed and the error."
        }
        Some(Outcome::StartFailed) => "The container could not be started.",
        Some(Outcome::TimedOut) => "Drove reports that its time was up.",
        Some(Outcome::NotPlaced) => "No executor took it.",
        Some(Outcome::Unclear | Outcome::Other(_)) | None => "Nothing tells how it ended.",
    };
    text.to_owned()
}
