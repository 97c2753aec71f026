//! The root: contexts, the router, and which page is shown. Nothing else.

use crate::{
    api::provide_api,
    layout::Shell,
    pages::{Lazy, NotFoundPage, TasksPage},
    routes::{Page, Paths, provide_paths, use_paths},
    state::{
        provide_background, provide_blacklisting, provide_clock, provide_executor_names, provide_kills, provide_live,
        provide_places, provide_session, provide_shortcuts, provide_theme, provide_toasts, use_places, use_session,
    },
};
use leptos::prelude::*;
use leptos_router::{
    components::Router,
    hooks::use_location,
    location::{BrowserUrl, LocationProvider},
};

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let paths = Paths::around(&crate::browser::base_path(), &crate::browser::path_name());
    let base = paths.base().to_owned();
    provide_paths(paths);
    provide_api();
    provide_places();
    provide_theme();
    provide_background();
    provide_toasts();
    provide_shortcuts();
    provide_executor_names();
    provide_clock();
    provide_live();
    provide_session();
    provide_kills();
    provide_blacklisting();
    view! {
        <Router base>
            <CurrentPage/>
        </Router>
    }
}

/// The page that the address means. Pages are matched here instead of by `<Routes>`: [`Page::at`] is the only place that
/// knows their paths, the match is exhaustive, and another task or executor is another page, built anew.
#[component]
fn CurrentPage() -> impl IntoView {
    let (location, places) = (use_location(), use_places());
    let path = location.pathname;
    let (session, paths) = (use_session(), use_paths());
    let page = Memo::new(move |_| if session.is_nowhere() { Page::NotFound } else { paths.page(&path.read()) });
    // The router writes the address bar only once the new page is there.
    let router = use_context::<BrowserUrl>();
    Effect::new(move |_| {
        path.track();
        if let Some(router) = &router {
            router.ready_to_complete();
        }
    });
    Effect::new(move |_| {
        path.track();
        location.search.track();
        location.hash.track();
        places.arrive();
    });
    let is_login = Memo::new(move |_| page.get() == Page::Login);
    move || {
        if is_login.get() {
            return view! { <Lazy page=Page::Login/> }.into_any();
        }
        view! { <Shell page>{move || content(page.get())}</Shell> }.into_any()
    }
}

fn content(page: Page) -> AnyView {
    match page {
        Page::Tasks => view! { <TasksPage/> }.into_any(),
        Page::Task(_) | Page::NewTask | Page::Executors | Page::Executor(_) => view! { <Lazy page/> }.into_any(),
        Page::NotFound => view! { <NotFoundPage/> }.into_any(),
        // Shown without the shell, above.
        Page::Login => ().into_any(),
    }
}
