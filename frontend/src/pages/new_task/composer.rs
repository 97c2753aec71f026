//! What all parts of the form share: the draft, and what is to be said about it.

use super::{
    draft::Draft,
    field::FieldId,
    findings::{self, Finding},
    form::TaskForm,
};
use crate::ui::{FieldMessage, Tone};
use leptos::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;

/// Handle on the form's state; cheap to copy.
#[derive(Clone, Copy)]
pub struct Composer {
    draft: RwSignal<Draft>,
    filled: RwSignal<Draft>,
    former: RwSignal<Option<Draft>>,
    is_dirty: Memo<bool>,
    touched: RwSignal<BTreeSet<FieldId>>,
    refusal: RwSignal<Option<Refusal>>,
    taken: RwSignal<Option<Finding>>,
    errors: Memo<Vec<Finding>>,
    refused: Memo<Vec<Finding>>,
    warnings: Memo<Vec<Finding>>,
}

/// What Drove refused, and in which words.
#[derive(Clone, Debug, PartialEq)]
struct Refusal {
    body: Value,
    entries: Vec<String>,
}

impl Composer {
    /// A form that begins with `draft`.
    pub fn new(draft: Draft) -> Self {
        let filled = RwSignal::new(draft.clone());
        let draft = RwSignal::new(draft);
        let refusal = RwSignal::new(None::<Refusal>);
        let taken = RwSignal::new(None::<Finding>);
        let refused = Memo::new(move |_| {
            let body = draft.with(Draft::body);
            let entries = refusal.with(|refusal| {
                let refusal = refusal.as_ref().filter(|refusal| refusal.body == body);
                refusal.map(|refusal| refusal.entries.clone()).unwrap_or_default()
            });
            let entries = entries.iter().map(|entry| findings::of_entry(entry, &body));
            taken.get().into_iter().chain(entries).collect()
        });
        Self {
            draft,
            filled,
            former: RwSignal::new(None),
            is_dirty: Memo::new(move |_| draft.with(|draft| filled.with(|filled| draft != filled))),
            touched: RwSignal::new(BTreeSet::new()),
            refusal,
            taken,
            errors: Memo::new(move |_| draft.with(findings::errors)),
            refused,
            warnings: Memo::new(move |_| draft.with(findings::warnings)),
        }
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

    /// Whether the draft holds work: whether it differs from what the form was filled with.
    pub fn is_dirty(&self) -> Memo<bool> {
        self.is_dirty
    }

    /// Fills the form anew. Work that gives way can be brought back.
    pub fn fill(&self, draft: Draft) {
        if self.is_dirty.get_untracked() {
            self.former.set(Some(self.draft.get_untracked()));
        }
        self.touched.set(BTreeSet::new());
        self.refusal.set(None);
        self.filled.set(draft.clone());
        self.draft.set(draft);
    }

    /// Goes on with work that was left.
    pub fn resume(&self, draft: Draft) {
        self.draft.set(draft);
    }

    /// Puts the form back to what it was filled with.
    pub fn discard(&self) {
        self.fill(self.filled.get_untracked());
    }

    /// Work that gave way to what fills the form.
    pub fn former(&self) -> RwSignal<Option<Draft>> {
        self.former
    }

    /// Brings that work back; what is in the form by now takes its place.
    pub fn bring_back(&self) {
        if let Some(former) = self.former.get_untracked() {
            let work = self.is_dirty.get_untracked().then(|| self.draft.get_untracked());
            self.former.set(work);
            self.touched.set(BTreeSet::new());
            self.draft.set(former);
        }
    }

    /// The user was at a field and left it: from now on its error is shown.
    pub fn touch(&self, field: FieldId) {
        if self.touched.with_untracked(|touched| !touched.contains(&field)) {
            self.touched.update(|touched| {
                touched.insert(field);
            });
        }
    }

    /// All errors are shown from now on.
    pub fn touch_all(&self) {
        self.touched.set(FieldId::ALL.iter().copied().collect());
    }

    /// Everything that certainly keeps the draft from being accepted, in the order of the form.
    pub fn errors(&self) -> Memo<Vec<Finding>> {
        self.errors
    }

    /// Whether CPU or memory has no valid value, so that no executor can be judged. Tracked.
    pub fn lacks_resources(&self) -> bool {
        self.errors.with(|errors| errors.iter().any(|error| matches!(error.field, FieldId::Cpu | FieldId::Memory)))
    }

    /// What the cluster refuses about the draft as it is. It may accept the same draft a moment later.
    pub fn refused(&self) -> Memo<Vec<Finding>> {
        self.refused
    }

    /// Takes Drove's refusal of `body`; it holds until the draft changes.
    pub fn refuse(&self, body: Value, entries: Vec<String>) {
        self.refusal.set(Some(Refusal { body, entries }));
    }

    /// Forgets Drove's refusal.
    pub fn forget_refusal(&self) {
        if self.refusal.with_untracked(Option::is_some) {
            self.refusal.set(None);
        }
    }

    /// Whether the ID is taken, and by what.
    pub fn set_taken(&self, taken: Option<Finding>) {
        if self.taken.with_untracked(|known| known != &taken) {
            self.taken.set(taken);
        }
    }

    /// The error at a field, once it may be shown. What the cluster refuses is shown at once, unless it has no field.
    pub fn error_at(&self, field: FieldId) -> Option<Finding> {
        let of = |found: Memo<Vec<Finding>>| found.with(|found| found.iter().find(|f| f.field == field).cloned());
        let is_touched = self.touched.with(|touched| touched.contains(&field));
        let own = is_touched.then(|| of(self.errors)).flatten();
        own.or_else(|| of(self.refused).filter(|_| field != FieldId::Document))
    }

    /// The line below a field.
    pub fn message_at(&self, field: FieldId) -> Option<FieldMessage> {
        let error = self.error_at(field).map(|f| FieldMessage { tone: Tone::Danger, text: f.text });
        error.or_else(|| {
            let texts = self.warnings_at(field);
            (!texts.is_empty()).then(|| FieldMessage { tone: Tone::Warning, text: texts.join(" ") })
        })
    }

    /// Warnings at a field; at the document, those that belong to no other.
    pub fn warnings_at(&self, field: FieldId) -> Vec<String> {
        self.warnings.with(|found| found.iter().filter(|f| f.field == field).map(|f| f.text.clone()).collect())
    }
}
