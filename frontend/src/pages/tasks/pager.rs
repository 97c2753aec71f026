use super::{list::TaskList, list_query::ListQuery};
use crate::{
    format::{format_count, format_number},
    ui::{Icon, IconName, When},
};
use leptos::prelude::*;
use model::dashboard::Count;

/// Which rows of how many, and the way to the others.
#[component]
pub(super) fn Pager(query: ListQuery, list: TaskList) -> impl IntoView {
    let page = query.part(|query| (u64::from(query.page), u64::from(query.size)));
    let rows = Memo::new(move |_| list.board.order().with(Vec::len));
    let matching = Memo::new(move |_| list.matching());
    let range = move || told(page.get(), rows.get(), matching.get());
    let has_previous = move || page.get().0 > 1;
    let has_next = move || {
        let ((page, size), matching) = (page.get(), matching.get());
        matching.more || page * size < matching.n
    };
    let link = move |label: &'static str, icon: IconName, by: i64| {
        let address = move || query.address(|q| q.page = q.page.saturating_add_signed(i32::try_from(by).unwrap_or(0)));
        view! { <a class="icon-button" aria-label=label title=label href=move || address()><Icon name=icon/></a> }
            .into_any()
    };
    view! {
        <nav class="pager" aria-label="Pages">
            <span>{move || range()}</span>
            <When is=move || has_previous()>{link("Previous page", IconName::ChevronLeft, -1)}</When>
            <When is=move || has_next()>{link("Next page", IconName::ChevronRight, 1)}</When>
        </nav>
    }
}

/// `1–100 of 10,000`.
fn told((page, size): (u64, u64), rows: usize, matching: Count) -> String {
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

    #[test]
    fn the_pager_tells_which_rows_of_how_many() {
        let count = |n| Count { n, more: false };
        assert_eq!(told((1, 100), 100, count(10_000)), "1–100 of 10,000");
        assert_eq!(told((3, 100), 25, count(225)), "201–225 of 225");
        assert_eq!(told((1, 100), 100, Count { n: 10_000, more: true }), "1–100 of 10,000+");
        assert_eq!(told((1, 100), 12, count(11)), "1–12 of 12");
    }
}
