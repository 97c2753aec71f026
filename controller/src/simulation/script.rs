//! What simulated containers write: the n-th batch of lines of a script, and when it is due. Everything follows from
//! the number of the batch, so a container has no other state.

use crate::{Fact, OutputLine, Script, Stream};

/// Bursts of a chatty container within a second.
const BURSTS: u64 = 10;

impl Script {
    /// When batch `n` is due, in milliseconds after RUNNING; nothing if there is no such batch.
    pub(super) fn offset(&self, n: u64) -> Option<u64> {
        match self {
            Script::Quiet => None,
            Script::Says(lines) => lines.get(usize::try_from(n).ok()?).map(|(offset, _)| *offset),
            Script::Iterations { count } => (n < *count).then_some(n * 1_000 + 5),
            Script::Complains { seconds, .. } => (n <= *seconds).then_some((n * 1_000).saturating_sub(40) + 5),
            Script::GrowsUntil { steps, .. } => (n < *steps).then_some(n * 1_000 + 5),
            Script::Colours { seconds } | Script::Unicode { seconds } => (n < *seconds).then_some(n * 1_000 + 5),
            Script::Chatty { per_second } => (*per_second > 0).then_some(n * 1_000 / BURSTS + 5),
            Script::Heartbeat => Some(n * 10_000 + 5),
            Script::Stranger { .. } => Some(n * 5_000 + 5),
        }
    }

    /// Batch `n` with its time.
    pub(super) fn batch(&self, n: u64) -> Option<(u64, Vec<OutputLine>)> {
        Some((self.offset(n)?, self.lines(n)))
    }

    /// What is still in the buffer when the container ends.
    pub(super) fn last_words(&self) -> Option<Fact> {
        match self {
            Script::Unicode { .. } => Some(Fact::Output(vec![out("🏁 a last line without an end")])),
            Script::Quiet
            | Script::Says(_)
            | Script::Iterations { .. }
            | Script::Complains { .. }
            | Script::GrowsUntil { .. }
            | Script::Colours { .. }
            | Script::Chatty { .. }
            | Script::Heartbeat
            | Script::Stranger { .. } => None,
        }
    }

    fn lines(&self, n: u64) -> Vec<OutputLine> {
        match self {
            Script::Quiet => Vec::new(),
            Script::Says(lines) => {
                usize::try_from(n).ok().and_then(|n| lines.get(n)).map(|(_, line)| line.clone()).into_iter().collect()
            }
            Script::Iterations { count } => vec![out(format!("Iteration {} of {count}", n + 1))],
            Script::Complains { seconds, .. } if n < *seconds => {
                vec![out(format!("Processing batch {} of {seconds}: {} records", n + 1, 250 + n * 17 % 90))]
            }
            Script::Complains { code, .. } => vec![
                err("ERROR cannot write batch: connection reset by peer"),
                err("    at write_batch (/app/worker.js:118)"),
                err("    at main (/app/worker.js:42)"),
                err(format!("giving up, exit code {code}")),
            ],
            Script::GrowsUntil { memory_mb, steps } => {
                // Sizes and steps are small.
                let held = memory_mb * i64::try_from(n + 1).unwrap_or(1) / i64::try_from(*steps).unwrap_or(1).max(1);
                vec![out(format!("Holding {held} MB of {memory_mb} MB"))]
            }
            Script::Colours { .. } => colours(n),
            Script::Unicode { .. } => vec![out(UNICODE[usize::try_from(n).unwrap_or(0) % UNICODE.len()])],
            Script::Chatty { per_second } => {
                let (first, last) = (n * per_second / BURSTS, (n + 1) * per_second / BURSTS);
                (first..last)
                    .map(|line| out(format!("event {line:06} accepted, queue depth {}", line * 7 % 41)))
                    .collect()
            }
            Script::Heartbeat if n == 0 => vec![out("Started. Running until killed.")],
            Script::Heartbeat => vec![out(format!("Still here after {} s", n * 10))],
            Script::Stranger { image } if n == 0 => {
                vec![out(format!("Simulated: nothing of {image} is really executed here"))]
            }
            Script::Stranger { .. } => vec![out(format!("Simulated work, {} s", n * 5))],
        }
    }
}

const UNICODE: [&str; 7] = [
    "grüße, naïve café, Ångström ✓",
    "日本語のログ行です。処理件数: 42",
    "हिंदी में एक पंक्ति",
    "שורה בעברית, ואז English באמצע",
    "سطر باللغة العربية 123 ثم نص",
    "emoji: 🚀 👩‍👩‍👧‍👦 🇮🇳 ❤️",
    "math: ∑ᵢ xᵢ² ≤ ∞, arrows → ⇒ ↯, zero\u{200b}width",
];

fn colours(n: u64) -> Vec<OutputLine> {
    let bar = |done: usize| {
        let filled = done / 5;
        format!("[{}{}] {done}%", "#".repeat(filled), ".".repeat(20 - filled))
    };
    match n % 4 {
        0 => vec![
            out("\u{1b}[32mPASS\u{1b}[0m suite one \u{1b}[2m(14 ms)\u{1b}[0m"),
            out("\u{1b}[1;31mFAIL\u{1b}[0m suite two: \u{1b}[4mexpected\u{1b}[0m 3, got 4"),
        ],
        1 => vec![out(format!("{}\r{}\r{}", bar(10), bar(55), bar(100)))],
        2 => vec![err("\u{1b}[33mWARN\u{1b}[0m \u{1b}[38;5;208mdeprecated\u{1b}[0m flag --fast")],
        _ => vec![out(format!("long: {}", "0123456789abcdef".repeat(160)))],
    }
}

fn out(text: impl Into<String>) -> OutputLine {
    OutputLine { stream: Stream::Stdout, text: text.into() }
}

fn err(text: impl Into<String>) -> OutputLine {
    OutputLine { stream: Stream::Stderr, text: text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iterations_are_counted_to_the_end() {
        let script = Script::Iterations { count: 2 };
        let texts: Vec<String> =
            (0..3).filter_map(|n| script.batch(n)).flat_map(|(_, lines)| lines).map(|line| line.text).collect();
        assert_eq!(texts, ["Iteration 1 of 2", "Iteration 2 of 2"]);
    }

    #[test]
    fn a_chatty_container_writes_what_it_was_told_to() {
        let script = Script::Chatty { per_second: 203 };
        let lines: usize = (0..10).filter_map(|n| script.batch(n)).map(|(_, lines)| lines.len()).sum();
        assert_eq!(lines, 203);
    }

    #[test]
    fn batches_come_in_order_of_time() {
        let scripts = [
            Script::Iterations { count: 20 },
            Script::Complains { seconds: 5, code: 3 },
            Script::GrowsUntil { memory_mb: 64, steps: 6 },
            Script::Colours { seconds: 9 },
            Script::Chatty { per_second: 200 },
            Script::Heartbeat,
        ];
        for script in scripts {
            let offsets: Vec<u64> = (0..20).map_while(|n| script.offset(n)).collect();
            assert!(offsets.windows(2).all(|pair| pair[0] < pair[1]), "{script:?}: {offsets:?}");
        }
    }
}
