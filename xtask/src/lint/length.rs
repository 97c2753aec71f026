//! A file holds one thing: a long one probably holds two.

use std::{collections::BTreeMap, path::Path};

use crate::{Outcome, files};

const MOST_LINES: usize = 350;
const ROOMS: [&str; 7] = ["model", "controller", "backend", "frontend", "style", "tests", "xtask"];

/// One file a line, a path and the reason why it may be long.
const ALLOWED: &str = "xtask/long-files.txt";

/// # Errors
/// When a source file cannot be read.
pub fn check() -> Outcome<Vec<String>> {
    let mut lengths = BTreeMap::new();
    for path in ROOMS.iter().map(|room| files::under(room)).collect::<Outcome<Vec<_>>>()?.concat() {
        if path.extension().is_some_and(|ending| ending == "rs" || ending == "css") {
            lengths.insert(path.to_string_lossy().replace('\\', "/"), files::text(&path)?.lines().count());
        }
    }
    Ok(offences(&lengths, &files::text(Path::new(ALLOWED))?))
}

fn offences(lengths: &BTreeMap<String, usize>, allowed: &str) -> Vec<String> {
    let mut reasons = BTreeMap::new();
    let mut found = Vec::new();
    for line in allowed.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (path, reason) = line.split_once(' ').unwrap_or((line, ""));
        if reason.trim().is_empty() {
            found.push(format!("{ALLOWED}: {path} has no reason"));
        }
        reasons.insert(path, reason);
    }
    for (path, lines) in lengths {
        let long = *lines > MOST_LINES;
        if long && !reasons.contains_key(path.as_str()) {
            found.push(format!("{path}: {lines} lines, more than {MOST_LINES}: split it, or say why not in {ALLOWED}"));
        }
    }
    let stale = reasons.keys().filter(|path| lengths.get(**path).is_none_or(|lines| *lines <= MOST_LINES));
    found.extend(stale.map(|path| format!("{ALLOWED}: {path} is not long (any more): remove the line")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_need_a_reason_and_reasons_a_long_file() {
        let lengths = [("a.rs", 351), ("b.rs", 351), ("c.rs", 350)].map(|(path, lines)| (path.to_owned(), lines));
        let found = offences(&BTreeMap::from(lengths), "# list\nb.rs one table\nc.rs one table\nd.rs\n");
        assert_eq!(found.len(), 4, "{found:?}");
        for (words, path) in found.iter().zip(["d.rs has no reason", "a.rs: 351", "c.rs is not", "d.rs is not"]) {
            assert!(words.contains(path), "{words}");
        }
    }
}
