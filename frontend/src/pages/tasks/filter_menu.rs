use super::{
    chips::state_label,
    list::TaskList,
    list_query::{ListQuery, toggle, toggle_outcome, toggle_state},
};
use crate::{
    browser::guarded,
    routes::Replace,
    ui::{Icon, IconName, IconSize, MenuFrame, When, for_each},
};
use leptos::prelude::*;
use model::{
    Outcome, TaskState,
    dashboard::{HistoryQuery, Phase, Tab},
};
use std::sync::Arc;

/// Adds and removes filters by state, outcome, app and executor.
#[component]
pub(super) fn FilterMenu(query: ListQuery, list: TaskList) -> impl IntoView {
    let button = || {
        view! { <span class="chip__body"><Icon name=IconName::Plus size=IconSize::Small/>"Filter"</span> }
    };
    view! {
        <MenuFrame button_class="chip chip--add" button>
            <Choices query list/>
        </MenuFrame>
    }
}

#[component]
fn Choices(query: ListQuery, list: TaskList) -> impl IntoView {
    let tab = query.part(|query| query.tab.clone());
    let ids = Memo::new(move |_| {
        list.choices().with(|choices| choices.executors.iter().map(|e| e.id.to_string()).collect::<Vec<_>>())
    });
    let apps = Memo::new(move |_| list.choices().with(|choices| choices.apps.clone()));
    let states = || {
        [Phase::Placing, Phase::OutcomeUnknown]
            .map(|phase| TaskState::from_wire(phase.as_str()))
            .into_iter()
            .chain(TaskState::ALL.iter().cloned())
            .filter(|state| !state.is_terminal())
    };
    view! {
        <When is=move || tab.with(|tab| *tab != Tab::Finished)>
            <p class="menu__title">"State"</p>
            {states()
                .map(|state| {
                    let label = state_label(state.as_str(), state.label());
                    let own = state.clone();
                    check(query, label, move |q| q.states.contains(&own), move |q| toggle_state(q, &state))
                })
                .collect_view()}
        </When>
        <When is=move || tab.with(|tab| *tab != Tab::Active)>
            <p class="menu__title">"Outcome"</p>
            {Outcome::ALL
                .iter()
                .map(|outcome| {
                    let label = outcome.label().to_owned();
                    check(query, label, move |q| q.outcomes.contains(outcome), move |q| toggle_outcome(q, outcome))
                })
                .collect_view()}
        </When>
        <p class="menu__title">"App"</p>
        {for_each(move || apps.get(), move |app: String| {
            let own = app.clone();
            check(query, app.clone(), move |q| q.apps.contains(&own), move |q| toggle(&mut q.apps, &app))
        })}
        <p class="menu__title">"Executor"</p>
        {for_each(move || ids.get(), move |id: String| {
            let own = id.clone();
            let name = untrack(|| list.executor_name(&id));
            check(query, name, move |q| q.executors.contains(&own), move |q| toggle(&mut q.executors, &id))
        })}
    }
}

fn check(
    query: ListQuery,
    label: String,
    is_on: impl Fn(&HistoryQuery) -> bool + Send + Sync + 'static,
    toggle: impl Fn(&mut HistoryQuery) + Send + Sync + 'static,
) -> AnyView {
    check_box(query, label, query.part(is_on), Arc::new(toggle))
}

fn check_box(
    query: ListQuery,
    label: String,
    on: Memo<bool>,
    toggle: Arc<dyn Fn(&mut HistoryQuery) + Send + Sync>,
) -> AnyView {
    view! {
        <label class="menu__item">
            <input
                class="check"
                type="checkbox"
                prop:checked=move || on.get()
                on:change=guarded(move |_| query.change(Replace::No, |query| toggle(query)))
            />
            {label}
        </label>
    }
    .into_any()
}
