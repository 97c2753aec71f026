//! What all parts of the form share: the draft, and what is to be said about it.

use super::{
    draft::Draft,
    findings::{self, Finding},
    form::TaskForm,
    place::Place,
};
use crate::ui::{FieldMessage, Tone};
use leptos::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;

/// Handle on the form's state; cheap to copy.
#[derive(Clone, Copy)]
pub struct Composer {
    draft: RwSignal<Draft>,
    touched: RwSignal<BTreeSet<Place>>,
    refusal: RwSignal<Option<Refusal>>,
    taken: RwSignal<Option<Finding>>,
    errors: Memo<Vec<Finding>>,
    warnings: Memo<Vec<Finding>>,
}

/// What the server said about a draft; it holds as long as the draft is the same.
#[derive(Clone, Debug, PartialEq)]
struct Refusal {
    body: Value,
    entries: Vec<String>,
}

impl Composer {
    /// A form over `draft`.
    pub fn new(draft: Draft) -> Self {
        let draft = RwSignal::new(draft);
        let refusal = RwSignal::new(None::<Refusal>);
        let taken = RwSignal::new(None::<Finding>);
        let errors = Memo::new(move |_| {
            let mut found = draft.with(findings::errors);
            let mut add = |more: Finding| {
                if more.place == Place::Document || found.iter().all(|f| f.place != more.place) {
                    found.push(more);
                }
            };
            if let Some(taken) = taken.get() {
                add(taken);
            }
            refusal.with(|refusal| {
                if let Some(refusal) = refusal.as_ref().filter(|r| draft.with(|d| d.body() == r.body)) {
                    refusal.entries.iter().for_each(|entry| add(findings::of_entry(entry)));
                }
            });
            found.sort_by_key(|f| f.place);
            found.dedup();
            found
        });
        let warnings = Memo::new(move |_| draft.with(findings::warnings));
        Self { draft, touched: RwSignal::new(BTreeSet::new()), refusal, taken, errors, warnings }
    }

    /// The draft.
    pub fn draft(&self) -> RwSignal<Draft> {
        self.draft
    }

    /// A value of the draft that notifies only when it changes.
    pub fn pick<T: PartialEq + Send + Sync + 'static>(
        &self,
        pick: impl Fn(&Draft) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let draft = self.draft;
        Memo::new(move |_| draft.with(&pick))
    }

    /// Changes fields of the form.
    pub fn edit(&self, change: impl FnOnce(&mut TaskForm)) {
        self.draft.update(|draft| draft.edit_form(change));
    }

    /// Replaces the draft, as after "Clone".
    pub fn replace(&self, draft: Draft) {
        self.touched.set(BTreeSet::new());
        self.refusal.set(None);
        self.draft.set(draft);
    }

    /// The user was at a field and left it: from now on its error is shown.
    pub fn touch(&self, place: Place) {
        if self.touched.with_untracked(|touched| !touched.contains(&place)) {
            self.touched.update(|touched| {
                touched.insert(place);
            });
        }
    }

    /// All errors are shown from now on.
    pub fn touch_all(&self) {
        self.touched.set(Place::ALL.iter().copied().collect());
    }

    /// Everything that keeps the draft from being created, in the order of the form.
    pub fn errors(&self) -> Memo<Vec<Finding>> {
        self.errors
    }

    /// What the server said about the draft as it was sent.
    pub fn refuse(&self, body: Value, entries: Vec<String>) {
        self.refusal.set((!entries.is_empty()).then_some(Refusal { body, entries }));
    }

    /// Whether the ID is taken, and by what.
    pub fn set_taken(&self, taken: Option<Finding>) {
        if self.taken.with_untracked(|known| known != &taken) {
            self.taken.set(taken);
        }
    }

    /// The error at a place, once it may be shown. What the server found is shown at once.
    pub fn error_at(&self, place: Place) -> Option<Finding> {
        let asked = self.refusal.with(Option::is_some) || (place == Place::Id && self.taken.with(Option::is_some));
        let shown = asked || self.touched.with(|touched| touched.contains(&place));
        shown.then(|| self.errors.with(|errors| errors.iter().find(|f| f.place == place).cloned())).flatten()
    }

    /// The line below a field.
    pub fn message_at(&self, place: Place) -> Option<FieldMessage> {
        let error = self.error_at(place).map(|f| FieldMessage { tone: Tone::Danger, text: f.text });
        error.or_else(|| {
            self.warnings
                .with(|found| found.iter().find(|f| f.place == place).cloned())
                .map(|f| FieldMessage { tone: Tone::Warning, text: f.text })
        })
    }

    /// Warnings that belong to no field.
    pub fn other_warnings(&self) -> Vec<String> {
        self.warnings
            .with(|found| found.iter().filter(|f| f.place == Place::Document).map(|f| f.text.clone()).collect())
    }
}
