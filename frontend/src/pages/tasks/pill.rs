use super::{list::TaskList, list_query::ListQuery};
use crate::browser::guarded;
use crate::ui::{Icon, IconName, IconSize, When};
use leptos::prelude::*;
use model::dashboard::Tab;

/// "3 new, 2 ended" (or "2 changed", where another filter than the tab no longer holds): what waits until the reader asks for it.
#[component]
pub(super) fn Pill(query: ListQuery, list: TaskList) -> impl IntoView {
    let ended = query.part(|query| query.tab == Tab::Active && query.states.is_empty());
    let text = Memo::new(move |_| told(list.waiting(), if ended.get() { "ended" } else { "changed" }));
    view! {
        <When is=move || text.with(Option::is_some)>
            <button class="pill push" type="button" on:click=guarded(move |_| list.reload())>
                <Icon name=IconName::ArrowUp size=IconSize::Small/>
                {move || text.get()}
            </button>
        </When>
        <span class="visually-hidden" role="status">{move || text.get()}</span>
    }
}

fn told((new, left): (usize, usize), verb: &str) -> Option<String> {
    let tasks = |count: usize| if count == 1 { "1 new task".to_owned() } else { format!("{count} new tasks") };
    match (new, left) {
        (0, 0) => None,
        (new, 0) => Some(tasks(new)),
        (0, left) => Some(format!("{left} {verb}")),
        (new, left) => Some(format!("{new} new, {left} {verb}")),
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn the_pill_says_what_waits() {
        assert_eq!(told((0, 0), "ended"), None);
        assert_eq!(told((1, 0), "ended").as_deref(), Some("1 new task"));
        assert_eq!(told((3, 2), "ended").as_deref(), Some("3 new, 2 ended"));
        assert_eq!(told((0, 2), "changed").as_deref(), Some("2 changed"));
    }
}
