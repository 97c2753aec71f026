use super::Section;
use crate::pages::new_task::{composer::Composer, field::FieldId, text_field::TextField};
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
                    field=FieldId::App
                    read=|draft| &draft.form().app
                    write=|draft, typed| draft.edit_form(|f| f.app = typed)
                />
                <TextField
                    form
                    field=FieldId::Id
                    mono=true
                    read=|draft| &draft.form().id
                    write=|draft, typed| draft.edit_form(|f| f.id = typed)
                />
            </div>
        </Section>
    }
    .into_any()
}
