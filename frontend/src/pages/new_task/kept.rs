//! The draft survives leaving the form: whole in memory, and without its secrets in the tab's storage, which outlives a
//! reload. It is one for each cluster, and its user's.

use super::{composer::Composer, draft::Draft, form::TaskForm, operation::OperationForm};
use crate::browser::{forget_in_tab, guarded_unload, load_in_tab, store_in_tab};
use leptos::prelude::*;
use model::secret::{is_secret, looks_secret, mask_secrets, mask_values, spoken_pointer, take_secrets};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{borrow::Cow, cell::RefCell};

thread_local! {
    /// What was stored last, and the draft it was made of.
    static LAST: RefCell<Option<(String, Draft)>> = const { RefCell::new(None) };
}

/// A draft that was left.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The draft.
    pub draft: Draft,
    /// Query of the form's address where it clones a task.
    pub source: String,
    /// Values that were not kept.
    pub lost: Vec<String>,
}

/// What is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    user: Option<String>,
    source: String,
    document: Value,
    form: TaskForm,
    operation: OperationForm,
    half_typed: Option<String>,
    set_aside: Option<String>,
    lost: Vec<String>,
}

/// The draft that `user` left at the cluster of the paths under `base`.
pub fn load(base: &str, user: Option<&str>) -> Option<Kept> {
    let text = load_in_tab(&name(base))?;
    let stored: Stored = serde_json::from_str(&text).ok()?;
    if stored.user.as_deref() != user {
        return None;
    }
    let whole =
        LAST.with_borrow(|last| last.as_ref().filter(|(known, _)| *known == text).map(|(_, draft)| draft.clone()));
    Some(match whole {
        Some(draft) => Kept { lost: still_empty(&stored.lost, &draft), draft, source: stored.source },
        None => stored.restored(),
    })
}

/// Keeps the form's draft while it differs from what the form was filled with, and asks before a reload that would lose
/// secrets. `lost`: what a draft that was loaded has lost already; nothing if none was.
pub fn keep(form: Composer, base: String, user: Option<String>, source: String, lost: Option<Vec<String>>) {
    let is_kept = StoredValue::new(lost.is_some());
    let lost = lost.unwrap_or_default();
    Effect::new(move |_| {
        let is_dirty = form.is_dirty().get();
        form.draft().with(|draft| {
            if is_dirty {
                let mut stored = Stored::of(draft, user.clone(), source.clone());
                stored.lost.extend(still_empty(&lost, draft));
                // A value made of JSON can always be written as JSON.
                let text = serde_json::to_string(&stored).unwrap_or_default();
                store_in_tab(&name(&base), &text);
                LAST.set(Some((text, draft.clone())));
            } else if is_kept.get_value() {
                forget(&base);
            }
        });
        is_kept.set_value(is_dirty);
    });
    guarded_unload(move || {
        form.is_dirty().get_untracked()
            && form.draft().with_untracked(|draft| !Stored::of(draft, None, String::new()).lost.is_empty())
    });
}

/// Forgets the draft that was sent: it has become a task.
pub fn settle(base: &str, sent: &Value) {
    if LAST.with_borrow(|last| last.as_ref().is_some_and(|(_, draft)| draft.body() == *sent)) {
        forget(base);
    }
}

/// Variables among `names` that have no value yet.
fn still_empty(names: &[String], draft: &Draft) -> Vec<String> {
    let is_empty = |name: &&String| draft.form().env.iter().any(|row| row.name == **name && row.value.is_empty());
    names.iter().filter(is_empty).cloned().collect()
}

fn forget(base: &str) {
    forget_in_tab(&name(base));
    LAST.set(None);
}

fn name(base: &str) -> String {
    format!("draft:{base}")
}

impl Stored {
    fn of(draft: &Draft, user: Option<String>, source: String) -> Self {
        let (mut document, mut form, mut lost) = (draft.document().clone(), draft.form().clone(), Vec::new());
        take_secrets(&mut document, false, |pointer, value| {
            if value.as_str() != Some("") {
                lost.push(spoken_pointer(&pointer));
            }
        });
        form.env.iter_mut().filter(|row| is_secret(&row.name, &row.value)).for_each(|row| row.value.clear());
        // Whatever else looks like a secret goes with the part it stands in.
        for name in parts_with_secrets(&document) {
            if let Value::Object(parts) = &mut document {
                parts.shift_remove(&name);
            }
            match name.as_str() {
                "args" => form.args.clear(),
                "executable" => (form.url, form.pull_timeout) = (String::new(), String::new()),
                "placementPolicy" => form.placement = TaskForm::read(&document).placement,
                _ => {}
            }
            lost.push(name);
        }
        let mut without_secrets = |text: Option<&str>| {
            let is_plain = |text: &&str| matches!(mask_secrets(text), Cow::Borrowed(_)) && !text.contains("configs");
            if text.is_some_and(|text| !is_plain(&text)) {
                lost.push("the half-typed JSON".to_owned());
            }
            text.filter(is_plain).map(str::to_owned)
        };
        let half_typed = without_secrets(draft.fault().map(|_| draft.text()));
        let set_aside = without_secrets(draft.set_aside());
        Self { user, source, document, form, operation: draft.operation().clone(), half_typed, set_aside, lost }
    }

    fn restored(self) -> Kept {
        let draft = Draft::restored(self.document, self.form, self.operation, self.half_typed, self.set_aside);
        Kept { draft, source: self.source, lost: self.lost }
    }
}

/// Top-level properties that still hold something like a secret: a password in a URL, or an argument after `--token`.
fn parts_with_secrets(document: &Value) -> Vec<String> {
    let parts = document.as_object().into_iter().flatten();
    let holds = |(name, part): &(&String, &Value)| {
        let mut masked = (*part).clone();
        mask_values(&mut masked);
        let args = part.as_array().filter(|_| *name == "args").into_iter().flatten().filter_map(Value::as_str);
        let mut args = args.map(|arg| arg.split('=').next().unwrap_or(arg).trim_start_matches('-'));
        masked != **part || args.any(looks_secret)
    };
    parts.filter(holds).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::pages::new_task::form::EnvRow;
    use serde_json::json;

    fn after_reload(draft: &Draft) -> (String, Kept) {
        let text = serde_json::to_string(&Stored::of(draft, Some("admin".into()), "clone=A%2FB".into())).unwrap();
        let stored: Stored = serde_json::from_str(&text).unwrap();
        (text, stored.restored())
    }

    fn row(name: &str, value: &str) -> EnvRow {
        EnvRow { name: name.into(), value: value.into() }
    }

    #[test]
    fn a_draft_without_secrets_comes_back_whole() {
        let mut draft = Draft::example();
        draft.edit_form(|form| {
            form.cpu = "many".into();
            form.memory.clear();
            form.args = "sh -c 'not closed".into();
            form.env.extend([row("A", "line 1\nline 2"), row("A", "twice"), row("", "no name")]);
        });
        draft.edit_operation(|operation| operation.timeout = "soon".into());
        let (_, kept) = after_reload(&draft);
        assert_eq!((kept.draft, kept.source.as_str(), kept.lost.len()), (draft, "clone=A%2FB", 0));
    }

    #[test]
    fn keeps_a_text_that_was_set_aside() {
        let mut draft = Draft::example();
        draft.edit_text("{ \"taskId\": \"half".into());
        draft.edit_form(|form| form.cpu = "2".into());
        let (_, kept) = after_reload(&draft);
        assert_eq!(kept.draft.set_aside(), Some("{ \"taskId\": \"half"));
        assert_eq!(kept.lost, [""; 0]);
    }

    #[test]
    fn a_half_typed_text_comes_back() {
        let mut draft = Draft::example();
        draft.edit_text("{ \"taskId\": \"half".into());
        assert_eq!(after_reload(&draft).1.draft, draft);
        draft.edit_text("{ \"env\": { \"API_TOKEN\": \"geheim".into());
        let (text, kept) = after_reload(&draft);
        assert!(!text.contains("geheim"));
        assert_eq!(kept.lost, ["the half-typed JSON"]);
    }

    #[test]
    fn secrets_are_never_stored_and_are_named() {
        let mut document = Draft::example().document().clone();
        document["env"] = json!({"N": "1", "API_TOKEN": "geheim1", "DB": "postgres://u:geheim2@h/x", "EMPTY_KEY": ""});
        document["configs"] = json!([
            {"type": "INLINE", "localFilename": "/a", "data": "Z2VoZWltMw=="},
            {"type": "EXECUTOR_HTTP_FETCH", "localFilename": "/b", "http": {
                "password": "geheim4", "authHeader": "Bearer geheim5", "headers": {"X": "geheim6"}, "path": "/p"}},
        ]);
        document["args"] = json!(["run", "--password", "geheim7"]);
        document["executable"]["url"] = json!("https://u:geheim8@registry/img");
        let mut draft = Draft::of(document);
        draft.edit_form(|form| form.env.push(row("API_TOKEN", "geheim9")));
        let (text, kept) = after_reload(&draft);
        assert!(!text.contains("geheim") && !text.contains("Z2VoZWltMw"), "{text}");
        assert_eq!(
            kept.lost,
            [
                "API_TOKEN",
                "DB",
                "configs[0].data",
                "configs[1].http.password",
                "configs[1].http.authHeader",
                "configs[1].http.headers.X",
                "executable",
                "args",
            ]
        );
        assert_eq!(kept.draft.document()["configs"][1]["http"]["path"], "/p");
        assert_eq!(kept.draft.form().env[0], row("N", "1"));
        assert_eq!(kept.draft.form().memory, "512");
    }
}
