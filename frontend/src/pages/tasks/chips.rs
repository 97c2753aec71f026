use super::{list::TaskList, list_query::ListQuery};
use crate::{
    browser::guarded,
    format::format_moment,
    routes::Replace,
    state::use_clock,
    ui::{Icon, IconName, IconSize},
};
use leptos::prelude::*;
use model::dashboard::HistoryQuery;

/// A kind of filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    State,
    Outcome,
    App,
    Executor,
    Submitter,
    Tag,
    Since,
    Until,
}

impl Kind {
    const ALL: [Kind; 8] =
        [Kind::State, Kind::Outcome, Kind::App, Kind::Executor, Kind::Submitter, Kind::Tag, Kind::Since, Kind::Until];

    fn label(self) -> &'static str {
        match self {
            Kind::State => "State",
            Kind::Outcome => "Outcome",
            Kind::App => "App",
            Kind::Executor => "Executor",
            Kind::Submitter => "Submitter",
            Kind::Tag => "Tag",
            Kind::Since => "Submitted since",
            Kind::Until => "Submitted before",
        }
    }

    fn clear(self, query: &mut HistoryQuery) {
        match self {
            Kind::State => query.states.clear(),
            Kind::Outcome => query.outcomes.clear(),
            Kind::App => query.apps.clear(),
            Kind::Executor => query.executors.clear(),
            Kind::Submitter => query.submitters.clear(),
            Kind::Tag => query.tags.clear(),
            Kind::Since => query.since = None,
            Kind::Until => query.until = None,
        }
    }

    /// What it is set to, in words; nothing if it is not in force.
    fn values(
        self,
        query: &HistoryQuery,
        name: impl Fn(&str) -> String,
        moment: impl Fn(i64) -> String,
    ) -> Vec<String> {
        match self {
            Kind::State => query.states.iter().map(|s| state_label(s.as_str(), s.label())).collect(),
            Kind::Outcome => query.outcomes.iter().map(|o| o.label().to_owned()).collect(),
            Kind::App => query.apps.clone(),
            Kind::Executor => query.executors.iter().map(|id| name(id)).collect(),
            Kind::Submitter => query.submitters.clone(),
            Kind::Tag => query.tags.clone(),
            Kind::Since => query.since.iter().map(|at| moment(at.millis())).collect(),
            Kind::Until => query.until.iter().map(|at| moment(at.millis())).collect(),
        }
    }
}

/// States of ours have no label in Drove's words.
pub(super) fn state_label(name: &str, label: &str) -> String {
    match name.to_ascii_uppercase().as_str() {
        "PLACING" => "Placing".into(),
        "OUTCOME_UNKNOWN" => "Outcome unknown".into(),
        _ => label.into(),
    }
}

/// The filters in force, each with a way to take it off.
#[component]
pub(super) fn Chips(query: ListQuery, list: TaskList) -> impl IntoView {
    let clock = use_clock();
    let in_force = Memo::new(move |_| {
        let query = query.get();
        let moment = |at| format_moment(model::Timestamp(at), clock.exact());
        let name = |id: &str| list.executor_name(id);
        let chip = |kind: Kind| (kind, kind.values(&query, name, moment));
        Kind::ALL.into_iter().map(chip).filter(|(_, values)| !values.is_empty()).collect::<Vec<_>>()
    });
    let chip = move |(kind, values): (Kind, Vec<String>)| {
        let several = values.len() > 1;
        let remove = format!("Remove filter {}", kind.label());
        view! {
            <span class="chip">
                <span class="chip__body">
                    {kind.label()}{if several { " is any of " } else { " " }}<b>{values.join(", ")}</b>
                </span>
                <button
                    class="chip__remove"
                    type="button"
                    aria-label=remove.clone()
                    title=remove
                    on:click=guarded(move |_| query.change(Replace::No, |query| kind.clear(query)))
                >
                    <Icon name=IconName::Cross size=IconSize::Small/>
                </button>
            </span>
        }
        .into_any()
    };
    move || in_force.get().into_iter().map(chip).collect_view()
}
