use super::{list::TaskList, table::row_id};
use crate::{
    browser::{follow_row_by_id, is_in_grid, is_on_control, owned_listener, scroll_to_id},
    state::use_shortcuts,
};
use leptos::{ev, prelude::*};

/// `j` and `k`, or the arrows while the table has the keyboard, move from row to row; Enter opens.
pub(super) fn handle_keys(list: TaskList) {
    let shortcuts = use_shortcuts();
    owned_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let step = match event.key().as_str() {
            "j" if shortcuts.listen() => 1,
            "k" if shortcuts.listen() => -1,
            "ArrowDown" if is_in_grid() => 1,
            "ArrowUp" if is_in_grid() => -1,
            "Enter" if shortcuts.listen() && !is_on_control() => {
                if let Some(run) = list.cursor.get_untracked() {
                    follow_row_by_id(&row_id(run));
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        let to = list.board.order().with_untracked(|order| next(order, list.cursor.get_untracked(), step));
        list.cursor.set(to);
        if let Some(run) = to {
            scroll_to_id(&row_id(run));
        }
    });
}

/// The run `step` rows away from `from`, or the first one; the ends are ends.
fn next(order: &[i64], from: Option<i64>, step: isize) -> Option<i64> {
    let at = from.and_then(|from| order.iter().position(|run| *run == from));
    let to = at.map_or(0, |at| at.saturating_add_signed(step).min(order.len().saturating_sub(1)));
    order.get(to).copied()
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_cursor_stops_at_both_ends() {
        let order = [30, 20, 10];
        assert_eq!(next(&order, None, 1), Some(30));
        assert_eq!(next(&order, Some(30), 1), Some(20));
        assert_eq!(next(&order, Some(10), 1), Some(10));
        assert_eq!(next(&order, Some(30), -1), Some(30));
        assert_eq!(next(&order, Some(99), 1), Some(30), "a row that is gone");
        assert_eq!(next(&[], None, 1), None);
    }
}
