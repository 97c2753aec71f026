//! The changes of state, as buttons with their exact time and evidence.

use super::{
    Drawing, percent,
    words::{beginning, change, source_text},
};
use crate::browser::guarded;
use crate::{format::format_precise, ui::for_each};
use leptos::prelude::*;
use model::{
    format_span,
    timeline::{Certainty, Mark, Segment, SegmentState},
};

/// Stamps nearer than this to the one before are left out: their texts would overlap.
const STAMP_WIDTH: f64 = 11.0;

/// Marks under the lane. A press leads to the place in the log.
#[component]
pub(super) fn Marks(drawing: Drawing, on_state: Callback<SegmentState>) -> impl IntoView {
    let keys = Memo::new(move |_| {
        drawing.layout.with(|layout| {
            layout.as_ref().map(|l| l.marks.iter().map(|m| m.segments.clone()).collect::<Vec<_>>()).unwrap_or_default()
        })
    });
    let mark = move |own: Vec<usize>| {
        let first = own.first().copied().unwrap_or_default();
        let at = Memo::new(move |_| {
            drawing.layout.with(|l| {
                l.as_ref()
                    .and_then(|l| l.marks.iter().find(|m| m.segments.first() == Some(&first)))
                    .map_or(0.0, |m: &Mark| m.at)
            })
        });
        let align = move || match at.get() {
            at if at < 10.0 => Some("start"),
            at if at > 80.0 => Some("end"),
            _ => None,
        };
        let press = move |_| {
            let state = drawing.segments.with_untracked(|segments| segments.get(first).map(|s| s.state.clone()));
            if let Some(state) = state {
                on_state.run(state);
            }
        };
        let told = own.clone();
        let told = Memo::new(move |_| drawing.segments.with(|segments| Told::of(segments, &told)));
        view! {
            <button
                class="timeline__mark"
                type="button"
                data-evidence=move || told.with(|t| t.certainty.as_str())
                data-align=move || align()
                style=("--at", move || percent(at.get()))
                aria-label=move || told.with(|t| t.in_one_line())
                on:click=guarded(press)
            >
                <span class="tooltip">
                    <b>{move || told.with(|t| t.title.clone())}</b>
                    {move || told.with(|t| t.lines.iter().map(|line| view! { <span>{line.clone()}</span> }.into_any()).collect_view())}
                </span>
            </button>
        }.into_any()
    };
    let stamps = move || {
        drawing.layout.with(|layout| {
            drawing.segments.with(|segments| {
                let Some(layout) = layout else { return Vec::new() };
                let mut free_from = f64::MIN;
                let mut stamps = Vec::new();
                for mark in &layout.marks {
                    let Some(segment) = mark.segments.first().and_then(|n| segments.get(*n)) else { continue };
                    let ends = mark.at > 80.0;
                    let left = if ends { mark.at - STAMP_WIDTH } else { mark.at };
                    if left < free_from {
                        continue;
                    }
                    free_from = left + STAMP_WIDTH;
                    stamps.push(
                        view! {
                            <span
                                class="timeline__stamp"
                                aria-hidden="true"
                                data-align=ends.then_some("end")
                                style=("--at", percent(mark.at))
                            >
                                {format_precise(segment.from)}
                            </span>
                        }
                        .into_any(),
                    );
                }
                stamps
            })
        })
    };
    view! {
        <div class="timeline__marks">
            {for_each(move || keys.get(), mark)}
            {move || stamps()}
        </div>
    }
}

/// What a mark says.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    certainty: Certainty,
    title: String,
    lines: Vec<String>,
}

impl Told {
    fn of(segments: &[Segment], own: &[usize]) -> Self {
        let known: Vec<(usize, &Segment)> = own.iter().filter_map(|n| Some((*n, segments.get(*n)?))).collect();
        match known.as_slice() {
            [(n, segment)] => Self {
                certainty: segment.certainty,
                title: change(segments, *n),
                lines: vec![beginning(segment), format!("{}, {}", segment.certainty.label(), source_text(segment))],
            },
            several => {
                let span = match (several.first(), several.last()) {
                    (Some((_, first)), Some((_, last))) => last.from.since(first.from),
                    _ => std::time::Duration::ZERO,
                };
                Self {
                    certainty: several.iter().map(|(_, s)| s.certainty).max().unwrap_or(Certainty::NotSeen),
                    title: format!("{} changes in {}", several.len(), format_span(span)),
                    lines: several.iter().map(|(n, s)| format!("{} {}", beginning(s), change(segments, *n))).collect(),
                }
            }
        }
    }

    fn in_one_line(&self) -> String {
        format!("{}, {}", self.title, self.lines.join(", "))
    }
}
