use crate::{components::status_text, format::format_duration, state::use_clock};
use leptos::prelude::*;
use model::{
    Timestamp,
    dashboard::TaskRow,
    timeline::{Segment, SegmentState, segments},
};
use std::time::Duration;

/// The end has no length; it gets this share of the whole, to be seen.
const END_SHARE: u32 = 12;

/// A run's life in ten pixels: its segments share the width by their lengths; a run that goes on ends in a live bar. It is
/// drawn again when the row changes, not every second: at this size growing cannot be seen.
#[component]
pub fn MiniTimeline(
    /// The run.
    #[prop(into)]
    row: Signal<TaskRow>,
) -> impl IntoView {
    let clock = use_clock();
    let now = move || clock.exact();
    let parts = move || {
        row.with(|row| {
            let segments = segments(row, now());
            let live = (!row.is_over()).then(|| segments.last().map(|s| s.state.as_str().to_owned())).flatten();
            let end = total(&segments, now()) / END_SHARE;
            // An end that Drove never reported is no stretch of time: what led to it is drawn, the badge tells the rest.
            let drawn = segments.iter().filter(|segment| !matches!(segment.state, SegmentState::Ended(_)));
            let parts = drawn.map(|segment| part(segment, end, now())).collect_view();
            view! { {parts} {live.map(|state| view! { <span class="mini-timeline__live" data-state=state></span> }.into_any())} }.into_any()
        })
    };
    let label = move || row.with(|row| format!("{} {}", status_text(row), format_duration(lasted(row, now()))));
    view! { <span class="mini-timeline" role="img" aria-label=move || label()>{move || parts()}</span> }
}

fn part(segment: &Segment, end: Duration, now: Timestamp) -> impl IntoView + use<> {
    let length = if segment.state.is_final() { end } else { segment.length(now) };
    let weight = length.as_millis().max(1).to_string();
    view! {
        <span
            class="mini-timeline__part"
            data-state=segment.state.as_str().to_owned()
            data-evidence=segment.certainty.as_str()
            style=("--w", weight)
        ></span>
    }
}

fn total(segments: &[Segment], now: Timestamp) -> Duration {
    segments.iter().filter(|segment| !segment.state.is_final()).map(|segment| segment.length(now)).sum()
}

/// From submission to the end, or to now.
pub fn lasted(row: &TaskRow, now: Timestamp) -> Duration {
    row.ended.unwrap_or(now).since(row.submitted)
}
