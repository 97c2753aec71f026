//! Rows as comma-separated values (RFC 4180): a header, CRLF, UTF-8, quotes where they are needed. Times are ISO 8601 in UTC.
//!
//! Spreadsheets read cells that begin with `=`, `+`, `-` or `@` as formulas, full-width signs included, and some of them split
//! cells at semicolons, tabs or spaces. Texts come from anybody who may submit a task, so each such sign gets an apostrophe in
//! front where a cell may begin. JSON lines hold texts unchanged.

use model::{Timestamp, Utc, dashboard::TaskRow};
use std::{collections::BTreeMap, fmt::Write};

const COLUMNS: [&str; 22] = [
    "runId",
    "app",
    "taskId",
    "run",
    "phase",
    "state",
    "outcome",
    "exitCode",
    "errorMessage",
    "image",
    "cores",
    "memoryMb",
    "instanceId",
    "executorId",
    "executorHost",
    "submitted",
    "submitter",
    "tags",
    "ended",
    "updated",
    "killPending",
    "unmanaged",
];

/// The names of the columns, as one line.
pub fn head() -> String {
    format!("{}\r\n", COLUMNS.join(","))
}

/// Writes one line.
pub fn write(line: &mut String, row: &TaskRow) {
    let cells: [String; COLUMNS.len()] = [
        row.run_id.to_string(),
        text(row.key.app.as_str()),
        text(row.key.id.as_str()),
        row.run.to_string(),
        text(row.phase.as_str()),
        text(row.state.as_ref().map_or("", |state| state.as_str())),
        text(row.outcome.as_ref().map_or("", |outcome| outcome.as_str())),
        row.exit_code.map(|code| code.to_string()).unwrap_or_default(),
        text(&row.error_message),
        text(&row.image),
        row.resources().map(|(cores, _)| cores.to_string()).unwrap_or_default(),
        row.resources().map(|(_, memory)| memory.to_string()).unwrap_or_default(),
        text(row.instance_id.as_ref().map_or("", |id| id.as_str())),
        text(row.executor_id.as_ref().map_or("", |id| id.as_str())),
        text(row.executor_host.as_deref().unwrap_or_default()),
        iso(row.submitted),
        text(row.submitter.as_deref().unwrap_or_default()),
        text(&tags(&row.tags)),
        row.ended.map(iso).unwrap_or_default(),
        iso(row.updated),
        row.kill_pending.to_string(),
        row.unmanaged.to_string(),
    ];
    line.push_str(&cells.join(","));
    line.push_str("\r\n");
}

/// `team=ml; night=1`, by name.
fn tags(tags: &BTreeMap<String, String>) -> String {
    tags.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

/// Escapes a text for a cell.
fn text(text: &str) -> String {
    let text = guarded(text);
    match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

/// Puts an apostrophe before each sign that may begin a formula.
fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len());
    // Nothing but blanks since the text or a separator began; just after a space.
    let (mut is_first, mut is_after_space) = (true, false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        let is_formula_sign = matches!(sign, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
        // A dash between two spaces is punctuation.
        let is_alone = signs.peek().is_none_or(|next| next.is_whitespace());
        if is_formula_sign && (is_first || is_after_space && !is_alone) {
            guarded.push('\'');
        }
        is_after_space = sign.is_whitespace();
        is_first = matches!(sign, ';' | '\t' | '\r' | '\n') || is_first && (is_after_space || sign == '"');
        guarded.push(sign);
    }
    guarded
}

/// `2026-11-25T02:11:45.153Z`.
fn iso(at: Timestamp) -> String {
    let Utc { year, month, day, hour, minute, second, milli, .. } = Utc::of(at);
    let mut text = String::with_capacity(24);
    // Writing to a String cannot fail.
    let _ = write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Outcome, TaskKey};

    /// Reads what RFC 4180 says, character by character.
    fn read(file: &str) -> Vec<Vec<String>> {
        let (mut lines, mut line, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut rest = file.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => line.push(std::mem::take(&mut cell)),
                '\r' if !quoted => {
                    assert_eq!(rest.next(), Some('\n'));
                    line.push(std::mem::take(&mut cell));
                    lines.push(std::mem::take(&mut line));
                }
                c => cell.push(c),
            }
        }
        assert!(!quoted && line.is_empty() && cell.is_empty(), "the file ends with a line");
        lines
    }

    #[test]
    fn whatever_a_text_holds_it_is_one_cell_and_the_same_text() {
        let row = TaskRow {
            run_id: 7,
            key: TaskKey::new("APP", "id"),
            outcome: Some(Outcome::Failed),
            exit_code: Some(-1),
            error_message: "said \"no\",\r\nand \"\" left".into(),
            image: ",".into(),
            submitted: Timestamp(1_795_572_705_153),
            tags: [("a".to_owned(), "1\n2".to_owned()), ("b".to_owned(), String::new())].into(),
            ..TaskRow::default()
        };
        let mut file = head();
        write(&mut file, &row);
        let lines = read(&file);
        let cell = |name: &str| {
            let at = COLUMNS.iter().position(|column| *column == name);
            at.map(|at| lines[1][at].as_str())
        };
        assert_eq!((lines.len(), lines[0].as_slice(), lines[1].len()), (2, &COLUMNS.map(str::to_owned)[..], 22));
        assert_eq!((cell("runId"), cell("exitCode"), cell("outcome")), (Some("7"), Some("-1"), Some("FAILED")));
        assert_eq!(cell("errorMessage"), Some(row.error_message.as_str()));
        assert_eq!((cell("image"), cell("tags")), (Some(","), Some("a=1\n2; b=")));
        assert_eq!((cell("submitted"), cell("ended")), (Some("2026-11-25T02:11:45.153Z"), Some("")));
    }

    #[test]
    fn a_text_is_never_a_formula() {
        for (given, written) in [
            ("=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"),
            ("@SUM(1,2)", "\"'@SUM(1,2)\""),
            ("-1+1", "'-1+1"),
            ("a=b", "a=b"),
            (" =1", " '=1"),
            ("a;=1", "a;'=1"),
            ("a\t= 1", "a\t'= 1"),
            ("a =1", "a '=1"),
            ("exit - 1", "exit - 1"),
            ("＝1", "'＝1"),
            (";\"=1", "\";\"\"'=1\""),
            ("", ""),
        ] {
            assert_eq!(text(given), written);
        }
    }
}
