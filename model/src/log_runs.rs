//! Which bytes of a log file belong to which run.
//!
//! Drove keeps one file for each task and executor: a task that is created again with the same ID appends to it. The
//! executor names the instance whenever its state changes, so what stands between two such lines belongs to the instance
//! named last. Lines before the first name belong to that instance too, unless it begins there; then only the dates tell,
//! which have no time zone.

use crate::{
    ExecutorLine, InstanceId, Timestamp,
    dashboard::{LogPart, TaskRow},
};

/// A date without a time zone can be so far from the time it means, in milliseconds: 14 h, and an hour for wrong clocks.
const DATE_SLACK: i64 = 15 * 3_600_000;

/// What is known of the run whose lines are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRun {
    /// Drove's name of it; without one its lines cannot be told from others.
    pub instance: Option<InstanceId>,
    /// No later run of the task is known.
    pub is_newest: bool,
    /// When it was submitted.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// It ran on another executor than the newest run, where Drove looks for the log of a task.
    pub is_out_of_reach: bool,
}

impl LogRun {
    /// What is known of the run that `row` shows; `newest` is the newest one of the same task.
    pub fn of(row: &TaskRow, newest: &TaskRow) -> Self {
        let executors = row.executor_id.as_ref().zip(newest.executor_id.as_ref());
        Self {
            instance: row.instance_id.clone(),
            is_newest: row.run == newest.run,
            began: row.submitted,
            ended: row.ended.filter(|_| row.is_over()),
            is_out_of_reach: executors.is_some_and(|(own, other)| own != other),
        }
    }

    /// Whether lines of these times (first and last) certainly belong to another run.
    fn is_elsewhere(&self, (first, last): (i64, i64)) -> bool {
        last < self.began.millis() - DATE_SLACK || self.ended.is_some_and(|end| first > end.millis() + DATE_SLACK)
    }
}

/// A line that says whose lines follow.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    /// Offset of the line.
    at: u64,
    says: Says,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Says {
    /// The executor registers a run, which the next line names.
    Registers,
    /// An instance reached a state, its first one if `begins`.
    Names { instance: InstanceId, begins: bool },
}

/// Lines of one instance that follow each other, up to the next stretch.
#[derive(Debug)]
struct Stretch {
    from: u64,
    owner: Option<InstanceId>,
}

/// What a stretch of a file tells about whose lines it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogMarks {
    from: u64,
    marks: Vec<Mark>,
    /// Times of the first and the last line before the first mark, as [`ExecutorLine::local_millis`] gives them.
    unmarked: Option<(i64, i64)>,
}

impl LogMarks {
    /// Reads whole lines that begin at `from`.
    pub fn read(from: u64, text: &str) -> Self {
        let mut found = Self { from, ..Self::default() };
        let mut at = from;
        for raw in text.split_inclusive('\n') {
            let line = raw.trim_end();
            if let Some(says) = says(line) {
                found.marks.push(Mark { at, says });
            } else if found.marks.is_empty()
                && let Some(time) = ExecutorLine::read(line).and_then(|line| line.local_millis())
            {
                found.unmarked = Some((found.unmarked.map_or(time, |(first, _)| first), time));
            }
            at += raw.len() as u64;
        }
        found
    }

    /// What this stretch and the one after it tell together.
    #[must_use]
    pub fn before(mut self, later: Self) -> Self {
        if self.marks.is_empty() {
            self.unmarked = match (self.unmarked, later.unmarked) {
                (Some((first, _)), Some((_, last))) => Some((first, last)),
                (one, other) => one.or(other),
            };
        }
        self.marks.extend(later.marks);
        self
    }

    /// Whether nothing in it tells whose lines it holds.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether it names this instance.
    pub fn names(&self, wanted: &InstanceId) -> bool {
        self.marks.iter().any(|mark| matches!(&mark.says, Says::Names { instance, .. } if instance == wanted))
    }

    /// Whether this instance begins in it.
    pub fn has_beginning_of(&self, wanted: &InstanceId) -> bool {
        let is_it = |mark: &Mark| matches!(&mark.says, Says::Names { instance, begins: true } if instance == wanted);
        self.marks.iter().any(is_it)
    }

    /// Whether this instance is the first that it names, and begins in it.
    pub fn begins_with(&self, wanted: &InstanceId) -> bool {
        let first = self.marks.iter().find(|mark| mark.says != Says::Registers);
        first.is_some_and(|mark| matches!(&mark.says, Says::Names { instance, begins: true } if instance == wanted))
    }

    /// Offset at which another instance than this one begins, if one does.
    pub fn end_of(&self, wanted: &InstanceId) -> Option<u64> {
        self.stretches().into_iter().find(|s| s.owner.as_ref().is_some_and(|owner| owner != wanted)).map(|s| s.from)
    }

    /// The part of a file of `size` bytes that belongs to `run`. Everything of a file whose lines cannot be told apart does:
    /// a line of the run is never left out. Before the first byte that was read, what is read first goes on.
    pub fn part_of(&self, run: &LogRun, size: u64) -> LogPart {
        let Some(wanted) = &run.instance else { return LogPart::WHOLE };
        let begins_within = self.from > 0;
        let stretches = self.stretches();
        let end_of = |index: usize| stretches.get(index + 1).map(|next| next.from);
        let is_own = |stretch: &Stretch| stretch.owner.as_ref() == Some(wanted);
        // Two instances at a time write in turns: nobody can tell their containers' lines apart.
        if let Some(first) = stretches.iter().position(is_own) {
            let last = stretches.iter().rposition(is_own).unwrap_or(first);
            let from = stretches.get(first).map_or(0, |stretch| stretch.from);
            let is_begun = first == 0 && begins_within && !self.has_beginning_of(wanted);
            return LogPart { from: if is_begun { 0 } else { from }, to: end_of(last) };
        }
        let is_elsewhere = self.unmarked.is_some_and(|times| run.is_elsewhere(times));
        match stretches.first() {
            // Lines without a name at the beginning: the run's, if they may be.
            Some(lead) if lead.owner.is_none() && !is_elsewhere && (stretches.len() == 1 || !run.is_newest) => {
                LogPart { from: 0, to: end_of(0) }
            }
            // Others only, as far as was read.
            _ if begins_within && !run.is_newest => LogPart::WHOLE,
            // It has written nothing yet.
            _ if run.is_newest => LogPart { from: size, to: None },
            _ => LogPart { from: 0, to: Some(0) },
        }
    }

    fn stretches(&self) -> Vec<Stretch> {
        let mut found: Vec<Stretch> = vec![Stretch { from: self.from, owner: None }];
        let mut registered = None;
        for mark in &self.marks {
            let Says::Names { instance, begins } = &mark.says else {
                registered = Some(mark.at);
                continue;
            };
            let from = registered.take().unwrap_or(mark.at);
            let Some(current) = found.last_mut() else { continue };
            if current.owner.as_ref() == Some(instance) {
                continue;
            }
            if from == current.from || (current.owner.is_none() && !begins && found.len() == 1) {
                // The lines before the first name are those of the instance that goes on there.
                if let Some(current) = found.last_mut() {
                    current.owner = Some(instance.clone());
                }
            } else {
                found.push(Stretch { from, owner: Some(instance.clone()) });
            }
        }
        found.extend(registered.map(|from| Stretch { from, owner: None }));
        found
    }
}

fn says(line: &str) -> Option<Says> {
    let read = ExecutorLine::read(line);
    // The container may write anything; only the executor's own words count.
    if read.is_some_and(|line| !matches!(line.logger, "InstanceEngine" | "StateMachine")) {
        return None;
    }
    if line.ends_with("Action to be executed: TaskSpecValidator") {
        return Some(Says::Registers);
    }
    let (_, rest) = line.split_once("Current state: StateData(state=")?;
    let (state, rest) = rest.split_once(',')?;
    let (_, rest) = rest.split_once("instanceId=")?;
    let instance = rest.split([',', ')']).next()?;
    let begins = matches!(state, "PENDING" | "PROVISIONING");
    Some(Says::Names { instance: InstanceId(instance.to_owned()), begins })
}

#[cfg(test)]
mod tests;
