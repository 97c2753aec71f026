//! One line of a task's log. Executors write `LEVEL | date | logger | message`, where the container's own
//! output has the logger `InstanceLogHandler`, INFO for stdout and ERROR for stderr. Pure.

use super::{ansi, marks};
use crate::format::format_precise;
use model::{ExecutorLine, InstanceId, TaskState, Timestamp, secret::mask_secrets};
use std::borrow::Cow;

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The container, on stdout.
    Out,
    /// The container, on stderr.
    Err,
    /// The executor, about the task.
    Driver,
    /// Nobody knows: the log has another format.
    Raw,
}

impl Stream {
    /// Value of `data-stream`, and the word in the gutter.
    pub fn as_str(self) -> &'static str {
        match self {
            Stream::Out => "out",
            Stream::Err => "err",
            Stream::Driver => "drv",
            Stream::Raw => "",
        }
    }
}

/// When the executor wrote a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Time of day by the executor's clock: `02:11:45.153`. Empty for a line that continues the one before.
    pub clock: String,
    /// Date and time by that clock, in milliseconds since the epoch as if it ran in UTC.
    pub local: Option<i64>,
}

impl Written {
    /// Formats the time in the viewer's zone; in the executor's if its UTC offset (milliseconds) is unknown.
    pub fn shown(&self, zone: Option<i64>) -> String {
        match (self.local, zone) {
            (Some(local), Some(zone)) => format_precise(Timestamp(local - zone)),
            _ => self.clock.clone(),
        }
    }
}

/// A line, ready to be shown: secrets masked, what a carriage return overwrote gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Position of its first byte in the buffer: what names it. Its offset in the file, unless the file was rotated.
    pub at: u64,
    /// Who wrote it.
    pub stream: Stream,
    /// When the executor wrote it.
    pub time: Written,
    /// What it says; may hold ANSI sequences.
    pub text: String,
    /// The executor complains: such a line is never folded away.
    pub is_trouble: bool,
    /// It tells that the task reached this state.
    pub state: Option<TaskState>,
    /// It tells how far the pull of a layer is: the layer, and percent.
    pub pull: Option<(String, u8)>,
    /// Its number in the file, counted from 1; unknown unless the file was read from its beginning.
    pub number: Option<u64>,
}

impl LogLine {
    /// Reads a line that begins at `at`, after `before`.
    pub fn read(at: u64, raw: &str, before: Option<&LogLine>) -> Self {
        let raw = raw.trim_end_matches('\r');
        match ExecutorLine::read(raw) {
            Some(line) => Self::of_executor(at, line),
            None => Self {
                at,
                stream: before.map_or(Stream::Raw, |b| b.stream),
                time: Written::default(),
                text: shown(raw),
                is_trouble: before.is_some_and(|b| b.is_trouble),
                state: None,
                pull: None,
                number: None,
            },
        }
    }

    /// What it says, without colours and with bidirectional controls spelled out.
    pub fn plain_text(&self) -> String {
        marks::spelled_out(&ansi::plain(&self.text)).into_owned()
    }

    /// Whether a line that tells a state tells it of this run.
    pub fn is_about(&self, run: &InstanceId) -> bool {
        let named = self.text.split_once("instanceId=").and_then(|(_, rest)| rest.split([',', ')']).next());
        named == Some(run.as_str())
    }

    /// It tells that the container was killed for want of memory (nothing else does).
    pub fn tells_oom(&self) -> bool {
        self.stream == Stream::Driver && self.text.contains("oomKilled=true")
    }

    fn of_executor(at: u64, line: ExecutorLine<'_>) -> Self {
        let local = line.local_millis();
        let ExecutorLine { level, time, logger, message, .. } = line;
        let stream = match (logger, level) {
            ("InstanceLogHandler", "ERROR") => Stream::Err,
            ("InstanceLogHandler", _) => Stream::Out,
            _ => Stream::Driver,
        };
        let driver = stream == Stream::Driver;
        Self {
            at,
            stream,
            time: Written { clock: time.replace(',', "."), local },
            text: shown(message),
            is_trouble: driver && level == "ERROR",
            state: if driver { state_told(message) } else { None },
            pull: if driver { pull_told(message) } else { None },
            number: None,
        }
    }
}

fn shown(text: &str) -> String {
    mask_secrets(&overwritten(text)).into_owned()
}

/// What is left on the screen when carriage returns overwrite the line: the last part with a text, in the colours that
/// were set before.
fn overwritten(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    let mut from = text.len();
    for part in text.rsplit('\r') {
        from -= part.len();
        if !ansi::plain(part).is_empty() {
            return Cow::Owned(ansi::colours(&text[..from]) + part);
        }
        from = from.saturating_sub(1);
    }
    Cow::Owned(text.replace('\r', ""))
}

fn state_told(message: &str) -> Option<TaskState> {
    let rest = message.strip_prefix("Current state: StateData(state=")?;
    Some(TaskState::from_wire(rest.split([',', ')']).next()?))
}

/// `Image: URL Layer 7d0c5e6f1a2b: 38%`.
fn pull_told(message: &str) -> Option<(String, u8)> {
    let (_, layer) = message.strip_prefix("Image:")?.split_once(" Layer ")?;
    let (layer, how_far) = layer.split_once(": ")?;
    let percent = how_far.strip_suffix('%')?.trim().parse::<f32>().ok()?;
    // Percent lie in 0 to 100 and are cut to whole ones.
    Some((layer.to_owned(), percent.clamp(0.0, 100.0) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> LogLine {
        LogLine::read(0, raw, None)
    }

    #[test]
    fn a_line_of_the_executor_is_taken_apart() {
        let line = read("ERROR | 2026-11-25 02:11:45,153 | InstanceLogHandler             | disk | full");
        assert_eq!(
            (line.stream, line.time.clock.as_str(), line.text.as_str()),
            (Stream::Err, "02:11:45.153", "disk | full")
        );
        assert_eq!(read("INFO  | 2026-11-25 02:11:45,153 | InstanceLogHandler | hi").stream, Stream::Out);
        let driver = read("ERROR | 2026-11-25 02:11:45,153 | DockerUtils | Error while pulling");
        assert_eq!((driver.stream, driver.is_trouble), (Stream::Driver, true));
    }

    #[test]
    fn states_and_pulls_are_understood() {
        let state = read(
            "INFO  | 2026-11-25 02:11:45,271 | InstanceEngine | Current state: StateData(state=RUNNING, data=ExecutorTaskInfo(env={API_TOKEN=abc}))",
        );
        assert_eq!(state.state, Some(TaskState::Running));
        assert!(!state.text.contains("abc"), "env values stand in the log in clear");
        let pull =
            |text: &str| read(&format!("INFO | 2026-11-25 02:11:45,271 | ImagePullProgressHandler | {text}")).pull;
        assert_eq!(pull("Image: r/x:1 Layer 7d0c5e6f1a2b: 38%"), Some(("7d0c5e6f1a2b".into(), 38)));
        assert_eq!(pull("Image:r/x:1 Layer 1: Pulling from x"), None);
    }

    #[test]
    fn other_formats_are_shown_raw_and_continuations_belong_to_their_line() {
        assert_eq!(read("2026 whatever | x").stream, Stream::Raw);
        let first = read("ERROR | 2026-11-25 02:11:45,153 | InstanceLogHandler | Traceback");
        let second = LogLine::read(9, "  at main()", Some(&first));
        assert_eq!((second.stream, second.time.clock.as_str(), second.text.as_str()), (Stream::Err, "", "  at main()"));
    }

    #[test]
    fn a_carriage_return_leaves_what_was_written_last() {
        for (raw, left) in [("10%\r50%\r100%", "100%"), ("done\r", "done"), ("a\r\r", "a"), ("", ""), ("\r", "")] {
            assert_eq!(read(raw).text, left);
        }
    }

    #[test]
    fn a_carriage_return_before_sequences_only_erases_nothing() {
        assert_eq!(read("text\r\u{1b}[0m").plain_text(), "text");
        assert_eq!(read("\u{1b}[32mtext\r\u{1b}[K\r\u{1b}[0m").text, "\u{1b}[32mtext");
        assert_eq!(read("\u{1b}[32m10%\r50%\r\u{1b}[0m").text, "\u{1b}[32m50%", "the colour goes on");
    }
}
