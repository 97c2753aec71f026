//! What happened to a run, in one paragraph of plain words from fixed templates. It replaces status tables.

mod phrases;

pub use phrases::{Phrase, Tone};

use crate::{
    Outcome, TaskState, Timestamp,
    capability::ClusterTraits,
    dashboard::{AnswerKind, Phase, TaskRow},
    format_span_rounded,
    timeline::{Segment, SegmentState},
};
use phrases::Phrases;
use std::time::Duration;

/// What a narrative is told from.
pub struct Story<'a> {
    /// The run.
    pub row: &'a TaskRow,
    /// Its segments, as [`crate::timeline::segments`] gives them.
    pub segments: &'a [Segment],
    /// The executor's short name, once there is one.
    pub executor: Option<&'a str>,
    /// Its log says that the container was killed for want of memory.
    pub out_of_memory: bool,
    /// The spec is known: it was submitted through this dashboard.
    pub spec_known: bool,
    /// What became of its CREATE, if that was sent from here.
    pub create: Option<&'a AnswerKind>,
    /// What its cluster does differently from others.
    pub traits: ClusterTraits,
    /// The server's time.
    pub now: Timestamp,
    /// Writes a time on the reader's clock.
    pub clock: &'a dyn Fn(Timestamp) -> String,
}

impl Story<'_> {
    /// The paragraph, as phrases: what varies is strong, what comments is muted.
    pub fn tell(&self) -> Vec<Phrase> {
        let mut text = Phrases::default();
        match self.row.phase {
            Phase::OutcomeUnknown => {
                text.plain("The answer was lost. Reading the task back; nothing is sent again.");
            }
            Phase::Ended if self.reported().is_none() => self.tell_never_reported(&mut text),
            Phase::Placing | Phase::Active | Phase::Ended | Phase::Other(_) => self.tell_course(&mut text),
        }
        self.tell_doubts(&mut text);
        text.done()
    }

    fn tell_never_reported(&self, text: &mut Phrases) {
        let at = (self.clock)(self.row.submitted);
        if self.create == Some(&AnswerKind::Unknown) {
            text.plain("The answer to the submission of ").strong(&at).plain(" was ").strong("lost");
            text.plain(
                ", and no executor ever reported this task: it never reached Drove, or Drove could not place it and ",
            );
            text.plain("forgot it. Nothing was sent again. ").muted("Resubmit sends it once more.");
            return;
        }
        match &self.row.outcome {
            Some(Outcome::NotPlaced) => {
                text.plain("Drove accepted this task at ").strong(&at).plain(" and no executor ever reported it. ");
                text.plain("Drove tries three times, a second apart, then ").strong("forgets the task without a trace");
                text.plain(". ").muted("What you see here is this dashboard’s own record of the submission.");
            }
            Some(Outcome::Cancelled) => {
                text.plain("Drove accepted this task at ").strong(&at).plain(" and it ");
                text.strong("was killed before an executor reported it").plain(".");
            }
            _ => {
                text.plain("Drove accepted this task at ").strong(&at).plain(". Nothing tells how it ended.");
            }
        }
    }

    fn tell_course(&self, text: &mut Phrases) {
        let last = self.segments.last().map(|s| &s.state);
        let mut clauses: Vec<Phrases> = Vec::new();
        for (n, segment) in self.segments.iter().enumerate() {
            let is_last = n + 1 == self.segments.len();
            if segment.continued || segment.source.is_none() {
                continue;
            }
            let before = self.segments.iter().take(n).any(|s| s.state == segment.state && s.source.is_some());
            // A run that was out of sight meanwhile ran once: its first clause tells of all of it.
            if before && segment.state == SegmentState::State(TaskState::Running) {
                continue;
            }
            if let Some(clause) = self.clause(segment, is_last) {
                clauses.push(clause);
            }
        }
        let ending = last.is_some_and(SegmentState::is_final).then(|| self.ending()).flatten();
        text.list(clauses, ending);
    }

    /// What a segment adds to the sentence: `pulled the image in 14 s`.
    fn clause(&self, segment: &Segment, is_last: bool) -> Option<Phrases> {
        let mut clause = Phrases::default();
        let SegmentState::State(state) = &segment.state else {
            if segment.state == SegmentState::Placing {
                match is_last {
                    true => clause.plain("has been waiting for placement for ").strong(&self.length(segment)),
                    false => clause.plain("waited ").strong(&self.length(segment)).plain(" for placement"),
                };
                return Some(clause);
            }
            return None;
        };
        let length = self.length(segment);
        match (state, is_last) {
            (TaskState::Provisioning, false) if self.pull_failed() => {
                clause.plain("tried for ").strong(&length).plain(" to pull the image").executor(self.executor)
            }
            (TaskState::Provisioning, false) => clause.plain("pulled the image in ").strong(&length),
            (TaskState::Provisioning, true) => {
                clause.plain("has been pulling the image").executor(self.executor).plain(" for ").strong(&length)
            }
            (TaskState::Starting, false) if self.start_failed() => return None,
            (TaskState::Starting, false) => clause.plain("started in ").strong(&length),
            (TaskState::Starting, true) => {
                clause.plain("has been starting").executor(self.executor).plain(" for ").strong(&length)
            }
            (TaskState::Running, _) => {
                let goes_on = self.segments.last().is_some_and(|last| last.state == segment.state);
                let verb = if goes_on { "has been running" } else { "ran" };
                clause.plain(verb).executor(self.executor).plain(" for ").strong(&self.time_running(segment))
            }
            (TaskState::ProvisioningFailed, true) => clause.strong("could not pull its image"),
            (TaskState::RunFailed, _) => clause.strong("could not be started"),
            (TaskState::RunCompleted | TaskState::Deprovisioning, true) => clause.plain("is being cleaned up"),
            (TaskState::Unknown, true) => {
                clause.plain("has been out of sight for ").strong(&length).plain(" while its executor restarts")
            }
            (TaskState::Other(name), true) => {
                clause.plain("is in the state ").strong(name).plain(", which this page does not know")
            }
            (TaskState::Pending, true) => clause.plain("is registered on its executor"),
            _ => return None,
        };
        Some(clause)
    }

    /// The end of the sentence: `and failed with exit code 3`.
    fn ending(&self) -> Option<Phrases> {
        let mut end = Phrases::default();
        match (&self.row.outcome, self.row.exit_code) {
            // The clause of its state has said so.
            (Some(Outcome::StartFailed), _) if self.start_failed() => return None,
            (Some(Outcome::Failed), Some(code)) if self.out_of_memory => {
                end.strong("ran out of memory").plain(&format!(" (exit code {code})"))
            }
            (Some(Outcome::Successful), _) => end.strong("succeeded"),
            (Some(Outcome::Failed), Some(code)) if code >= 0 => end.strong(&format!("failed with exit code {code}")),
            (Some(Outcome::Failed), _) => end.strong("failed").plain(" without an exit code"),
            (Some(Outcome::Cancelled), _) => end.strong("was killed"),
            (Some(Outcome::Lost), _) if !self.row.state.as_ref().is_some_and(TaskState::is_terminal) => {
                end.plain("was ").strong("lost").plain(" with its executor")
            }
            (Some(Outcome::Lost), _) => end.plain("was reported ").strong("lost"),
            (Some(Outcome::TimedOut), _) => end.strong("timed out"),
            (Some(Outcome::PullFailed | Outcome::StartFailed), _) => end.strong("never ran"),
            (Some(Outcome::Other(name)), _) => end.plain("ended with the result ").strong(name),
            (Some(Outcome::NotPlaced | Outcome::Unclear) | None, _) => end.plain("ended; nothing tells how"),
        };
        Some(end)
    }

    /// Everything that does not fit the normal course.
    fn tell_doubts(&self, text: &mut Phrases) {
        if let Some((lost, back)) = self.back_from_lost() {
            text.plain(" Was reported lost at ").strong(&(self.clock)(lost));
            text.plain(", came back at ").strong(&(self.clock)(back)).plain(".");
        }
        if self.row.unmanaged {
            text.plain(" Drove ").strong("no longer manages this run").plain(" and refuses to kill it: see Outcome.");
        }
        if self.row.unlisted {
            text.plain(" Drove ").strong("no longer lists this run").plain(": being checked.");
        }
        if let Some(state) = &self.row.record_says {
            text.plain(" Drove’s record says ").strong(state.label()).plain(": see Outcome.");
        }
        self.tell_kill(text);
        if !self.spec_known {
            text.plain(" ")
                .muted("Not submitted here: Drove does not keep arguments, placement, tags, configs, devices, user.");
        }
    }

    fn tell_kill(&self, text: &mut Phrases) {
        if self.row.is_over() {
            return;
        }
        match (&self.row.kill, &self.row.state) {
            (Some(AnswerKind::Unknown), _) => {
                text.plain(" The answer to a kill was ").strong("lost");
                text.plain(": if it goes on, it was not carried out. Nothing is sent again.")
            }
            _ if !self.row.kill_pending => text,
            (_, Some(TaskState::Running)) => text.plain(" A kill was accepted and has not taken effect yet."),
            _ if self.traits.kill_before_running => text.plain(" The kill is kept and carried out as soon as it runs."),
            _ => {
                text.plain(" A kill was accepted before it ran, and Drove ").strong("loses such kills");
                text.plain(": it may run all the same, and then it may be refused another one.")
            }
        };
    }

    fn reported(&self) -> Option<&Segment> {
        self.segments.iter().find(|s| matches!(s.state, SegmentState::State(_)))
    }

    fn pull_failed(&self) -> bool {
        self.row.outcome == Some(Outcome::PullFailed)
            || self.segments.iter().any(|s| s.state == SegmentState::State(TaskState::ProvisioningFailed))
    }

    fn start_failed(&self) -> bool {
        self.segments.iter().any(|s| s.state == SegmentState::State(TaskState::RunFailed))
    }

    /// From the first sight of it running to the last, with `about` before it if it was out of sight meanwhile.
    fn time_running(&self, first: &Segment) -> String {
        let is_running = |s: &&Segment| s.state == first.state && s.source.is_some();
        match self.segments.iter().rfind(is_running) {
            Some(last) if last.from > first.from => {
                let whole = last.to.unwrap_or(self.now).since(first.from);
                format!("about {}", format_span_rounded(whole))
            }
            _ => self.length(first),
        }
    }

    fn back_from_lost(&self) -> Option<(Timestamp, Timestamp)> {
        self.segments
            .iter()
            .find(|s| s.state == SegmentState::State(TaskState::Lost))
            .and_then(|lost| lost.to.map(|back| (lost.from, back)))
    }

    /// A length with `about` before it when one of its ends is not known exactly.
    fn length(&self, segment: &Segment) -> String {
        let own = self.segments.iter().skip_while(|s| !std::ptr::eq(*s, segment));
        let whole: Duration =
            own.enumerate().take_while(|(n, s)| *n == 0 || s.continued).map(|(_, s)| s.length(self.now)).sum();
        let next = segment.to.and_then(|to| self.segments.iter().find(|s| s.from == to));
        let error = segment.error + next.map_or(Duration::ZERO, |s| s.error);
        let text = format_span_rounded(whole);
        if error * 20 > whole { format!("about {text}") } else { text }
    }
}

#[cfg(test)]
mod tests;
