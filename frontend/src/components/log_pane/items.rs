//! Lines -> what the pane shows: dividers where the state changed, driver lines folded away, lines of the chosen stream.
//! Pure.

use super::{
    ansi,
    buffer::LogBuffer,
    line::{LogLine, Stream},
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
    /// A line, by its index in the buffer.
    Line(usize),
    /// The task reached a state here; what the driver said then is folded into it.
    Divider {
        /// Offset of the line that tells it.
        at: u64,
        /// What was before: `Placing`, or a state if one was told.
        from: Option<String>,
        /// The state.
        to: TaskState,
        /// Time of day as the executor wrote it.
        time: String,
        /// Lines of the driver that follow.
        fold: Option<Fold>,
    },
    /// Lines of the driver elsewhere, folded.
    Fold(Fold),
}

/// Lines of the driver that are not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Offset of the first.
    pub at: u64,
    /// How many.
    pub lines: usize,
    /// What they are about, if that is known.
    pub about: Option<String>,
}

impl Item {
    /// What names the row; it changes when its content does.
    pub fn key(&self, buffer: &LogBuffer) -> (u64, usize) {
        match self {
            Item::Line(index) => buffer.lines().get(*index).map_or((0, 0), |line| (line.at, line.text.len() + 2)),
            Item::Divider { at, fold, .. } => (*at, usize::MAX - fold.as_ref().map_or(0, |fold| fold.lines)),
            Item::Fold(fold) => (fold.at, usize::MAX - fold.lines),
        }
    }
}

/// The rows for a buffer. Folds that begin at an offset in `open` are shown line by line, as are all while `searching`.
pub fn items(buffer: &LogBuffer, filter: Filter, open: &BTreeSet<u64>, searching: bool) -> Vec<Item> {
    let mut rows = Vec::new();
    let mut state = buffer.has_beginning().then(|| "Placing".to_owned());
    let mut run: Vec<(usize, &LogLine)> = Vec::new();
    for (index, line) in buffer.lines().iter().enumerate() {
        let folds = filter == Filter::All && line.stream == Stream::Driver && !line.is_trouble && line.state.is_none();
        if folds {
            run.push((index, line));
            continue;
        }
        fold(&mut rows, &mut run, open, searching);
        match (&line.state, filter) {
            (Some(to), Filter::All) => {
                let from = state.replace(to.label().to_owned());
                rows.push(Item::Divider { at: line.at, from, to: to.clone(), time: line.time.clone(), fold: None });
            }
            _ if filter.lets_pass(line.stream) => rows.push(Item::Line(index)),
            _ => {}
        }
    }
    fold(&mut rows, &mut run, open, searching);
    rows
}

fn fold(rows: &mut Vec<Item>, run: &mut Vec<(usize, &LogLine)>, open: &BTreeSet<u64>, searching: bool) {
    let Some((_, first)) = run.first() else { return };
    if searching || open.contains(&first.at) {
        rows.extend(run.iter().map(|(index, _)| Item::Line(*index)));
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

/// Offsets of the lines among `rows` that hold `query`, whatever the case of ASCII letters.
pub fn hits(buffer: &LogBuffer, rows: &[Item], query: &str) -> Vec<u64> {
    if query.is_empty() {
        return Vec::new();
    }
    rows.iter()
        .filter_map(|row| match row {
            Item::Line(index) => buffer.lines().get(*index),
            Item::Divider { .. } | Item::Fold(_) => None,
        })
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
                Item::Line(index) => index.to_string(),
                Item::Divider { from, to, fold, .. } => {
                    let folded = fold.as_ref().map(|f| format!(" ({} {:?})", f.lines, f.about)).unwrap_or_default();
                    format!("{}>{to}{folded}", from.clone().unwrap_or_default())
                }
                Item::Fold(fold) => format!("({})", fold.lines),
            })
            .collect()
    }

    #[test]
    fn driver_lines_fold_between_dividers() {
        let buffer = buffer();
        let shown = |filter| drawn(&items(&buffer, filter, &BTreeSet::new(), false));
        assert_eq!(
            shown(Filter::All),
            [r#"Placing>PROVISIONING (3 Some("Pulled 2 layers"))"#, "Provisioning>RUNNING", "5", "6", "7"]
        );
        assert_eq!(shown(Filter::Out), ["5"]);
        assert_eq!(shown(Filter::Err), ["6"]);
        assert_eq!(shown(Filter::Driver), ["0", "1", "2", "3", "4", "7"]);
        let open = BTreeSet::from([buffer.lines()[1].at]);
        assert_eq!(items(&buffer, Filter::All, &open, false).len(), 8);
    }

    #[test]
    fn a_search_finds_lines_in_any_case_and_opens_folds() {
        let buffer = buffer();
        let rows = items(&buffer, Filter::All, &BTreeSet::new(), true);
        assert_eq!(hits(&buffer, &rows, "hello"), [buffer.lines()[5].at, buffer.lines()[6].at]);
        assert_eq!(hits(&buffer, &rows, "layer BB").len(), 1);
        assert_eq!(find("grüße GRÜSSE", "gr", 1), Some(8));
    }
}
