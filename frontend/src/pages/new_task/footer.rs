use super::{composer::Composer, preflight_pane::links, submit::Submission};
use crate::ui::{Button, ButtonStyle, Icon, IconName};
use leptos::prelude::*;
use model::fit::Matrix;

/// The bar with the buttons, and why "Create task" cannot be pressed.
#[component]
pub fn Footer(
    /// The form.
    form: Composer,
    /// What the buttons do.
    submission: Submission,
    /// Which executors fit.
    matrix: Signal<Option<Matrix>>,
    /// The sheet with Preflight, on narrow screens.
    sheet: RwSignal<bool>,
) -> impl IntoView {
    let fits = Memo::new(move |_| matrix.with(|m| m.as_ref().map(|m| (m.fits, m.rows.len()))));
    let reason = move || {
        let errors = form.errors().get();
        if !errors.is_empty() {
            let said = match errors.len() {
                1 => "1 field needs attention: ".to_owned(),
                n => format!("{n} fields need attention: "),
            };
            let places: Vec<_> = errors.iter().map(|e| e.place).collect();
            return line("danger", IconName::Warning, view! { <b>{said}</b>{links(&places)} }.into_any());
        }
        if let Some(denied) = submission.denied.get() {
            return line("danger", IconName::Lock, denied.into_any());
        }
        match fits.get() {
            Some((0, all)) if all > 0 => line(
                "warning",
                IconName::Warning,
                "No executor fits now. Drove would accept it and drop it after about 2 s.".into_any(),
            ),
            Some(_) | None => ().into_any(),
        }
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
            <div role="status">{move || reason()}</div>
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

fn line(tone: &'static str, icon: IconName, text: AnyView) -> AnyView {
    view! { <p class="new-task-foot__reason" data-tone=tone><Icon name=icon/><span>{text}</span></p> }.into_any()
}
