use super::data::TaskData;
use crate::{
    components::{KillDialog, StatusBadge, lasted},
    format::{format_cores, format_duration, format_megabytes, format_moment, format_utc},
    routes::{Replace, use_go, use_paths},
    state::{ExecutorNames, use_clock, use_executor_names, use_kills, use_live, use_session},
    ui::{Button, ButtonStyle, Choice, CopyButton, IconName, Select, When},
};
use leptos::prelude::*;
use model::{
    Outcome,
    capability::{ClusterTraits, can_kill_row, can_operate},
    dashboard::{TaskDetail, TaskRow},
    format_span,
};

/// Exit code of a container that was killed: by hand, or for want of memory.
const KILLED: i64 = 137;

/// Name, status, what can be done, and what never changes.
#[component]
pub(super) fn Head(data: TaskData, detail: RwSignal<TaskDetail>, #[prop(into)] row: Signal<TaskRow>) -> impl IntoView {
    let clock = use_clock();
    let (app, id) = row.with_untracked(|r| (r.key.app.to_string(), r.key.id.to_string()));
    let took = move || {
        row.with(|row| match row.is_over() {
            true if row.outcome == Some(Outcome::NotPlaced) => {
                format!("given up {} after it was submitted", format_span(lasted(row, row.updated)))
            }
            true => format!("ended {} after it was submitted", format_span(lasted(row, row.updated))),
            false => running_for(row, clock.now()),
        })
    };
    let out_of_memory = data.out_of_memory();
    let oom = move || {
        let killed = row.with(|r| r.outcome == Some(Outcome::Failed) && r.exit_code == Some(KILLED));
        (killed && out_of_memory.get())
            .then(|| view! { <span class="muted">"out of memory (from the log)"</span> }.into_any())
    };
    view! {
        <div class="task-head">
            <h1 class="task-head__title">
                <span class="task-head__app">{app}</span>
                <span class="task-head__name">{id.clone()}<CopyButton text=id label="Copy task ID"/></span>
            </h1>
            <StatusBadge row tint=true/>
            {move || oom()}
            <span class="muted num">{move || took()}</span>
            <Runs data detail/>
            <Actions detail row/>
        </div>
        <Meta row/>
    }
    .into_any()
}

/// `for 2m 13s, submitted 2m 29s ago`: in the state, and since it was submitted.
fn running_for(row: &TaskRow, now: model::Timestamp) -> String {
    let all = format_duration(lasted(row, now));
    match row.transitions.last() {
        Some(last) => format!("for {}, submitted {all} ago", format_duration(now.since(last.at))),
        None => format!("submitted {all} ago"),
    }
}

#[component]
fn Actions(detail: RwSignal<TaskDetail>, #[prop(into)] row: Signal<TaskRow>) -> impl IntoView {
    let (live, session, kills) = (use_live().cluster(), use_session().info(), use_kills());
    let (go, paths) = (use_go(), use_paths());
    let denied =
        move || session.with(|s| live.with(|l| can_operate(s.as_ref()?, l.as_ref()?).err().map(|d| d.to_string())));
    let why_not_kill = Signal::derive(move || {
        let traits = live.with(|l| l.as_ref().map(ClusterTraits::from).unwrap_or_default());
        let own = row.with(|row| can_kill_row(row, &traits).err().map(|d| d.to_string()));
        own.or_else(denied)
            .or_else(|| row.with(|r| kills.is_sent(&r.key)).then(|| "The kill is being sent.".to_owned()))
    });
    let target = RwSignal::new(None::<TaskRow>);
    let clone = move |()| {
        let (key, run) = detail.with_untracked(|d| (d.row.key.clone(), d.row.run));
        go(&paths.clone_run(&key, run), Replace::No);
    };
    view! {
        <div class="page-head__actions">
            <Button label="Clone" icon=IconName::Clone on_press=clone/>
            <Button
                label="Kill…"
                icon=IconName::Kill
                style=ButtonStyle::Danger
                disabled=why_not_kill
                on_press=move |()| target.set(Some(row.get_untracked()))
            />
        </div>
        <KillDialog target/>
    }
    .into_any()
}

/// "Run 2 of 3", if the ID was used several times.
#[component]
fn Runs(data: TaskData, detail: RwSignal<TaskDetail>) -> impl IntoView {
    let runs = Memo::new(move |_| detail.with(|d| d.runs.clone()));
    let choices = Signal::derive(move || {
        let all = runs.get();
        let label = |n: usize| format!("Run {} of {}", n + 1, all.len());
        all.iter().enumerate().rev().map(|(n, run)| Choice::new(run.to_string(), label(n))).collect::<Vec<_>>()
    });
    let value = Signal::derive(move || detail.with(|d| d.row.run.to_string()));
    let navigate = data.navigate();
    let choose = Callback::new(move |run: String| {
        // The newest run has the plain address: it stays right when there is another.
        let run = run.parse().ok().filter(|run| runs.with_untracked(|all| all.last() != Some(run)));
        navigate(run, None);
    });
    view! {
        <When is=move || runs.with(|runs| runs.len() > 1)>
            <Select id="run" label="Run" small=true choices value on_choose=choose/>
        </When>
    }
}

#[component]
fn Meta(#[prop(into)] row: Signal<TaskRow>) -> impl IntoView {
    let (paths, clock, names) = (use_paths(), use_clock(), use_executor_names());
    let meta = Memo::new(move |_| {
        row.with(|r| {
            (
                r.executor_id.clone(),
                executor_name(r, names),
                r.resources(),
                r.image.clone(),
                r.submitted,
                r.submitter.clone(),
            )
        })
    });
    move || {
        let (executor, name, resources, image, submitted, submitter) = meta.get();
        let resources = match resources {
            Some((cores, memory)) => [format_cores(cores), format_megabytes(memory)].to_vec(),
            None => vec!["cores and memory not known".to_owned()],
        };
        let executor = executor
            .map(|id| view! { <a href=paths.executor(&id)>{name.unwrap_or_else(|| id.to_string())}</a> }.into_any());
        let by = submitter.map_or_else(|| "submitter not known".to_owned(), |user| format!("by {user}"));
        let when = format!("submitted {} {by}", format_moment(submitted, clock.exact()));
        view! {
            <p class="task-head__meta">
                {executor}
                {resources.into_iter().map(|text| view! { <span>{text}</span> }.into_any()).collect_view()}
                <span class="mono">{image}</span>
                <span title=format_utc(submitted)>{when}</span>
            </p>
        }
        .into_any()
    }
}

/// Name of the executor of a run. Tracked.
pub(super) fn executor_name(row: &TaskRow, names: ExecutorNames) -> Option<String> {
    let id = row.executor_id.as_ref()?.as_str();
    Some(names.of(id, row.executor_host.as_deref().unwrap_or_default()))
}
