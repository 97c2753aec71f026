//! One task: what it is doing, what it did, and what it says.

mod cores;
mod data;
mod facts;
mod head;
mod jump;
mod log;
mod log_zone;
mod not_placed;
mod outcome;
mod spec;
mod story;
mod submissions;

use crate::{
    api::{ApiError, use_api},
    browser::owned_tasks,
    components::{LastWords, StatePath, Timeline},
    format::format_moment,
    layout::use_title,
    routes::use_paths,
    state::use_clock,
    ui::{Empty, IconName, SkeletonRows, When},
};
use cores::Cores;
use data::{Known, TaskData};
use head::Head;
use jump::{Jump, SECTIONS};
use leptos::prelude::*;
use log::Log;
use model::{
    Outcome, TaskKey,
    dashboard::{Submission, TaskDetail, TaskRow},
    timeline::segments_with_gaps,
};
use not_placed::NotPlaced;
use outcome::OutcomeFacts;
use spec::Spec;
use story::Story;
use submissions::Submissions;

/// One task.
#[component]
pub fn TaskPage(
    /// Which.
    key: TaskKey,
) -> impl IntoView {
    let title = key.id.to_string();
    use_title(move || title.clone());
    let data = TaskData::follow(key.clone());
    let known = data.known();
    move || match known.get() {
        Known::Loading => {
            view! { <h1 class="visually-hidden">{key.to_string()}</h1><SkeletonRows rows=6 label="Loading the task"/> }
                .into_any()
        }
        Known::Nobody => nobody_knows(&key),
        Known::Task(detail) => view! { <Content data detail=RwSignal::from(detail)/> }.into_any(),
    }
}

fn nobody_knows(key: &TaskKey) -> AnyView {
    let tasks = use_paths().tasks(&model::dashboard::HistoryQuery::default());
    let text = RwSignal::new(
        "Neither the cluster nor this dashboard knows it. If it is created now, it appears here by itself.".to_owned(),
    );
    let (api, clock, own) = (use_api(), use_clock(), key.clone());
    owned_tasks().spawn(async move {
        // A CREATE that was refused is recorded, and makes no task.
        if let Err(ApiError::NeverCreated { create, .. }) = api.task_detail(&own, None).await {
            text.try_set(refused(&create, &format_moment(create.at, clock.exact())));
        }
    });
    view! {
        <h1 class="visually-hidden">{key.to_string()}</h1>
        <Empty icon=IconName::Search title=format!("There is no task {key}") text>
            <a class="button" href=tasks>"Go to the tasks"</a>
        </Empty>
    }
    .into_any()
}

/// Describes a refused CREATE: when, by whom, and Drove's reasons.
fn refused(create: &Submission, at: &str) -> String {
    let by = create.user.as_ref().map(|user| format!(" by {user}")).unwrap_or_default();
    match create.words.as_slice() {
        [] => format!("Drove refused to create it ({at}{by}) and gave no reason."),
        words => format!("Drove refused to create it ({at}{by}): {}.", words.join("; ").trim_end_matches('.')),
    }
}

/// A task that is known. A detail is replaced as a whole; parts take out what they show, and notice only that.
#[component]
fn Content(
    /// What the live stream keeps up.
    data: TaskData,
    /// The run that is shown.
    detail: RwSignal<TaskDetail>,
) -> impl IntoView {
    let row = Memo::new(move |_| detail.with(|d| d.row.clone()));
    let gaps = Memo::new(move |_| detail.with(|d| d.gaps.clone()));
    let leaders = Memo::new(move |_| detail.with(|d| d.leaders.clone()));
    let never_reported = Memo::new(move |_| row.with(|r| r.is_over() && r.state.is_none()));
    let live = Signal::derive(move || row.with(|r| !r.is_over()));
    let ended_badly = Memo::new(move |_| row.with(has_last_words));
    // The path names states, not lengths: the clock does not move it.
    let path = Memo::new(move |_| row.with(|row| gaps.with(|gaps| segments_with_gaps(row, gaps, row.updated))));
    let to_end = RwSignal::new(false);
    let open_log = move |()| {
        to_end.set(true);
        crate::browser::scroll_to_id("log");
    };
    view! {
        <Head data detail row/>
        <Story data detail row/>
        <When is=move || ended_badly.get() && !data.whole_log().get()>
            <LastWords buffer=data.log() on_open=open_log/>
        </When>
        <Jump sections=SECTIONS has_log=Signal::derive(move || !never_reported.get())/>
        <section class="section task__section" id="timeline" aria-labelledby="timeline-title">
            <Timeline row gaps leaders on_state=data.lead_to()/>
        </section>
        <When
            is=move || !never_reported.get()
            otherwise=move || view! { <NotPlaced detail row/> }.into_any()
        >
            <section class="section task__section" id="log" aria-labelledby="log-title">
                <Log data row live to_end/>
            </section>
            <div class="columns">
                <OutcomeFacts data detail row/>
                <Cores detail row/>
            </div>
        </When>
        <section class="section" aria-labelledby="path-title">
            <div class="section__head"><h2 class="section__title" id="path-title">"Path"</h2></div>
            <StatePath segments=path live/>
        </section>
        <section class="section task__section" id="spec" aria-labelledby="spec-title">
            <Spec detail/>
        </section>
        <Submissions detail/>
    }
    .into_any()
}

/// Whether the end of stderr says more than the outcome does.
fn has_last_words(row: &TaskRow) -> bool {
    matches!(
        row.outcome,
        Some(Outcome::Failed | Outcome::PullFailed | Outcome::StartFailed | Outcome::TimedOut | Outcome::Lost)
    )
}
