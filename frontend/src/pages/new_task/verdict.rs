use super::{
    composer::Composer,
    field::FieldId,
    links::field_links,
    submit::{Submission, Verdict},
};
use crate::{
    routes::use_paths,
    ui::{Icon, IconName},
};
use leptos::prelude::*;

/// The answer to "Validate" or "Create task", with what is said about no field in particular.
#[component]
pub fn VerdictLine(
    /// The form.
    form: Composer,
    /// What the buttons do.
    submission: Submission,
    /// Leads to a field.
    go_to: Callback<FieldId>,
) -> impl IntoView {
    let paths = StoredValue::new(use_paths());
    let drawn = move |verdict: Verdict| match verdict {
        Verdict::Valid => line("success", IconName::Check, "Drove would accept this task.".into_any()),
        Verdict::Invalid => refused("Drove would refuse it. ", form, go_to),
        Verdict::Refused => refused("Drove refused it. ", form, go_to),
        Verdict::Failed(error) => line("danger", IconName::Warning, error.to_string().into_any()),
        Verdict::NotCreated => {
            let text = "The dashboard has no record of this task: the request did not arrive. You can create it again.";
            line("warning", IconName::Warning, text.into_any())
        }
        Verdict::Unknown(key) => {
            let address = paths.with_value(|paths| paths.task(&key));
            let text =
                "Outcome unknown: the answer was lost, and the task may have been created. It is not sent again. ";
            line("warning", IconName::Warning, view! { {text}<a href=address>"Look at its page"</a> }.into_any())
        }
    };
    view! { {move || submission.result.get().map(drawn)} }.into_any()
}

/// A line of the bar with the buttons.
pub fn line(tone: &'static str, icon: IconName, text: AnyView) -> AnyView {
    view! { <div class="new-task-foot__reason" data-tone=tone><Icon name=icon/><div>{text}</div></div> }.into_any()
}

/// Which fields a refusal is about, and Drove's words about everything else.
fn refused(said: &'static str, form: Composer, go_to: Callback<FieldId>) -> AnyView {
    let (elsewhere, at_fields): (Vec<_>, Vec<_>) =
        form.refused().get_untracked().into_iter().partition(|finding| finding.field == FieldId::Document);
    let mut fields: Vec<FieldId> = at_fields.iter().map(|finding| finding.field).collect();
    fields.sort_unstable();
    fields.dedup();
    let see = (!fields.is_empty()).then(|| view! { "See "{field_links(&fields, go_to)}". " }.into_any());
    let quotes =
        elsewhere.into_iter().map(|f| view! { <q class="checks__quote">{f.text}</q> }.into_any()).collect_view();
    line("danger", IconName::Warning, view! { <b>{said}</b>{see}{quotes} }.into_any())
}
