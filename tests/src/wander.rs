//! A random walk over the page: it presses what a person could press, and fails on anything that a person would call
//! broken. The same seed takes the same decisions; what the page offers also depends on the living cluster behind it.

mod controls;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use serde_json::Value;
use thirtyfour::Key;

use crate::{browser::visit, page::Page, server::Server, wait};
use controls::{Control, Kind};

/// Steps that a failure shows.
const LAST_STEPS: usize = 40;
/// How often a step presses the control that was pressed least, in percent; otherwise any.
const CURIOSITY: u32 = 85;
/// What is typed into fields.
const TEXTS: [&str; 8] = ["", "2", "-1", "1 000", "abc", "team=a,b", "🦀 ünïcödé", "KEY=value\nOTHER=\"x y\""];

/// Where a walk came, and what it pressed.
#[derive(Debug, Default)]
pub struct Report {
    /// Actions that were carried out.
    pub actions: usize,
    /// Pages shown, by kind.
    pub pages: BTreeSet<String>,
    /// Distinct controls, with how often each was pressed.
    pub controls: BTreeMap<String, usize>,
}

impl Report {
    /// Share of the distinct controls that were pressed, 0 to 1.
    pub fn coverage(&self) -> f64 {
        let pressed = self.controls.values().filter(|times| **times > 0).count();
        // A page has far fewer controls than a float has whole numbers.
        pressed as f64 / self.controls.len().max(1) as f64
    }

    /// Controls that were seen and never pressed.
    pub fn missed(&self) -> Vec<&str> {
        self.controls.iter().filter(|(_, times)| **times == 0).map(|(name, _)| name.as_str()).collect()
    }
}

/// Walks for `actions` actions over the page of `server`.
///
/// # Errors
/// On a panic, an error in the console, a request that fails unexpectedly, or a page that no longer answers; with the
/// seed and the last steps.
pub async fn wander(server: &Server, seed: u64, actions: usize) -> Result<Report> {
    let mut walk = Walk { random: Rng::with_seed(seed), report: Report::default(), steps: Vec::new() };
    let outcome = visit(server, async |page| {
        expect_refusals(page);
        page.open("/").await?;
        for _ in 0..actions {
            walk.step(page).await?;
            walk.check(page).await?;
        }
        Ok(())
    })
    .await;
    outcome.with_context(|| walk.story(seed))?;
    Ok(walk.report)
}

/// Failures that are answers: the walk asks for what is refused.
fn expect_refusals(page: &Page) {
    // Signed out.
    for path in ["/api/", "/apis/"] {
        page.expect_failure(path, "status of 401");
        page.expect_failure(path, "status of 403");
    }
    // What Drove refuses: a draft that is not valid, a task that has ended, an executor that is blacklisted.
    page.expect_failure("/apis/v1/", "status of 400");
    // A spec that cannot be read has no preview.
    page.expect_failure("/api/placement/preview", "status of 400");
    page.expect_failure("/api/placement/preview", "status of 422");
    // A file that rotation has removed, and a task whose executor has left.
    page.expect_failure("/api/logs/", "status of 404");
    page.expect_failure("/api/history/tasks/", "status of 404");
}

/// A link to another page: those of the log lead to its lines, and the login page is left by signing in.
fn leads_on(control: &Control) -> bool {
    control.name.starts_with("link") && !control.name.contains("in the log") && !control.name.contains("on login")
}

struct Walk {
    random: Rng,
    report: Report,
    steps: Vec<String>,
}

impl Walk {
    async fn step(&mut self, page: &Page) -> Result<()> {
        if self.random.u32(..100) < 6 {
            return self.travel(page).await;
        }
        let offered = controls::visible(page).await?;
        let kind = page.ask::<String>(controls::PAGE_KIND, Value::Null).await?;
        self.report.pages.insert(kind);
        for control in &offered {
            self.report.controls.entry(control.name.clone()).or_default();
        }
        let Some(control) = self.choose(&offered) else { return self.travel(page).await };
        *self.report.controls.entry(control.name.clone()).or_default() += 1;
        self.use_control(page, &control).await
    }

    /// One of what is offered: most often one that was pressed least.
    fn choose(&mut self, offered: &[Control]) -> Option<Control> {
        let curious = self.random.u32(..100) < CURIOSITY;
        let times = |control: &&Control| self.report.controls.get(&control.name).copied().unwrap_or_default();
        // One control in a menu leads to the login page: a walk that passes by it hardly sees it again.
        if let Some(way_out) = offered.iter().find(|control| control.name.contains("Sign out") && times(control) == 0) {
            return Some(way_out.clone());
        }
        let least = offered.iter().map(|control| times(&control)).min()?;
        let mut candidates: Vec<_> = offered.iter().filter(|control| !curious || times(control) == least).collect();
        // Everything here was pressed: links lead to where something was not.
        if curious && least > 0 && offered.iter().any(leads_on) {
            candidates = offered.iter().filter(|control| leads_on(control)).collect();
        }
        self.random.choice(candidates).cloned()
    }

    async fn use_control(&mut self, page: &Page, control: &Control) -> Result<()> {
        let by_keyboard = self.random.bool();
        match control.kind {
            Kind::Press => {
                let how = if by_keyboard { "press Enter on" } else { "click" };
                self.note(format!("{how} {}", control.name));
                controls::press(page, control, by_keyboard).await
            }
            Kind::Type => {
                let text = self.random.choice(TEXTS).unwrap_or_default();
                // Some leave the field by pressing keys that mean something in it.
                let end = self.random.choice(["", "\u{e007}", "\u{e00c}", "\u{e009}\u{e007}"]).unwrap_or_default();
                self.note(format!("type {text:?} into {}, then {}", control.name, key_name(end)));
                controls::fill(page, control, text, end).await
            }
            Kind::Choose => {
                let which = self.random.usize(..);
                self.note(format!("choose another value of {}", control.name));
                controls::choose(page, control, which).await
            }
        }
    }

    /// Something that needs no control: the browser's own buttons, and keys.
    async fn travel(&mut self, page: &Page) -> Result<()> {
        let choice = self.random.u32(..8);
        let browser = page.browser();
        match choice {
            0 | 1 => {
                self.note("Back".into());
                // Never off the page.
                if page.ask::<bool>("return navigation.canGoBack", Value::Null).await? {
                    browser.back().await?;
                }
            }
            2 => {
                self.note("Forward".into());
                browser.forward().await?;
            }
            3 => {
                let narrow = self.random.bool();
                self.note(format!("narrow: {narrow}"));
                page.narrow(narrow).await?;
            }
            4 => {
                self.note("press Escape".into());
                page.press(Key::Escape + "").await?;
            }
            5 => {
                let keys = self.random.choice(["j", "k", "/", "n", "jj\u{e007}"]).unwrap_or_default();
                self.note(format!("press {keys:?}"));
                page.press(keys).await?;
            }
            6 => {
                self.note("press Tab, Tab, Enter".into());
                page.press("\u{e004}\u{e004}\u{e007}").await?;
            }
            _ => {
                self.note("scroll".into());
                page.ask::<()>("window.scrollTo(0, Math.random() * 2000)", Value::Null).await?;
            }
        }
        Ok(())
    }

    /// The page is alive and has nothing to complain of.
    async fn check(&mut self, page: &Page) -> Result<()> {
        self.report.actions += 1;
        let complaints = page.complaints().await?;
        ensure!(complaints.is_empty(), "the browser's console: {complaints:#?}");
        wait::until("the page to show a title", async || {
            Ok(page.ask::<bool>(controls::IS_THERE, Value::Null).await?.then_some(()))
        })
        .await
    }

    fn note(&mut self, step: String) {
        self.steps.push(step);
    }

    fn story(&self, seed: u64) -> String {
        let mut story = format!("seed {seed}, after {} actions; the last steps:", self.report.actions);
        let first = self.steps.len().saturating_sub(LAST_STEPS);
        for (number, step) in self.steps.iter().enumerate().skip(first) {
            // Writing to a text cannot fail.
            let _ = write!(story, "\n  {}. {step}", number + 1);
        }
        story
    }
}

fn key_name(key: &str) -> &str {
    match key {
        "" => "nothing",
        "\u{e007}" => "Enter",
        "\u{e00c}" => "Escape",
        _ => "Ctrl+Enter",
    }
}
