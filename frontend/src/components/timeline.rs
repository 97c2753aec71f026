//! The state timeline of one run: what it did when, and how each stretch is known.

mod figure;
mod marks;
mod transitions;
mod words;

use crate::{
    browser::guarded,
    format::{format_clock, format_zone},
    state::use_clock,
    ui::{Icon, IconName, IconSize, When},
};
use figure::{Axis, Callouts, Heard, Lane};
use leptos::prelude::*;
use marks::Marks;
use model::{
    Gap,
    dashboard::{LeaderChange, TaskRow},
    format_span,
    timeline::{Certainty, Layout, Scale, Segment, SegmentState, crowded, layout, segments_with_gaps},
};
use transitions::Transitions;
use words::segment_icon;

/// What all parts of a timeline are drawn from.
#[derive(Clone, Copy)]
struct Drawing {
    segments: Memo<Vec<Segment>>,
    layout: Memo<Option<Layout>>,
    now: Signal<model::Timestamp>,
}

/// The timeline, growing while the run goes on. To scale, or with the same width for every state; the same facts stand
/// under it as a table.
#[component]
pub fn Timeline(
    /// The run.
    #[prop(into)]
    row: Signal<TaskRow>,
    /// Spans in which nothing was recorded.
    #[prop(into)]
    gaps: Signal<Vec<Gap>>,
    /// Who came to lead the cluster meanwhile.
    #[prop(into)]
    leaders: Signal<Vec<LeaderChange>>,
    /// Leads to the place in the log where a state began.
    #[prop(into)]
    on_state: Callback<SegmentState>,
) -> impl IntoView {
    let clock = use_clock();
    let over = Memo::new(move |_| row.with(TaskRow::is_over));
    let now = Signal::derive(move || if over.get() { row.with(|r| r.ended.unwrap_or(r.updated)) } else { clock.now() });
    let segments = Memo::new(move |_| row.with(|row| gaps.with(|gaps| segments_with_gaps(row, gaps, now.get()))));
    let opens_evenly = segments.with_untracked(|s| crowded(s, clock.exact())).is_some();
    let scale = RwSignal::new(if opens_evenly { Scale::Even } else { Scale::ToScale });
    let layout = Memo::new(move |_| segments.with(|segments| layout(segments, scale.get(), now.get())));
    let drawing = Drawing { segments, layout, now };
    let note = Memo::new(move |_| {
        (scale.get() == Scale::Even)
            .then(|| segments.with(|s| crowded(s, now.get())))
            .flatten()
            .map(|why| format!("Even widths: {why}"))
    });
    let scale_name = move || if scale.get() == Scale::Even { "even" } else { "time" };
    view! {
        <div class="section__head">
            <h2 class="section__title" id="timeline-title">"State timeline"</h2>
            <div class="section__end">
                <div class="legend">
                    {[Certainty::Observed, Certainty::Inferred, Certainty::NotSeen].map(evidence).collect_view()}
                </div>
                <div class="segmented" role="group" aria-label="Scale">
                    {choice(scale, Scale::ToScale, "To scale")}
                    {choice(scale, Scale::Even, "Even")}
                </div>
            </div>
        </div>
        <figure class="timeline" data-scale=move || scale_name() aria-labelledby="timeline-title">
            <Axis drawing/>
            <Callouts drawing/>
            <Lane drawing/>
            <Marks drawing on_state/>
            <Heard row gaps leaders drawing/>
            <When is=move || !over.get()>
                <div
                    class="timeline__now"
                    style=("--now", move || percent(layout.with(|l| l.as_ref().and_then(|l| l.now)).unwrap_or(100.0)))
                >
                    <span class="timeline__now-label">{move || format!("now {}", format_clock(now.get()))}</span>
                </div>
            </When>
        </figure>
        {move || note.get().map(|note| view! { <p class="timeline__note">{note}</p> }.into_any())}
        {move || leaders.with(|l| words::leader_text(l, format_clock)).map(|text| view! { <p class="timeline__note">{text}</p> }.into_any())}
        <p class="timeline__note">{move || format!("Times in {}", format_zone(row.with(|r| r.submitted)))}</p>
        <ol class="timeline-key">{move || segments.with(|s| s.iter().map(|s| key(s, now)).collect_view())}</ol>
        <Transitions drawing/>
    }
    .into_any()
}

fn choice(scale: RwSignal<Scale>, own: Scale, label: &'static str) -> impl IntoView {
    let pressed = move || if scale.get() == own { "true" } else { "false" };
    view! {
        <button class="segmented__option" type="button" aria-pressed=move || pressed() on:click=guarded(move |_| scale.set(own))>
            {label}
        </button>
    }
}

fn evidence(certainty: Certainty) -> impl IntoView {
    let name = match certainty {
        Certainty::Observed => "Observed",
        Certainty::Inferred => "Inferred",
        Certainty::NotSeen => "Not seen",
    };
    view! {
        <span class="legend__item">
            <span class="legend__evidence" data-evidence=certainty.as_str()></span>
            {name}
        </span>
    }
}

/// A segment as a line of the list that stands for the lane on narrow screens.
fn key(segment: &Segment, now: Signal<model::Timestamp>) -> impl IntoView + use<> {
    let own = segment.clone();
    let is_open = segment.to.is_none();
    let length = move || words::length_text(&own, if is_open { now.get() } else { now.get_untracked() });
    view! {
        <li class="timeline-key__item" data-state=segment.state.as_str().to_owned()>
            <Icon name=segment_icon(&segment.state)/>
            <span>{segment.state.label().to_owned()}</span>
            <span class="timeline-key__evidence">{segment.certainty.label()}</span>
            <span class="timeline-key__time">{move || length()}</span>
        </li>
    }
}

/// For a custom property.
fn percent(value: f64) -> String {
    format!("{value:.3}")
}

/// A summary that opens what stands under it.
fn fold_summary(text: String) -> impl IntoView {
    view! { <summary><Icon name=IconName::ChevronRight size=IconSize::Small/>{text}</summary> }
}

/// Length of a segment, as it is drawn.
fn drawn_length(segment: &Segment, now: model::Timestamp) -> String {
    format_span(segment.length(now))
}
