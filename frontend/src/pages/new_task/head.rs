use super::{clone_source::Origin, composer::Composer};
use crate::{
    browser::guarded,
    layout::PageHead,
    routes::use_paths,
    ui::{Note, Tone, When},
};
use leptos::prelude::*;

/// Title, where the form was filled from, and what can be done about a draft that is in the way.
#[component]
pub fn Head(
    /// The form.
    form: Composer,
    /// Where it was filled from.
    origin: RwSignal<Option<Origin>>,
) -> impl IntoView {
    let is_dirty = form.is_dirty();
    let former = form.former();
    let discard = move |_| {
        form.discard();
        origin.update(|origin| {
            if matches!(origin, Some(Origin::Kept { .. })) {
                *origin = None;
            }
        });
    };
    view! {
        <PageHead title="New task">
            {move || origin.get().map(source)}
            <When is=move || is_dirty.get()>
                <button class="link-button" type="button" on:click=guarded(discard)>"Discard draft"</button>
            </When>
            <When is=move || former.with(Option::is_some)>
                <button class="link-button" type="button" on:click=guarded(move |_| form.bring_back())>
                    "Bring back my draft"
                </button>
            </When>
        </PageHead>
        {move || origin.get().map(missing)}
    }
    .into_any()
}

fn source(origin: Origin) -> AnyView {
    let (text, key) = match origin {
        Origin::Loading(key) => ("Cloning ", key),
        Origin::Filled { key, .. } | Origin::Failed(key, _) => ("Cloned from ", key),
        Origin::Kept { .. } => return view! { <span class="muted">"Your draft, as you left it"</span> }.into_any(),
    };
    let address = use_paths().task(&key);
    view! { <span class="muted">{text}<a href=address>{key.to_string()}</a></span> }.into_any()
}

/// What could not be taken over.
fn missing(origin: Origin) -> AnyView {
    match origin {
        Origin::Filled { missing, .. } if !missing.is_empty() => {
            let lines = vec![format!("Not kept, fill in what you need: {}.", missing.join(", "))];
            view! { <Note tone=Tone::Warning title="The clone is not complete" lines/> }.into_any()
        }
        Origin::Kept { lost } if !lost.is_empty() => {
            let title = match lost.len() {
                1 => format!("1 value was not kept: {}", lost.join(", ")),
                n => format!("{n} values were not kept: {}", lost.join(", ")),
            };
            let lines = vec!["What looks like a secret is never stored in the browser. Fill it in again.".to_owned()];
            view! { <Note tone=Tone::Warning title lines/> }.into_any()
        }
        Origin::Failed(key, error) => {
            view! { <Note tone=Tone::Danger title=format!("{key} could not be cloned") lines=error.lines()/> }
                .into_any()
        }
        Origin::Filled { .. } | Origin::Loading(_) | Origin::Kept { .. } => ().into_any(),
    }
}
