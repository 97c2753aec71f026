//! The part of a log file that was read, as lines. Frames are taken as they come: cut anywhere, in order, rotated. Pure.

use super::line::LogLine;
use model::{
    InstanceId, TaskState,
    dashboard::{LogFrame, LogPart},
};
use std::collections::VecDeque;

/// Lines kept; older ones are let go and can be read again.
pub const MOST_LINES: usize = 20_000;

/// A stretch of one file, from a line's beginning to what was read last.
#[derive(Clone, Debug, Default)]
pub struct LogBuffer {
    file: String,
    start: u64,
    end: u64,
    size: u64,
    lines: VecDeque<LogLine>,
    unfinished: String,
    /// Which bytes of the file belong to the run that is shown; all that was read lies in it.
    part: LogPart,
    /// The run whose lines these are, if that is known.
    instance: Option<InstanceId>,
    /// Number of the first line, if the part was read from its beginning.
    first_number: Option<u64>,
    rotated: bool,
    heard: bool,
}

impl LogBuffer {
    /// Lines read, the one that is being written last.
    pub fn lines(&self) -> &VecDeque<LogLine> {
        &self.lines
    }

    /// The number of the line at `index`, counted from 1; unknown unless the file was read from its beginning.
    pub fn number(&self, index: usize) -> Option<u64> {
        Some(self.first_number? + u64::try_from(index).ok()?)
    }

    /// Offset of the last line in which the executor told that the task had reached `state`.
    pub fn told(&self, state: &TaskState) -> Option<u64> {
        self.lines.iter().rev().find(|line| line.state.as_ref() == Some(state)).map(|line| line.at)
    }

    /// Offset of the first byte read.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Which bytes of the file belong to the run that is shown.
    pub fn part(&self) -> LogPart {
        self.part
    }

    /// Whether the run's lines were read from the first one on.
    pub fn has_beginning(&self) -> bool {
        self.start <= self.part.from
    }

    /// Bytes of other runs before and after those of the run that is shown.
    pub fn left_out(&self) -> (u64, u64) {
        self.part.left_out(self.size)
    }

    /// Length of the run's part of the file when it was read last.
    pub fn size(&self) -> u64 {
        self.part.end(self.size) - self.part.from
    }

    /// Bytes that were read.
    pub fn loaded(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// The file began anew while it was being read.
    pub fn rotated(&self) -> bool {
        self.rotated
    }

    /// Whether anything was heard of the file.
    pub fn heard(&self) -> bool {
        self.heard
    }

    /// Takes what was read or written next. What was taken before is passed over; what does not follow replaces all.
    pub fn take(&mut self, frame: LogFrame) {
        self.heard = true;
        let follows = self.is_continued_by(&frame) && !frame.rotated && frame.from <= self.end && self.end > 0;
        if follows {
            self.part = frame.part;
            self.instance.clone_from(&frame.instance);
        }
        if follows && frame.to <= self.end {
            self.size = frame.size.max(self.end);
            return;
        }
        let text = match frame.from < self.end && follows {
            // Overlaps: only offsets of valid text can be cut exactly.
            true => usize::try_from(self.end - frame.from).ok().and_then(|cut| frame.text.get(cut..)),
            false => Some(frame.text.as_str()),
        };
        match text {
            Some(text) if follows => self.append(text),
            _ => self.restart(&frame),
        }
        self.end = frame.to;
        self.size = frame.size.max(frame.to);
        while self.lines.len() > MOST_LINES {
            self.lines.pop_front();
            self.first_number = self.first_number.map(|n| n + 1);
            self.start = self.lines.front().map_or(self.end, |line| line.at);
        }
    }

    /// Takes an older part, which must end where this begins.
    pub fn take_before(&mut self, frame: &LogFrame) {
        if frame.file != self.file || frame.to != self.start || frame.from >= frame.to {
            return;
        }
        let mut older = LogBuffer::default();
        older.take(LogFrame { rotated: false, part: self.part, ..frame.clone() });
        if let Some(last) = older.lines.back() {
            // A line that the executor's format did not begin belongs to the one before, which is known only now.
            for line in self.lines.iter_mut().take_while(|line| line.time.is_empty()) {
                line.stream = last.stream;
            }
        }
        self.start = older.start;
        self.first_number = older.first_number;
        older.lines.append(&mut self.lines);
        self.lines = older.lines;
    }

    /// Whether a frame is of the same run in the same file. Of which run lines are may turn out after they were read.
    fn is_continued_by(&self, frame: &LogFrame) -> bool {
        let is_same_run = self.instance.is_none() || frame.instance == self.instance;
        frame.file == self.file && is_same_run && frame.part.from == self.part.from
    }

    fn restart(&mut self, frame: &LogFrame) {
        let rotated = frame.rotated || (self.is_continued_by(frame) && frame.from < self.end);
        *self = Self {
            file: frame.file.clone(),
            start: frame.from,
            end: frame.from,
            part: frame.part,
            instance: frame.instance.clone(),
            first_number: (frame.from == frame.part.from).then_some(1),
            rotated: rotated && self.heard && !self.lines.is_empty(),
            heard: true,
            ..Self::default()
        };
        // A part that begins within a line begins after it: half a line would be misread.
        let whole = match frame.from == frame.part.from {
            true => frame.text.as_str(),
            false => frame.text.split_once('\n').map_or("", |(_, rest)| rest),
        };
        let skipped = u64::try_from(frame.text.len() - whole.len()).unwrap_or_default();
        self.start += skipped;
        self.end = self.start;
        self.append(whole);
    }

    fn append(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        // The unfinished line is shown already: it is taken back and read again with what follows.
        let mut at = self.end - u64::try_from(self.unfinished.len()).unwrap_or_default();
        if !self.unfinished.is_empty() {
            self.lines.pop_back();
        }
        let joined = std::mem::take(&mut self.unfinished) + text;
        let (whole, rest) = joined.rsplit_once('\n').map_or(("", joined.as_str()), |(whole, rest)| (whole, rest));
        if joined.contains('\n') {
            for raw in whole.split('\n') {
                self.push(at, raw);
                at += u64::try_from(raw.len() + 1).unwrap_or_default();
            }
        }
        if !rest.is_empty() {
            self.push(at, rest);
            self.unfinished = rest.to_owned();
        }
    }

    fn push(&mut self, at: u64, raw: &str) {
        let line = LogLine::read(at, raw, self.lines.back());
        self.lines.push_back(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "INFO | 2026-11-25 02:11:45,153 | InstanceLogHandler | gr\u{fc}\u{df}e\nsecond\n\nthird without end";

    fn frame(from: usize, to: usize) -> LogFrame {
        LogFrame {
            file: "output.log".into(),
            from: from as u64,
            to: to as u64,
            text: TEXT[from..to].into(),
            size: TEXT.len() as u64,
            ..LogFrame::default()
        }
    }

    fn texts(buffer: &LogBuffer) -> Vec<&str> {
        buffer.lines().iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn however_the_file_is_cut_its_lines_are_the_same() {
        let mut whole = LogBuffer::default();
        whole.take(frame(0, TEXT.len()));
        assert_eq!(texts(&whole), ["grüße", "second", "", "third without end"]);
        for cut in (1..TEXT.len()).filter(|cut| TEXT.is_char_boundary(*cut)) {
            let mut parts = LogBuffer::default();
            parts.take(frame(0, cut));
            parts.take(frame(cut, TEXT.len()));
            assert_eq!(parts.lines(), whole.lines(), "cut at {cut}");
            parts.take(frame(cut, TEXT.len()));
            assert_eq!(parts.lines(), whole.lines(), "the same part again");
        }
    }

    #[test]
    fn lines_are_named_by_their_offset_and_numbered_only_from_the_beginning() {
        let mut buffer = LogBuffer::default();
        buffer.take(frame(0, TEXT.len()));
        for line in buffer.lines() {
            let from = usize::try_from(line.at).unwrap();
            assert!(TEXT[from..].contains(line.text.as_str()));
        }
        assert_eq!((buffer.number(0), buffer.number(3)), (Some(1), Some(4)));
        let mut tail = LogBuffer::default();
        tail.take(frame(10, TEXT.len()));
        assert_eq!(texts(&tail), ["second", "", "third without end"]);
        assert_eq!(tail.number(0), None);
    }

    #[test]
    fn a_state_is_found_where_it_was_told() {
        let line = |state: &str| {
            format!("INFO | 2026-11-25 02:11:45,153 | InstanceEngine | Current state: StateData(state={state}, x)\n")
        };
        let text = line("STARTING") + &line("RUNNING");
        let (to, running) = (text.len() as u64, line("STARTING").len() as u64);
        let mut buffer = LogBuffer::default();
        buffer.take(LogFrame { file: "f".into(), to, text, size: to, ..LogFrame::default() });
        assert_eq!((buffer.told(&TaskState::Running), buffer.told(&TaskState::Stopped)), (Some(running), None));
    }

    #[test]
    fn older_parts_are_put_before() {
        let mut buffer = LogBuffer::default();
        buffer.take(frame(10, TEXT.len()));
        let start = usize::try_from(buffer.start()).unwrap();
        buffer.take_before(&frame(0, start));
        let mut whole = LogBuffer::default();
        whole.take(frame(0, TEXT.len()));
        assert_eq!(buffer.lines(), whole.lines());
        assert_eq!(buffer.number(0), Some(1));
        assert_eq!(buffer.loaded(), TEXT.len() as u64);
    }

    #[test]
    fn a_part_of_a_file_is_numbered_and_measured_like_a_file() {
        let part = LogPart { from: 10, to: Some(TEXT.len() as u64 - 5) };
        let end = TEXT.len() - 5;
        let mut buffer = LogBuffer::default();
        buffer.take(LogFrame { part, ..frame(10, end) });
        assert_eq!(
            (buffer.number(0), buffer.has_beginning()),
            (Some(1), true),
            "the first line of a run is a whole one"
        );
        assert_eq!((buffer.loaded(), buffer.size()), (end as u64 - 10, end as u64 - 10));
        assert_eq!(buffer.left_out(), (10, 5));
        let mut later = LogBuffer::default();
        later.take(LogFrame { part, ..frame(30, end) });
        assert!(!later.has_beginning());
        let start = usize::try_from(later.start()).unwrap();
        later.take_before(&frame(10, start));
        assert_eq!((later.lines(), later.number(0)), (buffer.lines(), Some(1)));
    }

    #[test]
    fn frames_of_another_run_begin_another_log() {
        let mut buffer = LogBuffer::default();
        buffer.take(LogFrame { instance: Some("TI-1".into()), ..frame(0, TEXT.len()) });
        let (text, end) = ("other\n".to_owned(), TEXT.len() as u64);
        let other = LogFrame { from: end, to: end + 6, text, size: end + 6, ..frame(0, 0) };
        let part = LogPart { from: end, to: None };
        buffer.take(LogFrame { part, instance: Some("TI-2".into()), ..other.clone() });
        assert_eq!((texts(&buffer), buffer.rotated()), (vec!["other"], false));
        // On another executor it is another file, whatever its offsets.
        buffer.take(LogFrame { instance: Some("TI-3".into()), ..frame(0, TEXT.len()) });
        assert_eq!(texts(&buffer).len(), 4);
    }

    #[test]
    fn a_rotated_file_begins_anew() {
        let mut buffer = LogBuffer::default();
        buffer.take(frame(0, TEXT.len()));
        let file = "output.log".into();
        buffer.take(LogFrame { file, to: 4, text: "new\n".into(), size: 4, rotated: true, ..LogFrame::default() });
        assert_eq!(texts(&buffer), ["new"]);
        assert!(buffer.rotated());
    }

    #[test]
    fn a_long_log_is_kept_from_its_end() {
        let mut buffer = LogBuffer::default();
        let text = "x\n".repeat(MOST_LINES + 10);
        let to = text.len() as u64;
        buffer.take(LogFrame { file: "f".into(), to, text, size: to, ..LogFrame::default() });
        assert_eq!(buffer.lines().len(), MOST_LINES);
        assert_eq!((buffer.start(), buffer.number(0)), (20, Some(11)));
    }
}
