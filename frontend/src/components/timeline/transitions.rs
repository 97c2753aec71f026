//! The same facts as a table, folded.

use super::{
    Drawing, fold_summary,
    words::{beginning, length_text, segment_icon, source_text},
};
use crate::ui::Icon;
use leptos::prelude::*;
use model::timeline::Segment;

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
                <table class="table table--compact">
                    <thead>
                        <tr>
                            <th scope="col">"Entered at"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="num">"Stayed"</th>
                            <th scope="col">"Evidence"</th>
                            <th scope="col">"Source"</th>
                        </tr>
                    </thead>
                    <tbody>{move || rows.with(|rows| rows.iter().map(|s| row(s, drawing)).collect_view())}</tbody>
                </table>
            </div>
        </details>
    }
}

fn row(segment: &Segment, drawing: Drawing) -> impl IntoView + use<> {
    let own = segment.clone();
    let stayed = move || {
        let now = if own.to.is_none() { drawing.now.get() } else { own.from };
        if own.state.is_final() { String::new() } else { length_text(&own, now) }
    };
    view! {
        <tr>
            <td class="num nowrap">{beginning(segment)}</td>
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
}
