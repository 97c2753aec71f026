//! The drawn part: axis, callouts, lane, and when the executor was heard.

use super::{Drawing, drawn_length, percent, words::length_text};
use crate::{
    browser::zone_offset,
    format::{format_axis, format_clock, is_same_day},
    state::use_clock,
    ui::for_each,
};
use leptos::prelude::*;
use model::{
    Gap, Timestamp,
    dashboard::{LeaderChange, TaskRow},
    format_span,
    timeline::{Place, heard, labelled_ticks},
};

/// Round times over the lane.
#[component]
pub(super) fn Axis(drawing: Drawing) -> impl IntoView {
    let clock = use_clock();
    let labels = Memo::new(move |_| {
        drawing.layout.with(|layout| {
            let Some(layout) = layout else { return Vec::new() };
            let end = layout.now.map_or(layout.to, |_| drawing.now.get());
            let dated = dated(layout.from, end, clock.exact());
            let letters = format_axis(end, dated).chars().count();
            let at = labelled_ticks(layout, end, letters, zone_offset(end.millis()));
            at.into_iter().map(|at| (at.millis(), dated)).collect()
        })
    });
    let label = move |(at, dated): (i64, bool)| {
        let at = Timestamp(at);
        let place = move || drawing.layout.with(|l| l.as_ref().map_or(0.0, |l| l.share(at)));
        // No room: "now" has a label of its own, and a text must not hang over the edge.
        let is_hidden = move || {
            let now = drawing.layout.with(|l| l.as_ref().and_then(|l| l.now));
            place() > now.map_or(96.0, |now| now - 9.0)
        };
        let text = format_axis(at, dated);
        view! { <span class="timeline__at" hidden=move || is_hidden() style=("--at", move || percent(place()))>{text}</span> }.into_any()
    };
    view! {
        <div class="timeline__axis" aria-hidden="true">
            {for_each(move || labels.get(), label)}
        </div>
    }
}

/// Labels of what is too narrow for them.
#[component]
pub(super) fn Callouts(drawing: Drawing) -> impl IntoView {
    let levels = move || drawing.layout.with(|l| l.as_ref().map_or(0, |l| l.levels)).to_string();
    let callouts = move || {
        drawing.layout.with(|layout| {
            drawing.segments.with(|segments| {
                let callouts = layout.as_ref().map(|l| l.callouts.as_slice()).unwrap_or_default();
                callouts
                    .iter()
                    .filter_map(|callout| {
                        let segment = segments.get(callout.segment)?;
                        Some(
                            view! {
                                <span
                                    class="timeline__callout"
                                    data-state=segment.state.as_str().to_owned()
                                    data-align=callout.right_aligned.then_some("end")
                                    style=("--at", percent(callout.at))
                                    style=("--level", callout.level.to_string())
                                >
                                    <b>{segment.state.label().to_owned()}</b>
                                    {format!(" {}", length_text(segment, drawing.now.get_untracked()))}
                                </span>
                            }
                            .into_any(),
                        )
                    })
                    .collect_view()
            })
        })
    };
    view! { <div class="timeline__callouts" aria-hidden="true" style=("--levels", move || levels())>{move || callouts()}</div> }
}

/// The segments.
#[component]
pub(super) fn Lane(drawing: Drawing) -> impl IntoView {
    // A segment keeps its element while it grows; it is another one when its state or its evidence is another.
    let keys = Memo::new(move |_| {
        drawing.segments.with(|segments| {
            segments
                .iter()
                .enumerate()
                .map(|(n, s)| (n, s.state.as_str().to_owned(), s.certainty, s.to.is_none(), s.continued))
                .collect::<Vec<_>>()
        })
    });
    let segment = move |(n, _, _, open, continued): (usize, String, _, bool, bool)| {
        let own = Memo::new(move |_| drawing.segments.with(|s| s.get(n).cloned()));
        let place = Memo::new(move |_| drawing.layout.with(|l| l.as_ref().and_then(|l| l.places.get(n).copied())));
        let at = move |pick: fn(&Place) -> f64| percent(place.with(|p| p.as_ref().map(pick).unwrap_or_default()));
        let Some(first) = own.get_untracked() else { return ().into_any() };
        let is_final = first.state.is_final();
        let time = move || {
            own.with(|s| {
                s.as_ref().map(|s| match is_final {
                    true => length_text(s, s.from),
                    false if open => drawn_length(s, drawing.now.get()),
                    false => drawn_length(s, s.from),
                })
            })
        };
        let label = if continued { String::new() } else { first.state.label().to_owned() };
        view! {
            <div
                class="timeline__segment"
                data-state=first.state.as_str().to_owned()
                data-evidence=first.certainty.as_str()
                data-roomy=move || place.with(|p| p.as_ref().is_some_and(|p| p.roomy)).then_some("")
                data-open=open.then_some("")
                style=("--from", move || at(|p| p.from))
                style=("--span", move || at(|p| p.span))
                style=("--even-from", move || at(|p| p.even_from))
                style=("--even-span", move || at(|p| p.even_span))
            >
                <span class="timeline__label">{label}</span>
                <span class="timeline__time">{move || time()}</span>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="timeline__lane">
            {for_each(move || keys.get(), segment)}
        </div>
    }
}

/// From the first report to the last word, silences hatched, with a stroke where another controller came to lead.
#[component]
pub(super) fn Heard(
    row: Signal<TaskRow>,
    gaps: Signal<Vec<Gap>>,
    leaders: Signal<Vec<LeaderChange>>,
    drawing: Drawing,
) -> impl IntoView {
    let heard = Memo::new(move |_| row.with(|row| gaps.with(|gaps| heard(row, gaps, drawing.now.get()))));
    let span = move |from: Timestamp, to: Timestamp, silent: bool| {
        let shares = drawing.layout.with(|l| l.as_ref().map(|l| (l.share(from), l.share(to.min(l.to)))));
        shares.filter(|(from, to)| to > from).map(|(from, to)| {
            view! {
                <span
                    class="timeline__span"
                    data-silent=silent.then_some("")
                    style=("--from", percent(from))
                    style=("--span", percent(to - from))
                ></span>
            }
            .into_any()
        })
    };
    let drawn = move || {
        let heard = heard.get()?;
        let (from, to) = (heard.from, heard.to);
        let silences = heard.silent.iter().map(|(from, to)| span(*from, *to, true)).collect_view();
        let at = drawing.layout.with(|l| l.as_ref().map_or(0.0, |l| l.share(from)));
        let changes = leaders.get().into_iter().filter_map(|change| {
            let at = drawing.layout.with(|l| l.as_ref().map(|l| l.share(change.at)))?;
            Some(view! { <span class="timeline__leader" style=("--at", percent(at))></span> }.into_any())
        });
        let mut text = format!("heard from {} to {}", format_clock(from), format_clock(to));
        if !heard.silent.is_empty() {
            text.push_str(&format!(", silent for {}", format_span(heard.silence())));
        }
        Some(
            view! {
                {span(from, to, false)}
                {silences}
                {changes.collect_view()}
                <span class="timeline__heard-label" style=("--from", percent(at.min(60.0)))>{text}</span>
            }
            .into_any(),
        )
    };
    view! { <div class="timeline__heard">{move || drawn()}</div> }
}

/// Whether labels from `from` to `to` need a date: they lie on several days, or on another day than today.
fn dated(from: Timestamp, to: Timestamp, today: Timestamp) -> bool {
    !(is_same_day(from, to) && is_same_day(to, today))
}
