use super::{data::TaskData, head::executor_name, log_zone};
use crate::{
    api::use_api,
    browser::guarded,
    components::{LogBuffer, LogPane},
    format::{clock_ahead, format_bytes},
    state::{use_clock, use_executor_names, use_session},
    ui::{Note, Tone},
};
use leptos::prelude::*;
use model::{capability::can_read_logs, dashboard::TaskRow};

/// The log, and why there is none.
#[component]
pub(super) fn Log(
    data: TaskData,
    #[prop(into)] row: Signal<TaskRow>,
    #[prop(into)] live: Signal<bool>,
    to_end: RwSignal<bool>,
) -> impl IntoView {
    let session = use_session().info();
    let may_not = move || session.with(|s| can_read_logs(s.as_ref()?).err().map(|denied| denied.to_string()));
    let absent = Signal::derive(move || may_not().or_else(|| no_executor(&row.read())));
    let key = row.with_untracked(|r| r.key.clone());
    let (label, own) = (format!("Log of {}", key.id), key.clone());
    let api = use_api();
    let whole = data.whole_log();
    let download = Signal::derive(move || {
        let run = if whole.get() { None } else { Some(row.read().run) };
        api.log_download(&own, &data.file().read(), run)
    });
    let shared = Memo::new(move |_| data.log().with(|log| shared_with(log, whole.get(), &row.read())));
    let (navigate, run) = (data.navigate(), data.run());
    let on_file = move |file: String| navigate(run.get_untracked(), Some(&file));
    let trouble = data.trouble();
    let (clock, names) = (use_clock(), use_executor_names());
    // Whatever tells the row tells the time too, and first.
    let ahead = Memo::new(move |_| {
        row.with(|row| clock_ahead(&executor_name(row, names).filter(|_| !row.is_over())?, row.updated, clock.exact()))
    });
    let zone = log_zone::follow_zone(data.log(), row);
    let zone_hint = Memo::new(move |_| data.log().with(|log| log_zone::hint(zone.get(), log, clock.exact())));
    view! {
        <div class="section__head"><h2 class="section__title" id="log-title">"Log"</h2></div>
        {move || trouble.get().map(|text| view! { <Note tone=Tone::Warning title="Earlier lines could not be read" lines=vec![text]/> }.into_any())}
        {move || shared.get().map(|(text, action)| view! {
            <p class="field__hint">
                {text}" "
                <button class="link-button link-button--s" type="button" on:click=guarded(move |_| whole.update(|whole| *whole = !*whole))>
                    {action}
                </button>
            </p>
        })}
        <LogPane
            buffer=data.log()
            zone
            label
            files=data.files()
            file=data.file()
            on_file
            linked=data.at()
            link=data.link()
            on_earlier=data.earlier()
            on_gap=data.fill_gap()
            download
            absent
            live
            to_end
        />
        {move || zone_hint.get().map(|hint| view! { <p class="field__hint">{hint}</p> })}
        {move || ahead.get().map(|ahead| view! { <p class="field__hint">{ahead}"; log times are its own."</p> })}
    }
    .into_any()
}

/// What of the file is hidden because other runs of the ID wrote it, and the name of what changes that.
fn shared_with(log: &LogBuffer, is_whole: bool, row: &TaskRow) -> Option<(String, &'static str)> {
    if is_whole {
        let run = row.run;
        return Some((format!("Lines of all runs of this ID in this file. This is run {run}."), "Show this run only"));
    }
    let text = match log.left_out() {
        (0, 0) => return None,
        _ if log.heard() && log.size() == 0 && row.superseded => {
            "This file has no lines of this run. Drove shows the log of an ID on the executor of its newest run."
                .to_owned()
        }
        (before, 0) => format!("Hidden: {} of earlier runs of this ID, which share the file.", format_bytes(before)),
        (0, after) => format!("Hidden: {} of later runs of this ID, which share the file.", format_bytes(after)),
        (before, after) => format!(
            "Hidden: {} of earlier and {} of later runs of this ID, which share the file.",
            format_bytes(before),
            format_bytes(after)
        ),
    };
    Some((text, "Show the whole file"))
}

/// Logs lie on the executor.
fn no_executor(row: &TaskRow) -> Option<String> {
    match (&row.executor_id, row.is_over()) {
        (None, false) => Some("No executor has reported the task yet, so there is no log.".into()),
        (None, true) => Some("No executor reported the task, so there is no log.".into()),
        (Some(_), _) => None,
    }
}
