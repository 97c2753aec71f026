use super::{
    list::TaskList,
    list_query::{ListQuery, on_page},
};
use crate::{
    format::{format_count, format_number},
    ui::{Icon, IconName, When},
};
use leptos::prelude::*;
use model::dashboard::{Count, HistoryQuery};

/// Which rows of how many, and the way to the others.
#[component]
pub(super) fn Pager(query: ListQuery, list: TaskList) -> impl IntoView {
    let rows = Memo::new(move |_| list.board.order().with(Vec::len));
    let matching = Memo::new(move |_| list.matching());
    let range = move || range(&list.answered(), rows.get(), matching.get());
    let link = move |label: &'static str, icon: IconName, page: fn(&HistoryQuery, Count) -> Option<HistoryQuery>| {
        let target = Memo::new(move |_| page(&query.get(), matching.get()));
        let address = move || target.with(|target| target.as_ref().map(|target| query.address(target)));
        view! {
            <When is=move || target.with(Option::is_some)>
                <a class="icon-button" aria-label=label title=label href=move || address()><Icon name=icon/></a>
            </When>
        }
        .into_any()
    };
    view! {
        <nav class="pager" aria-label="Pages">
            <span>{move || range()}</span>
            {link("Previous page", IconName::ChevronLeft, previous)}
            {link("Next page", IconName::ChevronRight, next)}
        </nav>
    }
}

/// Number of the last page with rows; the first one has none if nothing matches.
pub(super) fn last_page(matching: Count, size: u32) -> u32 {
    u32::try_from(matching.n.div_ceil(u64::from(size))).unwrap_or(u32::MAX).max(1)
}

pub(super) fn previous(query: &HistoryQuery, _: Count) -> Option<HistoryQuery> {
    (query.page > 1).then(|| on_page(query, query.page - 1))
}

pub(super) fn next(query: &HistoryQuery, matching: Count) -> Option<HistoryQuery> {
    let is_last = !matching.more && query.page >= last_page(matching, query.size);
    (!is_last).then(|| on_page(query, query.page.saturating_add(1)))
}

/// `1–100 of 10,000`.
fn range(query: &HistoryQuery, rows: usize, matching: Count) -> String {
    let (page, size) = (u64::from(query.page), u64::from(query.size));
    let rows = u64::try_from(rows).unwrap_or(u64::MAX).min(size);
    let first = (page.saturating_sub(1)) * size + 1;
    let last = first + rows.saturating_sub(1);
    // Rows that ended are still shown, and no longer counted.
    let matching = Count { n: matching.n.max(last), ..matching };
    format!("{}–{} of {}", format_number(first), format_number(last), format_count(matching))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(n: u64) -> Count {
        Count { n, more: false }
    }

    fn page(page: u32) -> HistoryQuery {
        HistoryQuery { page, ..HistoryQuery::default() }
    }

    #[test]
    fn the_pager_says_which_rows_of_how_many() {
        assert_eq!(range(&page(1), 100, count(10_000)), "1–100 of 10,000");
        assert_eq!(range(&page(3), 25, count(225)), "201–225 of 225");
        assert_eq!(range(&page(1), 100, Count { n: 10_000, more: true }), "1–100 of 10,000+");
        assert_eq!(range(&page(1), 12, count(11)), "1–12 of 12");
    }

    #[test]
    fn every_row_is_on_a_page_that_the_links_reach() {
        for (n, pages) in [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3), (4_673, 47)] {
            let there: Vec<u32> = std::iter::successors(Some(page(1)), |q| next(q, count(n))).map(|q| q.page).collect();
            assert_eq!(there, (1..=pages).collect::<Vec<_>>(), "{n} rows");
            let back: Vec<u32> =
                std::iter::successors(Some(page(pages)), |q| previous(q, count(n))).map(|q| q.page).collect();
            assert_eq!(back, (1..=pages).rev().collect::<Vec<_>>(), "{n} rows");
        }
        assert!(next(&page(100), Count { n: 10_000, more: true }).is_some(), "nobody counted the rest");
    }
}
