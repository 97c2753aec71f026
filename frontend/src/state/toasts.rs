//! Short messages about what a press of a button led to: one for each action.

use super::use_background;
use crate::{api::ApiError, browser::OwnedTasks, ui::Tone};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use model::TaskId;

const GOOD_NEWS_STAYS_MS: u32 = 6_000;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// What it is about.
    pub tone: Tone,
    /// One line.
    pub title: String,
    /// More lines, word for word where they are Drove's.
    pub text: Vec<String>,
    /// A link: its text and address.
    pub link: Option<(String, String)>,
}

impl Toast {
    /// A message of one line.
    pub fn new(tone: Tone, title: impl Into<String>) -> Self {
        Self { tone, title: title.into(), text: Vec::new(), link: None }
    }

    /// Nobody knows yet what became of an operation that was sent: a warning, which stays.
    pub fn outcome_unknown(operation: &str, error: &ApiError) -> Self {
        let next = "Nothing is sent again. The task is shown as the cluster reports it.";
        Self::new(Tone::Warning, format!("{operation}: outcome unknown")).text(vec![error.to_string(), next.into()])
    }

    /// What became of submitting a task once more.
    pub fn resubmitted(id: &TaskId, error: Option<&ApiError>) -> Self {
        match error {
            None => Self::new(Tone::Success, format!("{id} submitted again")),
            Some(error) if error.is_unknown_outcome() => Self::outcome_unknown(&format!("Resubmission of {id}"), error),
            Some(error) => Self::new(Tone::Danger, format!("{id} was not submitted")).text(error.lines()),
        }
    }

    /// With more lines.
    pub fn text(mut self, text: Vec<String>) -> Self {
        self.text = text;
        self
    }

    /// With a link.
    pub fn link(mut self, label: impl Into<String>, address: impl Into<String>) -> Self {
        self.link = Some((label.into(), address.into()));
        self
    }
}

/// All messages shown, each with a number of its own.
#[derive(Clone, Copy, Debug)]
pub struct Toasts {
    shown: RwSignal<Vec<(i64, Toast)>>,
    last: StoredValue<i64>,
    background: OwnedTasks,
}

/// Provides an empty list.
pub fn provide_toasts() {
    provide_context(Toasts {
        shown: RwSignal::new(Vec::new()),
        last: StoredValue::new(0),
        background: use_background(),
    });
}

/// The messages.
pub fn use_toasts() -> Toasts {
    expect_context()
}

impl Toasts {
    /// Numbers of all messages shown. Tracked.
    pub fn numbers(&self) -> Vec<i64> {
        self.shown.with(|shown| shown.iter().map(|(number, _)| *number).collect())
    }

    /// The message of a number, if it is shown.
    pub fn get(&self, number: i64) -> Option<Toast> {
        self.shown.with_untracked(|shown| shown.iter().find(|(n, _)| *n == number).map(|(_, toast)| toast.clone()))
    }

    /// Shows a message. Good news goes by itself; bad news waits until it is dismissed.
    pub fn show(&self, toast: Toast) {
        let number = self.last.get_value().wrapping_add(1);
        self.last.set_value(number);
        let stays = matches!(toast.tone, Tone::Danger | Tone::Warning);
        self.shown.update(|shown| shown.push((number, toast)));
        if !stays {
            let toasts = *self;
            self.background.spawn(async move {
                TimeoutFuture::new(GOOD_NEWS_STAYS_MS).await;
                toasts.dismiss(number);
            });
        }
    }

    /// Takes a message away.
    pub fn dismiss(&self, number: i64) {
        self.shown.update(|shown| shown.retain(|(n, _)| *n != number));
    }
}
