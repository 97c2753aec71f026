use super::{ToastList, banners::Banners, page_head::provide_title, sidebar::Sidebar, top_bar::TopBar};
use crate::{
    api::use_api,
    browser::{
        OwnedFrames, clicked, close_menus, copy_rows, focus_heading, is_focus_free, is_loading, owned_frames,
        owned_listener,
    },
    routes::{Page, Replace, use_go, use_paths},
    state::use_shortcuts,
};
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_location;

/// The frame of every page but the login page: side bar, top bar, banners, the page itself, messages.
#[component]
pub fn Shell(
    /// Which page is shown.
    page: Memo<Page>,
    /// The page.
    children: Children,
) -> impl IntoView {
    provide_title();
    lead_to_login();
    follow_with_focus(page);
    global_keys();
    // Browsers that translate replace text nodes by elements, and what is written into the old nodes is not seen. So
    // all that changes by itself is left as it is: these pages, whose every text follows the cluster, and the parts
    // around them. The same attribute is on those parts of other pages that follow the cluster.
    let is_live = move || page.with(|page| !matches!(page, Page::NewTask | Page::Login | Page::NotFound));
    let is_wide = move || page.with(|page| matches!(page, Page::Tasks | Page::Executors));
    view! {
        <a class="skip-link" href="#main">"Skip to content"</a>
        <div class="shell">
            <Sidebar page/>
            <div class="shell__main">
                <TopBar page/>
                <Banners/>
                <main class=move || if is_wide() { "page page--wide" } else { "page" } id="main" tabindex="-1" translate=move || is_live().then_some("no")>
                    {children()}
                </main>
            </div>
        </div>
        <ToastList/>
    }
}

/// Whoever is not signed in any more is led to the login page, and back afterwards.
fn lead_to_login() {
    let signed_out = use_api().signed_out();
    let paths = use_paths();
    let go = use_go();
    let location = use_location();
    Effect::new(move |_| {
        if signed_out.get() {
            let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
            let here = if search.is_empty() { path } else { format!("{path}?{search}") };
            go(&paths.login(Some(&here)), Replace::Yes);
        }
    });
}

/// After a change of page the keyboard stands on the new page's title, so that it is read out and Tab goes on from
/// there.
fn follow_with_focus(page: Memo<Page>) {
    let frames = owned_frames();
    Effect::new(move |before: Option<Page>| {
        let now = page.get();
        if before.is_some_and(|before| before != now) {
            frames.request(move || {
                focus_heading();
                focus_when_loaded(frames);
            });
        }
        now
    });
}

/// While the keyboard is on the frame of a page that is loading, it waits for the page's title.
fn focus_when_loaded(frames: OwnedFrames) {
    match (is_focus_free(), is_loading()) {
        (true, true) => frames.request(move || focus_when_loaded(frames)),
        (true, false) => focus_heading(),
        (false, _) => {}
    }
}

/// Single keys that work on every page, clicks that close menus, and rows that are copied.
fn global_keys() {
    let (shortcuts, paths, go) = (use_shortcuts(), use_paths(), use_go());
    owned_listener(ev::keydown, move |event| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if plain && event.key() == "n" && shortcuts.listen() {
            event.prevent_default();
            go(&paths.new_task(), Replace::No);
        }
    });
    owned_listener(ev::click, move |event| {
        close_menus(clicked(&event).as_ref());
    });
    owned_listener(ev::copy, move |event| copy_rows(&event));
}
