use super::{
    list::{TaskList, tab_count},
    list_query::{ListQuery, clear_filters, open_tab},
};
use crate::{
    format::format_count,
    routes::{Replace, use_paths},
    ui::{Button, Empty, IconName},
};
use leptos::prelude::*;
use model::dashboard::{Counts, HistoryQuery, Tab};

/// No rows: because there are none, or because of what was asked for.
#[component]
pub(super) fn NothingFound(query: ListQuery, list: TaskList) -> impl IntoView {
    let new_task = use_paths().new_task();
    move || {
        let new_task = new_task.clone();
        let asked = query.get();
        let reason = list.counts().with(|counts| reason(&asked, counts));
        let show_all = move |()| query.change(Replace::No, |query| open_tab(query, Tab::All));
        let clear = move |()| query.change(Replace::No, clear_filters);
        match reason {
            Reason::Nothing => view! {
                <Empty
                    icon=IconName::Tasks
                    title="No tasks yet"
                    text="Tasks appear here as soon as somebody submits one: from this page, with the drove command or through the API."
                >
                    <a class="button button--primary" href=new_task>"New task"</a>
                </Empty>
            }
            .into_any(),
            Reason::OtherTab(text) => view! {
                <Empty icon=IconName::Tasks title="Nothing here" text>
                    <Button label="Show all" on_press=show_all/>
                </Empty>
            }
            .into_any(),
            Reason::Filters(text) => view! {
                <Empty icon=IconName::Search title="No task matches" text>
                    <Button label="Clear filters" on_press=clear/>
                </Empty>
            }
            .into_any(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Nothing,
    OtherTab(String),
    Filters(String),
}

/// Why nothing is shown: counts are not narrowed by tab, state and outcome, so they tell which of these hides the rest.
fn reason(query: &HistoryQuery, counts: &Counts) -> Reason {
    let all = tab_count(counts, &Tab::All);
    let here = tab_count(counts, &query.tab);
    if all.n == 0 {
        return if query.is_filtered() { Reason::Filters(narrowed(query)) } else { Reason::Nothing };
    }
    if here.n == 0 {
        let text = match query.tab {
            Tab::Active => format!("Nothing is active. {} finished.", format_count(counts.finished)),
            Tab::Finished | Tab::All | Tab::Other(_) => {
                format!("Nothing has finished yet. {} active.", format_count(counts.active))
            }
        };
        return Reason::OtherTab(text);
    }
    let hidden_by = if query.outcomes.is_empty() { "State" } else { "Outcome" };
    Reason::Filters(format!("The filter {hidden_by} hides all {} that match otherwise.", format_count(here)))
}

fn narrowed(query: &HistoryQuery) -> String {
    let mut filters = Vec::new();
    if !query.text.is_empty() {
        filters.push(format!("the search for “{}”", query.text));
    }
    for (is_on, name) in [
        (!query.apps.is_empty(), "App"),
        (!query.executors.is_empty(), "Executor"),
        (!query.submitters.is_empty(), "Submitter"),
        (query.since.is_some() || query.until.is_some(), "Submitted"),
    ] {
        if is_on {
            filters.push(format!("the filter {name}"));
        }
    }
    format!("Nothing matches {}.", filters.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Outcome, dashboard::Count};

    fn counts(active: u64, finished: u64) -> Counts {
        let count = |n| Count { n, more: false };
        Counts { active: count(active), finished: count(finished), ..Counts::default() }
    }

    #[test]
    fn the_reason_names_what_hides_the_rest() {
        let plain = HistoryQuery::default();
        assert_eq!(reason(&plain, &counts(0, 0)), Reason::Nothing);
        assert_eq!(reason(&plain, &counts(0, 14)), Reason::OtherTab("Nothing is active. 14 finished.".into()));
        let failed = HistoryQuery { tab: Tab::All, outcomes: vec![Outcome::Lost], ..plain.clone() };
        assert_eq!(
            reason(&failed, &counts(2, 3)),
            Reason::Filters("The filter Outcome hides all 5 that match otherwise.".into())
        );
        let search = HistoryQuery { text: "xyz".into(), apps: vec!["A".into()], ..plain };
        assert_eq!(
            reason(&search, &counts(0, 0)),
            Reason::Filters("Nothing matches the search for “xyz” and the filter App.".into())
        );
    }
}
