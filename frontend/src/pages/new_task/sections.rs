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

use super::place::Place;
use leptos::prelude::*;

/// Sections as the list beside the form names them: id, name, and the places that lie in it.
pub const SECTIONS: &[(&str, &str, &[Place])] = &[
    ("identity", "Identity", &[Place::App, Place::Id]),
    ("image", "Image", &[Place::Url, Place::PullTimeout]),
    ("resources", "Resources", &[Place::Cpu, Place::Memory]),
    ("placement", "Placement", &[Place::Policy]),
    ("environment", "Environment", &[Place::Env, Place::Args]),
    ("operation", "Operation", &[Place::Timeout, Place::Parallelism, Place::Strategy]),
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
