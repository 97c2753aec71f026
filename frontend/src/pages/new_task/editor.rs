use super::{
    clone_source::fill,
    command_pane::CommandPane,
    composer::Composer,
    draft::Draft,
    field::{FieldId, FormField},
    footer::Footer,
    head::Head,
    json_pane::JsonPane,
    preflight_pane::PreflightPane,
    preview::{use_preview, watch_id},
    section_list::SectionList,
    sections::{
        EnvironmentSection, IdentitySection, ImageSection, OperationSection, PlacementSection, ResourcesSection,
    },
    submit::use_submission,
};
use crate::{
    browser::{focus_by_id, guarded, owned_frames, owned_listener},
    ui::{IconButton, IconName, Tab, TabPanel, Tabs},
};
use leptos::{ev, prelude::*};
use model::fit::Matrix;

const TABS: &[Tab] = &[
    Tab { id: "preflight", label: "Preflight" },
    Tab { id: "json", label: "JSON" },
    Tab { id: "command", label: "Command" },
];

/// The form, and beside it what would become of the task.
#[component]
pub fn Editor(
    /// Whether the cluster is simulated: then the form begins with an example that runs.
    is_demo: bool,
) -> impl IntoView {
    let form = Composer::new(if is_demo { Draft::example() } else { Draft::blank() });
    let origin = fill(form, is_demo);
    let preview = use_preview(form);
    watch_id(form);
    let submission = use_submission(form);
    let matrix = Signal::from(Memo::new(move |before: Option<&Option<Matrix>>| {
        if form.lacks_resources() {
            return None;
        }
        // The preview of an unreadable draft has no matrix: keep the last one.
        let answered = preview.answer.with(|a| a.as_ref().and_then(|a| a.matrix.clone()));
        answered.or_else(|| before.cloned().flatten())
    }));
    let selected = RwSignal::new("preflight");
    let sheet = RwSignal::new(false);
    let frames = owned_frames();
    let go_to = Callback::new(move |field: FieldId| {
        // On narrow screens the sheet lies over the form.
        sheet.set(field == FieldId::Document);
        if field == FieldId::Document {
            selected.set("json");
        }
        frames.request(move || focus_by_id(field.id()));
    });
    owned_listener(ev::keydown, move |event| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            submission.create();
        } else if event.key() == "Escape" {
            sheet.set(false);
        }
    });
    view! {
        <Head form origin/>
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
                <OperationSection form on_edit_json=move |()| go_to.run(FieldId::Document)/>
            </form>
            <aside class="new-task__aside" aria-label="Check before you create" translate="no" data-open=move || sheet.get().then_some("")>
                <div class="new-task__head">
                    <Tabs label="Check before you create" tabs=TABS selected/>
                    <span class="narrow-only">
                        <IconButton label="Close" icon=IconName::Cross on_press=move |()| sheet.set(false)/>
                    </span>
                </div>
                <div class="new-task__pane">
                    <TabPanel id="preflight" selected><PreflightPane form preview matrix go_to/></TabPanel>
                    <TabPanel id="json" selected><JsonPane form/></TabPanel>
                    <TabPanel id="command" selected><CommandPane form/></TabPanel>
                </div>
            </aside>
        </div>
        <Footer form preview submission matrix sheet go_to/>
    }
    .into_any()
}
