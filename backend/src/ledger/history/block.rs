//! A few thousand neighbouring runs, column by column: what lists filter, sort and count by.

use super::{column::Column, texts::TaskIds};
use std::collections::BTreeMap;

/// A run that goes on has no end.
pub const GOES_ON: i64 = i64::MIN;

/// What lists need of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Identity of the run.
    pub run_id: i64,
    /// Source app.
    pub app: String,
    /// Task ID.
    pub task: String,
    /// Where it stands.
    pub status: Status,
    /// Where it runs or ran.
    pub place: Place,
    /// Where it comes from.
    pub origin: Origin,
    /// Milliseconds.
    pub submitted: i64,
    /// Milliseconds, or [`GOES_ON`].
    pub ended: i64,
    /// Cores, up to the largest number.
    pub cores: i32,
    /// MB, up to the largest number.
    pub memory_mb: i32,
}

/// State and outcome of a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    /// Whether it ended.
    pub is_over: bool,
    /// Wire name of the state last reported, or of the phase before that.
    pub state: String,
    /// Wire name of the outcome.
    pub outcome: Option<String>,
    /// Place in lists that are sorted by status.
    pub rank: i64,
}

/// The executor of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// ID.
    pub executor: Option<String>,
    /// Machine name.
    pub host: Option<String>,
}

/// Who submitted a run, and how it was labelled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    /// User.
    pub submitter: Option<String>,
    /// Tags of the spec.
    pub tags: BTreeMap<String, String>,
}

/// Runs in the order of their ids.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Identities, rising.
    pub run_ids: Vec<i64>,
    /// Source apps.
    pub apps: Column<String>,
    /// Task IDs.
    pub tasks: TaskIds,
    /// States and outcomes.
    pub statuses: Column<Status>,
    /// Executors.
    pub places: Column<Place>,
    /// Submitters and tags.
    pub origins: Column<Origin>,
    /// Times of submission.
    pub submitted: Vec<i64>,
    /// Ends.
    pub ended: Vec<i64>,
    /// Cores.
    pub cores: Vec<i32>,
    /// MB.
    pub memory_mb: Vec<i32>,
}

impl Block {
    /// Number of runs.
    pub fn len(&self) -> usize {
        self.run_ids.len()
    }

    /// Takes a run in, or what changed of it. Its key never changes.
    pub fn put(&mut self, line: &Line) {
        match self.run_ids.binary_search(&line.run_id) {
            Ok(at) => {
                self.statuses.replace(at, &line.status);
                self.places.replace(at, &line.place);
                self.origins.replace(at, &line.origin);
                self.submitted[at] = line.submitted;
                self.ended[at] = line.ended;
                self.cores[at] = line.cores;
                self.memory_mb[at] = line.memory_mb;
            }
            Err(at) => {
                self.run_ids.insert(at, line.run_id);
                self.apps.insert(at, &line.app);
                self.tasks.insert(at, &line.task);
                self.statuses.insert(at, &line.status);
                self.places.insert(at, &line.place);
                self.origins.insert(at, &line.origin);
                self.submitted.insert(at, line.submitted);
                self.ended.insert(at, line.ended);
                self.cores.insert(at, line.cores);
                self.memory_mb.insert(at, line.memory_mb);
            }
        }
    }

    /// What is held of run `at`.
    pub fn line(&self, at: usize) -> Line {
        Line {
            run_id: self.run_ids[at],
            app: self.apps.value(at).clone(),
            task: self.tasks.get(at).to_owned(),
            status: self.statuses.value(at).clone(),
            place: self.places.value(at).clone(),
            origin: self.origins.value(at).clone(),
            submitted: self.submitted[at],
            ended: self.ended[at],
            cores: self.cores[at],
            memory_mb: self.memory_mb[at],
        }
    }
}
