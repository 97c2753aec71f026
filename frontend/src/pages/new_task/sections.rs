//! The sections of the form, in its order.

mod environment;
mod identity;
mod image;
mod operation;
mod placement;
mod resources;

pub use environment::EnvironmentSection;
pub use identity::IdentitySection;
pub use image::ImageSection;
pub use operation::OperationSection;
pub use placement::PlacementSection;
pub use resources::ResourcesSection;

use super::field::FieldId;
use leptos::prelude::*;

/// Sections as the list beside the form names them: id, name, and its fields.
pub const SECTIONS: &[(&str, &str, &[FieldId])] = &[
    ("identity", "Identity", &[FieldId::App, FieldId::Id]),
    ("image", "Image", &[FieldId::Url, FieldId::PullTimeout]),
    ("resources", "Resources", &[FieldId::Cpu, FieldId::Memory]),
    ("placement", "Placement", &[FieldId::Policy]),
    ("environment", "Environment", &[FieldId::Env, FieldId::Args]),
    ("operation", "Operation", &[FieldId::Timeout, FieldId::Parallelism, FieldId::Strategy]),
];

/// A titled part of the form.
#[component]
fn Section(
    /// Id, which links lead to.
    id: &'static str,
    /// Title.
    title: &'static str,
    /// One line below it.
    #[prop(optional, into)]
    hint: String,
    /// Fields.
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    view! {
        <section class="form-section" id=id aria-labelledby=labelled_by>
            <div class="form-section__head">
                <h2 class="section__title" id=title_id>{title}</h2>
                {(!hint.is_empty()).then(|| view! { <p class="field__hint">{hint}</p> }.into_any())}
            </div>
            {children()}
        </section>
    }
}
