//! What a page asks of `/api/live`.

use crate::{error::ApiError, extract::Pairs};
use model::{TaskKey, dashboard::HistoryQuery};
use std::{fmt, str::FromStr};

/// A view, and the log to follow beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveQuery {
    /// What is shown.
    pub view: View,
    /// Name of a log file of the task shown.
    pub log: Option<String>,
    /// The lines of other runs that share the file are wanted too.
    pub whole_log: bool,
}

/// What is shown. Equal views share one subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// One page of the list.
    Tasks(Box<HistoryQuery>),
    /// One run of one task: the newest, unless a number is given.
    Task(TaskKey, Option<u32>),
    /// All executors.
    Executors,
}

impl View {
    /// Equal for equal views.
    pub fn identity(&self) -> String {
        match self {
            View::Tasks(query) => format!("tasks {:?}", query.to_pairs()),
            View::Task(key, None) => format!("task {key}"),
            View::Task(key, Some(run)) => format!("task {key} run {run}"),
            View::Executors => "executors".to_owned(),
        }
    }
}

impl LiveQuery {
    /// Reads the query of a request.
    ///
    /// # Errors
    /// There is no such view, or its key is missing.
    pub fn from_pairs(pairs: &Pairs) -> Result<Self, ApiError> {
        let bad = |text: &str| Err(ApiError::BadRequest(text.to_owned()));
        let log = pairs.get("log").filter(|file| !file.is_empty()).map(str::to_owned);
        let view = match pairs.get("view") {
            Some("tasks") => View::Tasks(Box::new(HistoryQuery::from_pairs(pairs.iter()))),
            Some("task") => match pairs.get("key").and_then(TaskKey::parse) {
                Some(key) => View::Task(key, run_of(pairs)?),
                None => return bad("view=task needs key=APP/ID"),
            },
            Some("executors") => View::Executors,
            _ => return bad("view must be tasks, task or executors"),
        };
        if log.is_some() && !matches!(view, View::Task(..)) {
            return bad("log=FILE goes with view=task");
        }
        Ok(Self { view, log, whole_log: pairs.get("whole").is_some() })
    }
}

fn run_of(pairs: &Pairs) -> Result<Option<u32>, ApiError> {
    let Some(run) = pairs.get("run").filter(|run| !run.is_empty()) else { return Ok(None) };
    run.parse()
        .map(Some)
        .map_err(|_| ApiError::BadRequest("run=N is the number of a run, the first being 1".to_owned()))
}

/// How far a reader has got: the `id:` of its last event, `REVISION`, with `/OFFSET` when a log is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Revision of the ledger.
    pub revision: u64,
    /// Offset after the last byte of the log.
    pub log: Option<u64>,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.revision)?;
        match self.log {
            Some(offset) => write!(f, "/{offset}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (head, log) = match text.split_once('/') {
            Some((head, log)) => (head, Some(log.parse().map_err(drop)?)),
            None => (text, None),
        };
        Ok(Self { revision: head.parse().map_err(drop)?, log })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn read(query: &str) -> Result<LiveQuery, ApiError> {
        LiveQuery::from_pairs(&Pairs(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }

    #[test]
    fn views_are_read_and_nonsense_is_told() {
        let tasks = read("view=tasks&q=night&tab=all").unwrap();
        assert!(matches!(&tasks.view, View::Tasks(query) if query.text == "night"));
        let task = read("view=task&key=APP/T-1&log=output.log").unwrap();
        assert_eq!(
            task,
            LiveQuery {
                view: View::Task(TaskKey::new("APP", "T-1"), None),
                log: Some("output.log".into()),
                whole_log: false
            }
        );
        assert!(read("view=task&key=APP/T-1&log=output.log&whole").unwrap().whole_log);
        let older = read("view=task&key=APP/T-1&run=2").unwrap();
        assert_eq!(older.view, View::Task(TaskKey::new("APP", "T-1"), Some(2)));
        for wrong in [
            "",
            "view=magic",
            "view=task",
            "view=task&key=A",
            "view=task&key=A/B&run=x",
            "view=executors&log=output.log",
        ] {
            assert!(matches!(read(wrong), Err(ApiError::BadRequest(_))), "{wrong}");
        }
    }

    #[test]
    fn equal_views_have_one_identity() {
        let identity = |query: &str| read(query).unwrap().view.identity();
        assert_eq!(identity("view=tasks&page=1&q=a"), identity("q=a&view=tasks&unknown=x"));
        assert_ne!(identity("view=tasks&q=a"), identity("view=tasks&q=b"));
        assert_ne!(identity("view=task&key=A/B&run=1"), identity("view=task&key=A/B"));
    }

    #[test]
    fn a_position_reads_back_what_it_writes() {
        for log in [None, Some(4096)] {
            let position = Position { revision: 12, log };
            assert_eq!(position.to_string().parse(), Ok(position));
        }
        for wrong in ["", "x", "-1", "12.13", "12/", "12/x"] {
            assert_eq!(wrong.parse::<Position>(), Err(()), "{wrong}");
        }
    }
}
