use super::{data::TaskData, head::executor_name};
use crate::{
    format::format_moment,
    state::{use_clock, use_executor_names, use_live},
    ui::{Icon, IconName, IconSize},
};
use leptos::prelude::*;
use model::{
    capability::ClusterTraits,
    dashboard::{TaskDetail, TaskRow},
    narrative::{self, Phrase, Tone},
    timeline::segments_with_gaps,
};

/// What happened, in one paragraph, and Drove's own words if it failed.
#[component]
pub(super) fn Story(data: TaskData, detail: RwSignal<TaskDetail>, #[prop(into)] row: Signal<TaskRow>) -> impl IntoView {
    let (clock, cluster, names) = (use_clock(), use_live().cluster(), use_executor_names());
    let out_of_memory = data.out_of_memory();
    let phrases = Memo::new(move |_| {
        let now = if row.with(TaskRow::is_over) { clock.exact() } else { clock.now() };
        detail.with(|detail| {
            let row = &detail.row;
            let segments = segments_with_gaps(row, &detail.gaps, now);
            let executor = executor_name(row, names);
            narrative::Story {
                row,
                segments: &segments,
                executor: executor.as_deref(),
                out_of_memory: out_of_memory.get(),
                spec_known: detail.spec.is_some(),
                create: detail.creation().map(|sent| &sent.answer),
                traits: cluster.with(|cluster| cluster.as_ref().map(ClusterTraits::from).unwrap_or_default()),
                now,
                clock: &|at| format_moment(at, now),
            }
            .tell()
        })
    });
    // A task that was not placed has no words of Drove's.
    let words =
        move || row.with(|r| (r.state.is_some() && !r.error_message.is_empty()).then(|| r.error_message.clone()));
    view! {
        <p class="narrative">{move || phrases.with(|p| p.iter().map(phrase).collect_view())}</p>
        {move || words().map(|words| {
            view! {
                <details class="fold">
                    <summary><Icon name=IconName::ChevronRight size=IconSize::Small/>"Drove’s own words"</summary>
                    <p class="mono">{words}</p>
                </details>
            }
            .into_any()
        })}
    }
    .into_any()
}

fn phrase(phrase: &Phrase) -> AnyView {
    let text = phrase.text.clone();
    match phrase.tone {
        Tone::Plain => text.into_any(),
        Tone::Strong => view! { <b>{text}</b> }.into_any(),
        Tone::Muted => view! { <span class="muted">{text}</span> }.into_any(),
    }
}
