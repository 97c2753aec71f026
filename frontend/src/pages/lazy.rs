//! Pages whose code is loaded when they are opened. `xtask/src/page/parts.rs` cuts the page at the functions marked here:
//! what only they can reach is not in the first load.

use super::{ExecutorPage, ExecutorsPage, LoginPage, NewTaskPage, TaskPage};
use crate::{
    browser,
    browser::{owned_tasks, with_connection},
    routes::Page,
    ui::{Button, Empty, IconName, SkeletonRows},
};
use leptos::prelude::*;
use std::pin::Pin;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// Builds the page of an address.
type Build = fn(Page) -> AnyView;

/// How far the code of a page has come.
#[derive(Clone, Copy)]
enum Code {
    Coming,
    Here(Build),
    Missing,
}

#[wasm_split(login, fallible)]
fn login() -> Result<Build, SplitLoaderError> {
    Ok(|_| view! { <LoginPage/> }.into_any())
}

#[wasm_split(new_task, fallible)]
fn new_task() -> Result<Build, SplitLoaderError> {
    Ok(|_| view! { <NewTaskPage/> }.into_any())
}

#[wasm_split(task, fallible)]
fn task() -> Result<Build, SplitLoaderError> {
    Ok(|page| {
        let Page::Task(key) = page else { return ().into_any() };
        view! { <TaskPage key/> }.into_any()
    })
}

#[wasm_split(executors, fallible)]
fn executors() -> Result<Build, SplitLoaderError> {
    Ok(|page| {
        let Page::Executor(id) = page else { return view! { <ExecutorsPage/> }.into_any() };
        view! { <ExecutorPage id/> }.into_any()
    })
}

type Loading = Pin<Box<dyn Future<Output = Result<Build, SplitLoaderError>>>>;

/// The code of a page; `None` for those that are always there.
fn load(page: &Page) -> Option<Loading> {
    match page {
        Page::Login => Some(Box::pin(login())),
        Page::NewTask => Some(Box::pin(new_task())),
        Page::Task(_) => Some(Box::pin(task())),
        Page::Executors | Page::Executor(_) => Some(Box::pin(executors())),
        Page::Tasks | Page::NotFound => None,
    }
}

/// A page that is not part of the first load.
#[component]
pub fn Lazy(
    /// Which.
    page: Page,
) -> impl IntoView {
    let code = RwSignal::new(Code::Coming);
    let tasks = owned_tasks();
    let wanted = page.clone();
    let fetch = Callback::new(move |()| {
        if let Some(loading) = load(&wanted) {
            code.set(Code::Coming);
            tasks.spawn(async move {
                code.set(with_connection(loading).await.map_or(Code::Missing, Code::Here));
            });
        }
    });
    fetch.run(());
    move || match code.get() {
        Code::Coming => view! { <SkeletonRows label="Loading the page"/> }.into_any(),
        Code::Here(build) => build(page.clone()),
        Code::Missing => view! { <Missing on_retry=fetch/> }.into_any(),
    }
}

#[component]
fn Missing(on_retry: Callback<()>) -> impl IntoView {
    let text = "Either the server does not answer, or it has been replaced by another version since this tab was opened. \
                Try again, and reload the tab if that does not help.";
    view! {
        <div role="alert">
            <Empty icon=IconName::Warning title="This page could not be loaded" text>
                <Button label="Try again" icon=IconName::Refresh on_press=on_retry/>
                <Button label="Reload" on_press=|()| browser::reload()/>
            </Empty>
        </div>
    }
}
