use super::field::{FieldId, FormField};
use crate::browser::guarded;
use leptos::{ev::MouseEvent, prelude::*};

/// Links to fields.
pub fn field_links(fields: &[FieldId], go_to: Callback<FieldId>) -> impl IntoView + use<> {
    let link = |(n, field): (usize, &FieldId)| {
        let field = *field;
        let go = move |event: MouseEvent| {
            event.prevent_default();
            go_to.run(field);
        };
        let address = format!("#{}", field.id());
        view! { {(n > 0).then_some(", ")}<a href=address on:click=guarded(go)>{field.label()}</a> }.into_any()
    };
    fields.iter().enumerate().map(link).collect_view()
}
