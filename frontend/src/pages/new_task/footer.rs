use super::{
    composer::Composer,
    field::FieldId,
    links::field_links,
    preview::Preview,
    submit::Submission,
    verdict::{VerdictLine, line},
};
use crate::ui::{Button, ButtonStyle, IconName};
use leptos::prelude::*;
use model::fit::Matrix;

/// The bar with the buttons; above them, why "Create task" cannot be pressed, or what the last press led to.
#[component]
pub fn Footer(
    /// The form.
    form: Composer,
    /// What the server says while typing.
    preview: Preview,
    /// What the buttons do.
    submission: Submission,
    /// Which executors fit.
    matrix: Signal<Option<Matrix>>,
    /// The sheet with Preflight, on narrow screens.
    sheet: RwSignal<bool>,
    /// Leads to a field.
    go_to: Callback<FieldId>,
) -> impl IntoView {
    let fits = Memo::new(move |_| matrix.with(|m| m.as_ref().map(|m| (m.fits, m.rows.len()))));
    // Drove would not accept and drop what it refuses.
    let would_drop = Memo::new(move |_| preview.would_drop() && form.refused().with(Vec::is_empty));
    let reason = move || {
        if let Some(denied) = submission.denied.get() {
            return line("danger", IconName::Lock, denied.into_any());
        }
        let errors = form.errors().get();
        if !errors.is_empty() {
            let said = match errors.len() {
                1 => "1 field needs attention: ".to_owned(),
                n => format!("{n} fields need attention: "),
            };
            let fields: Vec<_> = errors.iter().map(|e| e.field).collect();
            let text = view! { <b>{said}</b>{field_links(&fields, go_to)} };
            return line("danger", IconName::Warning, text.into_any());
        }
        if would_drop.get() {
            let text = "No executor fits now. Drove would accept it and drop it after about 2 s.";
            return line("warning", IconName::Warning, text.into_any());
        }
        ().into_any()
    };
    // The reason stands at the left end of the bar.
    let disabled = Signal::derive(move || {
        (form.errors().with(|e| !e.is_empty()) || submission.denied.with(Option::is_some)).then(String::new)
    });
    let fit_label = Signal::derive(move || match fits.get() {
        Some((n, all)) => format!("{n} of {all} fit"),
        None => "Preflight".to_owned(),
    });
    view! {
        <footer class="new-task-foot" translate="no">
            <div class="new-task-foot__said" role="status">
                <VerdictLine form submission go_to/>
                {move || reason()}
            </div>
            <div class="new-task-foot__actions">
                <span class="narrow-only">
                    <Button label=fit_label on_press=move |()| sheet.update(|open| *open = !*open)/>
                </span>
                <Button label="Validate" busy=submission.validating on_press=move |()| submission.validate()/>
                <Button
                    label="Create task"
                    style=ButtonStyle::Primary
                    busy=submission.creating
                    disabled
                    on_press=move |()| submission.create()
                />
            </div>
        </footer>
    }
    .into_any()
}
