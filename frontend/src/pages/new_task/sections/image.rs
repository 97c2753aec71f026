use super::Section;
use crate::pages::new_task::{composer::Composer, field::FieldId, text_field::TextField};
use leptos::prelude::*;

/// Image and how long its pull may take.
#[component]
pub fn ImageSection(
    /// The form.
    form: Composer,
) -> impl IntoView {
    view! {
        <Section id="image" title="Image">
            <div class="field-grid field-grid--lead">
                <TextField
                    form
                    field=FieldId::Url
                    mono=true
                    read=|draft| &draft.form().url
                    write=|draft, typed| draft.edit_form(|f| f.url = typed)
                />
                <TextField
                    form
                    field=FieldId::PullTimeout
                    hint="For example 100 seconds or 5m."
                    read=|draft| &draft.form().pull_timeout
                    write=|draft, typed| draft.edit_form(|f| f.pull_timeout = typed)
                />
            </div>
        </Section>
    }
    .into_any()
}
