use super::{
    list::{TaskList, tab_count},
    list_query::{ListQuery, clear_filters, on_page, open_tab},
    pager::last_page,
};
use crate::{
    format::{format_count, format_number},
    routes::{Replace, use_paths},
    ui::{Button, Empty, IconName},
};
use leptos::prelude::*;
use model::dashboard::{Count, Counts, HistoryQuery, Tab};

/// No rows: because there are none, or because of what was asked for.
#[component]
pub(super) fn NothingFound(query: ListQuery, list: TaskList) -> impl IntoView {
    let new_task = use_paths().new_task();
    move || {
        let new_task = new_task.clone();
        let asked = list.answered();
        let reason = list.counts().with(|counts| reason(&asked, counts, list.matching()));
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
            Reason::Waiting(text) => view! {
                <Empty icon=IconName::Tasks title="New tasks" text>
                    <Button label="Show" on_press=move |()| list.reload()/>
                </Empty>
            }
            .into_any(),
            Reason::BeyondLast { text, last } => view! {
                <Empty icon=IconName::Tasks title="No such page" text>
                    <a class="button" href=query.address(&on_page(&asked, last))>"Last page"</a>
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
    /// There are rows, which are not shown yet.
    Waiting(String),
    BeyondLast {
        text: String,
        last: u32,
    },
    OtherTab(String),
    Filters(String),
}

/// Why nothing is shown: counts are not narrowed by tab, state and outcome, so they tell which of these hides the rest.
fn reason(query: &HistoryQuery, counts: &Counts, matching: Count) -> Reason {
    if matching.n > 0 {
        let last = last_page(matching, query.size);
        if query.page <= last {
            let what = if matching.n == 1 { "task matches and is" } else { "tasks match and are" };
            return Reason::Waiting(format!("{} {what} not shown yet.", format_count(matching)));
        }
        let pages = if last == 1 { "only one page".into() } else { format!("{} pages", format_number(last.into())) };
        let text = format!("This is page {} of a list with {pages}.", format_number(query.page.into()));
        return Reason::BeyondLast { text, last };
    }
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
        (!query.tags.is_empty(), "Tag"),
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

    fn none() -> Count {
        Count::default()
    }

    #[test]
    fn the_reason_names_what_hides_the_rest() {
        let plain = HistoryQuery::default();
        assert_eq!(reason(&plain, &counts(0, 0), none()), Reason::Nothing);
        assert_eq!(reason(&plain, &counts(0, 14), none()), Reason::OtherTab("Nothing is active. 14 finished.".into()));
        let failed = HistoryQuery { tab: Tab::All, outcomes: vec![Outcome::Lost], ..plain.clone() };
        assert_eq!(
            reason(&failed, &counts(2, 3), none()),
            Reason::Filters("The filter Outcome hides all 5 that match otherwise.".into())
        );
        let search = HistoryQuery { text: "xyz".into(), apps: vec!["A".into()], ..plain.clone() };
        assert_eq!(
            reason(&search, &counts(0, 0), none()),
            Reason::Filters("Nothing matches the search for “xyz” and the filter App.".into())
        );
        let tagged = HistoryQuery { tags: vec!["team=a,b".into()], ..plain };
        assert_eq!(reason(&tagged, &counts(0, 0), none()), Reason::Filters("Nothing matches the filter Tag.".into()));
    }

    #[test]
    fn a_page_beyond_the_last_names_the_last() {
        let far = HistoryQuery { tab: Tab::All, page: 60, ..HistoryQuery::default() };
        let text = "This is page 60 of a list with 47 pages.".to_owned();
        assert_eq!(
            reason(&far, &counts(3, 4_670), Count { n: 4_673, more: false }),
            Reason::BeyondLast { text, last: 47 }
        );
        let one = counts(1, 0);
        let text = "This is page 60 of a list with only one page.".to_owned();
        assert_eq!(reason(&far, &one, one.active), Reason::BeyondLast { text, last: 1 });
    }

    #[test]
    fn rows_that_wait_are_hidden_by_no_filter() {
        let one = counts(1, 0);
        assert_eq!(
            reason(&HistoryQuery::default(), &one, one.active),
            Reason::Waiting("1 task matches and is not shown yet.".into())
        );
    }
}
