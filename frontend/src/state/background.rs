//! Work that goes on when the view that started it is gone: an operation that was sent is answered by a message.

use crate::browser::{OwnedTasks, owned_tasks};
use leptos::prelude::*;

#[derive(Clone, Copy)]
struct Background(OwnedTasks);

/// Provides it.
pub fn provide_background() {
    provide_context(Background(owned_tasks()));
}

/// Runs futures until the whole page is closed. They must not read what belongs to a view.
pub fn use_background() -> OwnedTasks {
    expect_context::<Background>().0
}
