use super::Section;
use crate::{
    format::format_megabytes,
    pages::new_task::{composer::Composer, field::FieldId, text_field::TextField},
};
use leptos::prelude::*;
use model::fit::Matrix;

/// CPU and memory, with what the cluster has free of them.
#[component]
pub fn ResourcesSection(
    /// The form.
    form: Composer,
    /// What would fit where, once asked.
    matrix: Signal<Option<Matrix>>,
) -> impl IntoView {
    let most = move |pick: fn(&Matrix) -> Option<i64>| matrix.with(|m| m.as_ref().and_then(pick));
    let cpu_hint = Signal::derive(move || {
        most(|m| active(m).map(|c| c.best_cores).max())
            .map(|cores| format!("Largest free block on an active executor: {cores}"))
            .unwrap_or_default()
    });
    let asked = form.pick(|draft| draft.form().memory.trim().parse::<i64>().ok());
    let memory_hint = Signal::derive(move || {
        let own = asked.get().filter(|mb| *mb >= 1_024).map(|mb| format!("MB, {} in all. ", format_megabytes(mb)));
        let most = most(|m| active(m).map(|c| c.best_memory).max());
        let most = most.map(|mb| format!("Most free on one node: {}", format_megabytes(mb)));
        own.unwrap_or_else(|| "MB. ".into()) + &most.unwrap_or_default()
    });
    view! {
        <Section id="resources" title="Resources" hint="Both come from one NUMA node of one executor.">
            <div class="field-grid">
                <TextField
                    form
                    field=FieldId::Cpu
                    numeric=true
                    hint=cpu_hint
                    read=|draft| &draft.form().cpu
                    write=|draft, typed| draft.edit_form(|f| f.cpu = typed)
                />
                <TextField
                    form
                    field=FieldId::Memory
                    numeric=true
                    hint=memory_hint
                    read=|draft| &draft.form().memory
                    write=|draft, typed| draft.edit_form(|f| f.memory = typed)
                />
            </div>
        </Section>
    }
    .into_any()
}

fn active(matrix: &Matrix) -> impl Iterator<Item = &model::fit::Checks> {
    matrix.rows.iter().map(|row| &row.checks).filter(|checks| checks.active)
}
