use super::{
    list::TaskList,
    list_query::{ListQuery, toggle_outcome, toggle_state},
};
use crate::{
    browser::guarded,
    components::{outcome_icon, state_icon},
    format::format_number,
    routes::Replace,
    ui::{Icon, IconName, When, for_each},
};
use leptos::prelude::*;
use model::{
    Outcome, TaskState,
    dashboard::{Counts, HistoryQuery, Phase, Tab},
};
use std::sync::Arc;

/// How many runs there are by state and by outcome, as bars and as filters.
#[component]
pub(super) fn TaskCounts(query: ListQuery, list: TaskList) -> impl IntoView {
    let tab = query.part(|query| query.tab.clone());
    let counts = list.counts();
    let shows = move |other: Tab| tab.with(|tab| *tab != other);
    view! {
        <section class="tasks__counts" aria-label="Counts">
            <When is=move || shows(Tab::Finished)>
                <CountBar query label="Active by state" entries=Memo::new(move |_| counts.with(by_state))/>
            </When>
            <When is=move || shows(Tab::Active)>
                <CountBar query label="Finished by outcome" entries=Memo::new(move |_| counts.with(by_outcome))/>
            </When>
        </section>
    }
}

/// What an entry filters by.
#[derive(Clone, Debug, PartialEq)]
enum Filter {
    State(TaskState),
    Outcome(Outcome),
}

impl Filter {
    fn is_on(&self, query: &HistoryQuery) -> bool {
        match self {
            Filter::State(state) => query.states.contains(state),
            Filter::Outcome(outcome) => query.outcomes.contains(outcome),
        }
    }

    fn toggle(&self, query: &mut HistoryQuery) {
        match self {
            Filter::State(state) => toggle_state(query, state),
            Filter::Outcome(outcome) => toggle_outcome(query, outcome),
        }
    }
}

/// One state or outcome with its number.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    filter: Filter,
    label: String,
    /// Value of `data-state`, which gives the colour.
    data_state: String,
    data_outcome: Option<String>,
    icon: IconName,
    number: u64,
}

#[component]
fn CountBar(query: ListQuery, label: &'static str, entries: Memo<Vec<Entry>>) -> impl IntoView {
    let parts = move || {
        let part = |entry: &Entry| {
            view! {
                <span
                    class="count-bar__part"
                    data-state=entry.data_state.clone()
                    data-outcome=entry.data_outcome.clone()
                    style=("--n", entry.number.to_string())
                ></span>
            }
            .into_any()
        };
        entries.with(|entries| entries.iter().filter(|e| e.number > 0).map(part).collect_view())
    };
    // The buttons stay while their numbers change, so that the keyboard does not lose its place.
    let kinds = Memo::new(move |_| entries.with(|entries| entries.iter().map(|e| e.label.clone()).collect::<Vec<_>>()));
    let button = move |label: String| {
        let entry = Memo::new(move |_| entries.with(|entries| entries.iter().find(|e| e.label == label).cloned()));
        view! { <CountButton query entry/> }.into_any()
    };
    view! {
        <div class="count-bar" role="group" aria-label=label>
            <div class="count-bar__stack" aria-hidden="true">{move || parts()}</div>
            <div class="count-bar__items">
                {for_each(move || kinds.get(), button)}
            </div>
        </div>
    }
}

#[component]
fn CountButton(query: ListQuery, entry: Memo<Option<Entry>>) -> impl IntoView {
    // Of an entry only the number changes.
    let Some(fixed) = entry.get_untracked() else { return ().into_any() };
    let filter = Arc::new(fixed.filter);
    let pressed = {
        let filter = filter.clone();
        query.part(move |query| filter.is_on(query))
    };
    let title = fixed.label.clone();
    let number = move || entry.with(|entry| format_number(entry.as_ref().map_or(0, |entry| entry.number)));
    view! {
        <button
            class="count-bar__item"
            type="button"
            aria-pressed=move || if pressed.get() { "true" } else { "false" }
            data-state=fixed.data_state
            data-outcome=fixed.data_outcome
            title=title
            on:click=guarded(move |_| query.change(Replace::No, |q| filter.toggle(q)))
        >
            <Icon name=fixed.icon/>
            <span class="count-bar__label">{fixed.label}</span>
            " "
            <span class="count-bar__n">{move || number()}</span>
        </button>
    }
    .into_any()
}

/// States with their numbers in the order of a run; the ones that everybody looks for are there even at zero.
fn by_state(counts: &Counts) -> Vec<Entry> {
    let ours = [Phase::Placing, Phase::OutcomeUnknown].map(|phase| TaskState::from_wire(phase.as_str()));
    let number = |name: &str| counts.by_state.get(name).copied().unwrap_or(0);
    let known: Vec<&str> = ours.iter().chain(TaskState::ALL).map(TaskState::as_str).collect();
    let unknown = counts.by_state.keys().filter(|name| !known.contains(&name.as_str()));
    let entry = |state: TaskState| {
        let number = number(state.as_str());
        (number > 0 || state == TaskState::Running).then(|| state_entry(state, number))
    };
    let states = ours.iter().cloned().chain(TaskState::ALL.iter().cloned());
    states.chain(unknown.map(|name| TaskState::from_wire(name))).filter_map(entry).collect()
}

fn state_entry(state: TaskState, number: u64) -> Entry {
    let (label, data_state, icon) = match state.as_str() {
        "PLACING" => ("Placing", "ACCEPTED", IconName::Accepted),
        "OUTCOME_UNKNOWN" => ("Outcome unknown", "UNKNOWN", IconName::Unknown),
        name => (state.label(), name, state_icon(&state)),
    };
    let (label, data_state) = (label.to_owned(), data_state.to_owned());
    Entry { filter: Filter::State(state), label, data_state, data_outcome: None, icon, number }
}

/// Outcomes with their numbers; the ones that everybody looks for are there even at zero.
fn by_outcome(counts: &Counts) -> Vec<Entry> {
    let unknown = counts.by_outcome.keys().filter(|name| !Outcome::NAMES.contains(&name.as_str()));
    let outcomes = Outcome::ALL.iter().cloned().chain(unknown.map(|name| Outcome::from_wire(name)));
    let entry = |outcome: Outcome| {
        let number = counts.by_outcome.get(outcome.as_str()).copied().unwrap_or(0);
        let always = matches!(outcome, Outcome::Successful | Outcome::Failed);
        (number > 0 || always).then(|| Entry {
            label: outcome.label().to_owned(),
            data_state: "STOPPED".to_owned(),
            data_outcome: Some(outcome.as_str().to_owned()),
            icon: outcome_icon(&outcome),
            filter: Filter::Outcome(outcome),
            number,
        })
    };
    outcomes.filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_follow_the_order_of_a_run_and_keep_what_is_unknown() {
        let counts = Counts {
            by_state: [("RUNNING", 6), ("PLACING", 1), ("HIBERNATING", 2)].map(|(n, c)| (n.to_owned(), c)).into(),
            by_outcome: [("NOT_PLACED", 2)].map(|(n, c)| (n.to_owned(), c)).into(),
            ..Counts::default()
        };
        let told = |entries: Vec<Entry>| entries.into_iter().map(|e| (e.label, e.number)).collect::<Vec<_>>();
        assert_eq!(
            told(by_state(&counts)),
            [("Placing".into(), 1), ("Running".into(), 6), ("HIBERNATING".to_owned(), 2)]
        );
        assert_eq!(
            told(by_outcome(&counts)),
            [("Successful".into(), 0), ("Failed".into(), 0), ("Not placed".to_owned(), 2)]
        );
    }
}
