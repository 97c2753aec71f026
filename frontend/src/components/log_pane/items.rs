//! Lines -> what the pane shows: dividers where the state changed, driver lines folded away, lines of the chosen stream.
//! Pure.

use super::{
    ansi,
    buffer::{Gap, LogBuffer},
    line::{LogLine, Stream, Written},
};
use model::TaskState;
use std::collections::BTreeSet;

/// Which lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All; the driver's are folded.
    #[default]
    All,
    /// The container's stdout.
    Out,
    /// The container's stderr.
    Err,
    /// The executor's own.
    Driver,
}

impl Filter {
    /// All filters, with their names.
    pub const CHOICES: &[(Filter, &str)] =
        &[(Filter::All, "All"), (Filter::Out, "stdout"), (Filter::Err, "stderr"), (Filter::Driver, "driver")];

    fn lets_pass(self, stream: Stream) -> bool {
        match self {
            Filter::All => true,
            Filter::Out => stream == Stream::Out || stream == Stream::Raw,
            Filter::Err => stream == Stream::Err,
            Filter::Driver => stream == Stream::Driver,
        }
    }
}

/// One row of the pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A line.
    Line {
        /// Its index in the buffer.
        index: usize,
        /// Its position.
        at: u64,
    },
    /// The task reached a state here; what the driver said then is folded into it.
    Divider {
        /// Position of the line that tells it.
        at: u64,
        /// What was before: `Placing`, or a state if one was told.
        from: Option<String>,
        /// The state.
        to: TaskState,
        /// When the executor wrote it.
        time: Written,
        /// Lines of the driver that follow.
        fold: Option<Fold>,
    },
    /// Lines of the driver elsewhere, folded.
    Fold(Fold),
    /// What is not shown between two lines.
    Gap {
        /// Position of what follows.
        at: u64,
        /// What is missing.
        gap: Gap,
        /// Whether it can be read.
        is_readable: bool,
    },
}

/// Lines of the driver that are not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Position of the first.
    pub at: u64,
    /// How many.
    pub lines: usize,
    /// What they are about, if that is known.
    pub about: Option<String>,
}

/// What names a row; it changes when its content does.
pub type RowKey = (u64, u8, u64);

impl Item {
    /// Position of the row. Rows are in the order of their positions.
    pub fn at(&self) -> u64 {
        match self {
            Item::Line { at, .. } | Item::Divider { at, .. } => *at,
            Item::Fold(fold) => fold.at,
            Item::Gap { gap, .. } => gap.from,
        }
    }

    /// How many lines of the log it stands for.
    pub fn lines(&self) -> u64 {
        match self {
            Item::Line { .. } => 1,
            Item::Divider { fold, .. } => 1 + fold.as_ref().map_or(0, |fold| fold.lines as u64),
            Item::Fold(fold) => fold.lines as u64,
            Item::Gap { gap, .. } => gap.lines,
        }
    }

    /// What names the row.
    pub fn key(&self, buffer: &LogBuffer) -> RowKey {
        match self {
            Item::Line { index, at } => {
                let line = buffer.lines().get(*index);
                (
                    *at,
                    line.map_or(0, |line| 2 + u8::from(line.number.is_some())),
                    line.map_or(0, |l| l.text.len() as u64),
                )
            }
            Item::Divider { at, fold, .. } => (*at, 4, fold.as_ref().map_or(0, |fold| fold.lines as u64)),
            Item::Fold(fold) => (fold.at, 5, fold.lines as u64),
            Item::Gap { gap, .. } => (gap.from, 6, gap.bytes),
        }
    }
}

/// The rows for a buffer. Folds that begin at a position in `open`, or hold a line at one in `hits`, are shown line by line.
pub fn items(buffer: &LogBuffer, filter: Filter, open: &BTreeSet<u64>, hits: &[u64]) -> Vec<Item> {
    let mut rows = Vec::new();
    let mut state = buffer.is_from_beginning().then(|| "Placing".to_owned());
    let mut run: Vec<(usize, &LogLine)> = Vec::new();
    let is_open = |run: &[(usize, &LogLine)]| {
        run.first().is_some_and(|(_, first)| open.contains(&first.at))
            || run.iter().any(|(_, line)| hits.binary_search(&line.at).is_ok())
    };
    let gap = |(at, gap): (&u64, &Gap)| Item::Gap {
        at: *at,
        gap: gap.clone(),
        is_readable: buffer.readable_gap(*at).is_some(),
    };
    let mut gaps = buffer.gaps().iter().peekable();
    for (index, line) in buffer.lines().iter().enumerate() {
        while let Some(missing) = gaps.next_if(|(at, _)| **at <= line.at) {
            fold(&mut rows, &mut run, is_open);
            rows.push(gap(missing));
        }
        if folds(line, filter) {
            run.push((index, line));
            continue;
        }
        fold(&mut rows, &mut run, is_open);
        match &line.state {
            Some(to) if filter == Filter::All => {
                let from = state.replace(to.label().to_owned());
                rows.push(Item::Divider { at: line.at, from, to: to.clone(), time: line.time.clone(), fold: None });
            }
            _ if filter.lets_pass(line.stream) => rows.push(Item::Line { index, at: line.at }),
            _ => {}
        }
    }
    fold(&mut rows, &mut run, is_open);
    rows.extend(gaps.map(gap));
    rows
}

fn folds(line: &LogLine, filter: Filter) -> bool {
    filter == Filter::All && line.stream == Stream::Driver && !line.is_trouble && line.state.is_none()
}

fn fold(rows: &mut Vec<Item>, run: &mut Vec<(usize, &LogLine)>, is_open: impl Fn(&[(usize, &LogLine)]) -> bool) {
    let Some((_, first)) = run.first() else { return };
    if is_open(run) {
        rows.extend(run.iter().map(|(index, line)| Item::Line { index: *index, at: line.at }));
    } else {
        let folded = Fold { at: first.at, lines: run.len(), about: about(run) };
        match rows.last_mut() {
            Some(Item::Divider { fold, .. }) => *fold = Some(folded),
            _ => rows.push(Item::Fold(folded)),
        }
    }
    run.clear();
}

/// What folded lines are about: `Pulled 12 layers`, `Pulling, layer 7d0c5e6f1a2b 38 %`.
fn about(run: &[(usize, &LogLine)]) -> Option<String> {
    let layers: BTreeSet<&str> = run.iter().filter_map(|(_, line)| Some(line.pull.as_ref()?.0.as_str())).collect();
    let done = run.iter().any(|(_, line)| line.text.starts_with("Pulled image"));
    let last = run.iter().rev().find_map(|(_, line)| line.pull.as_ref());
    match (layers.len(), done, last) {
        (1, true, _) => Some("Pulled 1 layer".into()),
        (n, true, _) if n > 0 => Some(format!("Pulled {n} layers")),
        (_, false, Some((layer, percent))) => Some(format!("Pulling, layer {layer} {percent} %")),
        _ => None,
    }
}

/// Positions of the lines that hold `query`, whatever the case of ASCII letters, folded or not.
pub fn hits(buffer: &LogBuffer, filter: Filter, query: &str) -> Vec<u64> {
    if query.is_empty() {
        return Vec::new();
    }
    buffer
        .lines()
        .iter()
        .filter(|line| filter.lets_pass(line.stream) && (filter != Filter::All || line.state.is_none()))
        .filter(|line| find(&ansi::plain(&line.text), query, 0).is_some())
        .map(|line| line.at)
        .collect()
}

/// Where `needle` begins in `text`, at `from` or later, whatever the case of ASCII letters.
pub fn find(text: &str, needle: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.char_indices()
        .map(|(at, _)| from + at)
        .find(|at| text.get(*at..at + needle.len()).is_some_and(|part| part.eq_ignore_ascii_case(needle)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::dashboard::LogFrame;

    fn buffer() -> LogBuffer {
        let line =
            |level: &str, logger: &str, text: &str| format!("{level} | 2026-11-25 02:11:45,153 | {logger} | {text}\n");
        let text = [
            line("INFO", "InstanceEngine", "Current state: StateData(state=PROVISIONING, x)"),
            line("INFO", "ImagePullProgressHandler", "Image: i Layer aa: 10%"),
            line("INFO", "ImagePullProgressHandler", "Image: i Layer bb: 90%"),
            line("INFO", "DockerUtils", "Pulled image i"),
            line("INFO", "InstanceEngine", "Current state: StateData(state=RUNNING, x)"),
            line("INFO", "InstanceLogHandler", "Hello"),
            line("ERROR", "InstanceLogHandler", "hello, trouble"),
            line("ERROR", "DockerUtils", "driver trouble"),
        ]
        .concat();
        let mut buffer = LogBuffer::default();
        let to = text.len() as u64;
        buffer.take(LogFrame { file: "output.log".into(), to, text, size: to, ..LogFrame::default() });
        buffer
    }

    fn drawn(rows: &[Item]) -> Vec<String> {
        rows.iter()
            .map(|row| match row {
                Item::Line { index, .. } => index.to_string(),
                Item::Divider { from, to, fold, .. } => {
                    let folded = fold.as_ref().map(|f| format!(" ({} {:?})", f.lines, f.about)).unwrap_or_default();
                    format!("{}>{to}{folded}", from.clone().unwrap_or_default())
                }
                Item::Fold(fold) => format!("({})", fold.lines),
                Item::Gap { gap, .. } => gap.words(),
            })
            .collect()
    }

    #[test]
    fn driver_lines_fold_between_dividers() {
        let buffer = buffer();
        let shown = |filter| drawn(&items(&buffer, filter, &BTreeSet::new(), &[]));
        assert_eq!(
            shown(Filter::All),
            [r#"Placing>PROVISIONING (3 Some("Pulled 2 layers"))"#, "Provisioning>RUNNING", "5", "6", "7"]
        );
        assert_eq!(shown(Filter::Out), ["5"]);
        assert_eq!(shown(Filter::Err), ["6"]);
        assert_eq!(shown(Filter::Driver), ["0", "1", "2", "3", "4", "7"]);
        let open = BTreeSet::from([buffer.lines()[1].at]);
        assert_eq!(items(&buffer, Filter::All, &open, &[]).len(), 8);
    }

    #[test]
    fn a_search_finds_lines_in_any_case_and_opens_only_folds_that_hold_them() {
        let buffer = buffer();
        let found = |query| hits(&buffer, Filter::All, query);
        let rows = |query| items(&buffer, Filter::All, &BTreeSet::new(), &found(query)).len();
        assert_eq!(found("hello"), [buffer.lines()[5].at, buffer.lines()[6].at]);
        assert_eq!((found("layer BB").len(), rows("layer BB")), (1, 8), "the fold that holds it is open");
        assert_eq!((found("nothing").len(), rows("nothing")), (0, 5), "no match leaves folds as they are");
        assert_eq!(rows("hello"), 5, "other folds stay closed");
        assert!(found("StateData").is_empty(), "a divider has no such text");
        assert_eq!(find("grüße GRÜSSE", "gr", 1), Some(8));
    }

    #[test]
    fn a_gap_is_a_row_between_lines_and_at_the_end() {
        let mut buffer = buffer();
        let end = buffer.end();
        let text = "rest of a line\nlast\n".to_owned();
        let (from, size) = (end + 1_000, end + 1_020);
        let frame = LogFrame { file: "output.log".into(), from, to: size, text, size, ..LogFrame::default() };
        buffer.take(frame.clone());
        let rows = drawn(&items(&buffer, Filter::Err, &BTreeSet::new(), &[]));
        assert_eq!(rows, ["6", "1015 bytes not read"], "the line that was cut is part of the gap");
        buffer.take(LogFrame { from: 0, to: 0, text: String::new(), size: 0, rotated: true, ..frame });
        let rows = drawn(&items(&buffer, Filter::Out, &BTreeSet::new(), &[]));
        assert_eq!(rows[0], "5");
        assert_eq!(rows.last().unwrap(), "The file was rotated here, the last lines before it may be missing");
    }
}
