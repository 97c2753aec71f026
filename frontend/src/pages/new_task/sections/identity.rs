use super::Section;
use crate::pages::new_task::{composer::Composer, place::Place, text_field::TextField};
use leptos::prelude::*;

/// Source app and task ID.
#[component]
pub fn IdentitySection(
    /// The form.
    form: Composer,
) -> impl IntoView {
    view! {
        <Section id="identity" title="Identity" hint="App and ID together name the task.">
            <div class="field-grid">
                <TextField
                    form
                    place=Place::App
                    read=|draft| &draft.form().app
                    write=|draft, typed| draft.edit_form(|f| f.app = typed)
                />
                <TextField
                    form
                    place=Place::Id
                    mono=true
                    read=|draft| &draft.form().id
                    write=|draft, typed| draft.edit_form(|f| f.id = typed)
                />
            </div>
        </Section>
    }
    .into_any()
}
