//! The same facts as a table, folded.

use super::{
    Drawing, fold_summary,
    words::{beginning, event_text, length_text, segment_icon, source_text},
};
use crate::{format::format_precise, ui::Icon};
use leptos::prelude::*;
use model::{Repeat, timeline::Segment};

/// "All 5 transitions".
#[component]
pub(super) fn Transitions(drawing: Drawing) -> impl IntoView {
    let rows = Memo::new(move |_| {
        drawing.segments.with(|s| s.iter().filter(|s| !s.continued).cloned().collect::<Vec<Segment>>())
    });
    let summary = move || {
        rows.with(|rows| match rows.len() {
            1 => "1 transition".to_owned(),
            n => format!("All {n} transitions"),
        })
    };
    view! {
        <details class="fold">
            {move || fold_summary(summary())}
            <div class="table-scroll" tabindex="0" role="region" aria-label="Transitions">
                <table class="table table--compact table--wide">
                    <thead>
                        <tr>
                            <th scope="col">"Entered at"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="num">"Stayed"</th>
                            <th scope="col">"Evidence"</th>
                            <th scope="col">"Source"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || rows.with(|rows| {
                            let lines = |s: &Segment| std::iter::once(row(s, drawing)).chain(s.repeats.iter().map(repeat)).collect_view();
                            rows.iter().map(lines).collect_view()
                        })}
                    </tbody>
                </table>
            </div>
        </details>
    }
}

fn row(segment: &Segment, drawing: Drawing) -> AnyView {
    let own = segment.clone();
    let stayed = move || {
        let now = if own.to.is_none() { drawing.now.get() } else { own.from };
        if own.state.is_final() { String::new() } else { length_text(&own, now) }
    };
    view! {
        <tr>
            <td class="nowrap">{beginning(segment)}</td>
            <td>
                <span class="badge" data-state=segment.state.as_str().to_owned()>
                    <Icon name=segment_icon(&segment.state)/>
                    {segment.state.label().to_owned()}
                </span>
            </td>
            <td class="num">{move || stayed()}</td>
            <td>
                <span class="legend__item">
                    <span class="legend__evidence" data-evidence=segment.certainty.as_str()></span>
                    {segment.certainty.label()}
                </span>
            </td>
            <td class="muted">{source_text(segment)}</td>
        </tr>
    }
    .into_any()
}

/// An event that changed nothing: it is part of what was recorded.
fn repeat(repeat: &Repeat) -> AnyView {
    let event = repeat.event_id.as_deref().map_or_else(|| "an event".to_owned(), event_text);
    view! {
        <tr>
            <td class="nowrap">{format_precise(repeat.at)}</td>
            <td class="muted">{format!("{}, reported again", repeat.state.label())}</td>
            <td></td>
            <td></td>
            <td class="muted">{event}</td>
        </tr>
    }
    .into_any()
}
