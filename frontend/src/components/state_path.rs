//! The way a run took through Drove's states.

mod machine;

use super::{outcome_icon, state_icon};
use crate::{
    browser::guarded,
    format::format_clock,
    ui::{Icon, IconName, IconSize, When},
};
use leptos::prelude::*;
use machine::Machine;
use model::timeline::{Certainty, Segment, SegmentState};

/// A step of the path.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    name: String,
    label: String,
    icon: IconName,
    certainty: Certainty,
    when: String,
}

impl Step {
    fn of(segment: &Segment) -> Self {
        let (label, icon) = match &segment.state {
            SegmentState::Placing => ("Accepted", IconName::Accepted),
            SegmentState::State(state) => (state.label(), state_icon(state)),
            SegmentState::Ended(outcome) => (outcome.label(), outcome_icon(outcome)),
        };
        // That it was accepted is known, whatever is known of its placing.
        let certainty = if segment.state == SegmentState::Placing { Certainty::Observed } else { segment.certainty };
        let when = if segment.source.is_none() { "not seen".to_owned() } else { format_clock(segment.from) };
        Self { name: segment.state.as_str().to_owned(), label: label.to_owned(), icon, certainty, when }
    }
}

/// The path on one line; all states there are, folded under it.
#[component]
pub fn StatePath(
    /// The run's segments.
    #[prop(into)]
    segments: Signal<Vec<Segment>>,
    /// Whether it goes on.
    #[prop(into)]
    live: Signal<bool>,
) -> impl IntoView {
    let steps = Memo::new(move |_| {
        segments.with(|segments| segments.iter().filter(|s| !s.continued).map(Step::of).collect::<Vec<_>>())
    });
    let line = move || {
        steps.with(|steps| {
            steps
                .iter()
                .enumerate()
                .map(|(n, step)| {
                    let arrow = (n > 0).then(|| view! { <span class="state-path__arrow" aria-hidden="true">"→"</span> }.into_any());
                    view! {
                        {arrow}
                        <span class="state-path__step" data-state=step.name.clone() data-evidence=step.certainty.as_str()>
                            <Icon name=step.icon size=IconSize::Small/>
                            {step.label.clone()}
                        </span>
                    }.into_any()
                })
                .collect_view()
        })
    };
    let opened = RwSignal::new(false);
    view! {
        <p class="state-path">{move || line()}</p>
        <details class="fold" on:toggle=guarded(move |_| opened.set(true))>
            <summary><Icon name=IconName::ChevronRight size=IconSize::Small/>"Show all states"</summary>
            <When is=move || opened.get()>
                <Machine steps live/>
            </When>
        </details>
    }
    .into_any()
}
