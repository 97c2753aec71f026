use super::{composer::Composer, field::FieldId, sections::SECTIONS};
use crate::{
    browser::{guarded, scroll_to_id},
    ui::{Icon, IconName, IconSize, When},
};
use leptos::prelude::*;

/// The sections beside the form, each marked while something in it is wrong.
#[component]
pub fn SectionList(
    /// The form.
    form: Composer,
) -> impl IntoView {
    let link = move |(id, name, fields): &'static (&str, &str, &[FieldId])| {
        let wrong = Memo::new(move |_| fields.iter().any(|field| form.error_at(*field).is_some()));
        let go = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            scroll_to_id(id);
        };
        view! {
            <a class="new-task__link" href=format!("#{id}") data-tone=move || wrong.get().then_some("danger") on:click=guarded(go)>
                {*name}
                <When is=move || wrong.get()>
                    <Icon name=IconName::Warning size=IconSize::Small/>
                    <span class="visually-hidden">"has an error"</span>
                </When>
            </a>
        }.into_any()
    };
    view! { <nav class="new-task__nav" aria-label="Sections">{SECTIONS.iter().map(link).collect_view()}</nav> }
}
