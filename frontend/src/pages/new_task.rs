mod clone_source;
mod command_line;
mod command_pane;
mod composer;
mod draft;
mod findings;
mod footer;
mod form;
mod json_pane;
mod next_id;
mod operation;
mod place;
mod preflight_pane;
mod preview;
mod section_list;
mod sections;
mod submit;
mod text_field;

use crate::{
    api::{LiveView, NoFrame},
    browser::{guarded, owned_listener},
    layout::{PageHead, use_title},
    routes::{clone_source as clone_of, run_number, use_paths},
    state::subscribe,
    ui::{IconButton, IconName, Note, Tab, TabPanel, Tabs, Tone},
};
use clone_source::{Origin, fill_from, free_example};
use command_pane::CommandPane;
use composer::Composer;
use draft::Draft;
use footer::Footer;
use json_pane::JsonPane;
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_location;
use model::fit::Matrix;
use preflight_pane::PreflightPane;
use preview::{use_preview, watch_id};
use section_list::SectionList;
use sections::{
    EnvironmentSection, IdentitySection, ImageSection, OperationSection, PlacementSection, ResourcesSection,
};
use submit::use_submission;

const TABS: &[Tab] = &[
    Tab { id: "preflight", label: "Preflight" },
    Tab { id: "json", label: "JSON" },
    Tab { id: "command", label: "Command" },
];

/// The form of a new task, and beside it what would become of it.
#[component]
pub fn NewTaskPage() -> impl IntoView {
    use_title(|| "New task".into());
    let form = Composer::new(Draft::default());
    let search = use_location().search.get_untracked();
    let origin = match clone_of(&search) {
        Some(key) => fill_from(form, key, run_number(&search)),
        None => {
            free_example(form);
            RwSignal::new(None)
        }
    };
    // For the state of the cluster: whether operations are taken, and that the connection lives.
    subscribe(Signal::stored(LiveView::Executors), |_: NoFrame| {});
    let preview = use_preview(form);
    watch_id(form);
    let submission = use_submission(form);
    let matrix = Signal::from(Memo::new(move |before: Option<&Option<Matrix>>| {
        // A draft that cannot be read has no verdict; the last one stays.
        let answered = preview.answer.with(|a| a.as_ref().and_then(|a| a.matrix.clone()));
        answered.or_else(|| before.cloned().flatten())
    }));
    let selected = RwSignal::new("preflight");
    let sheet = RwSignal::new(false);
    let edit_json = move |()| {
        selected.set("json");
        sheet.set(true);
    };
    owned_listener(ev::keydown, move |event| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            submission.create();
        } else if event.key() == "Escape" {
            sheet.set(false);
        }
    });
    view! {
        <PageHead title="New task">{move || origin.get().map(told)}</PageHead>
        {move || origin.get().map(missing)}
        <div class="new-task">
            <SectionList form/>
            <form
                class="new-task__form"
                novalidate=true
                aria-label="New task"
                on:submit=guarded(move |event: ev::SubmitEvent| event.prevent_default())
            >
                <IdentitySection form/>
                <ImageSection form/>
                <ResourcesSection form matrix/>
                <PlacementSection form/>
                <EnvironmentSection form/>
                <OperationSection form on_edit_json=edit_json/>
            </form>
            <aside class="new-task__aside" aria-label="Check before you create" translate="no" data-open=move || sheet.get().then_some("")>
                <div class="new-task__head">
                    <Tabs label="Check before you create" tabs=TABS selected/>
                    <span class="narrow-only">
                        <IconButton label="Close" icon=IconName::Cross on_press=move |()| sheet.set(false)/>
                    </span>
                </div>
                <div class="new-task__pane">
                    <TabPanel id="preflight" selected><PreflightPane form preview submission matrix/></TabPanel>
                    <TabPanel id="json" selected><JsonPane form/></TabPanel>
                    <TabPanel id="command" selected><CommandPane form/></TabPanel>
                </div>
            </aside>
        </div>
        <Footer form submission matrix sheet/>
    }
    .into_any()
}

/// Where the form was filled from.
fn told(origin: Origin) -> AnyView {
    let (text, key) = match origin {
        Origin::Loading(key) => ("Cloning ", key),
        Origin::Filled { key, .. } | Origin::Failed(key, _) => ("Cloned from ", key),
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
        Origin::Failed(key, error) => {
            view! { <Note tone=Tone::Danger title=format!("{key} could not be cloned") lines=error.lines()/> }
                .into_any()
        }
        Origin::Filled { .. } | Origin::Loading(_) => ().into_any(),
    }
}
