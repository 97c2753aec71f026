//! Words that do not belong into a room: the standard library has clocks and threads too, which the dependency graph
//! cannot show.

use std::path::Path;

use crate::{Outcome, files};

struct Rule {
    rooms: &'static [&'static str],
    /// Files and folders of those rooms where the words are at home.
    except: &'static [&'static str],
    words: &'static [&'static str],
    instead: &'static str,
}

const RULES: [Rule; 5] = [
    Rule {
        rooms: &["model/src", "controller/src"],
        except: &[],
        words: &["Instant", "SystemTime"],
        instead: "take `now` as an argument",
    },
    Rule {
        rooms: &["model/src", "controller/src"],
        except: &[],
        words: &["HashMap", "HashSet"],
        instead: "use BTreeMap or BTreeSet, whose order is always the same",
    },
    Rule {
        rooms: &["model/src", "controller/src"],
        except: &[],
        words: &["std::thread", "std::fs", "std::net", "std::env", "std::process", "std::io"],
        instead: "leave it to the backend",
    },
    Rule {
        rooms: &["frontend/src"],
        except: &["frontend/src/api", "frontend/src/api.rs", "frontend/src/routes.rs"],
        words: &["\"/api", "\"/apis", "\"api/", "\"apis/", "\"/clusters"],
        instead: "URLs are made in frontend/src/api and frontend/src/routes.rs",
    },
    Rule {
        rooms: &["frontend/src"],
        except: &["frontend/src/browser"],
        words: &[
            "spawn_local",
            "spawn_local_scoped",
            "set_timeout",
            "set_timeout_with_handle",
            "set_interval",
            "set_interval_with_handle",
            "request_animation_frame",
            "window_event_listener",
            "window_event_listener_untyped",
            "Timeout::new",
            "Interval::new",
        ],
        instead: "it would outlive its view: use `browser::owned_*`",
    },
];

/// # Errors
/// When a source file cannot be read.
pub fn check() -> Outcome<Vec<String>> {
    let mut broken = Vec::new();
    for rule in &RULES {
        for room in rule.rooms {
            for path in files::under(room)? {
                if path.extension().is_some_and(|ending| ending == "rs")
                    && !rule.except.iter().any(|at_home| path.starts_with(at_home))
                {
                    broken.extend(strangers(rule, &path, &files::text(&path)?));
                }
            }
        }
    }
    Ok(broken)
}

fn strangers(rule: &Rule, path: &Path, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in source.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if let Some(word) = rule.words.iter().find(|word| contains_word(line, word)) {
            found.push(format!("{}:{}: no `{word}` here: {}", path.display(), number + 1, rule.instead));
        }
    }
    found
}

/// Whether `word` stands in `line` and is not the beginning or end of a longer name.
fn contains_word(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let longer_name =
        |edge: Option<char>, beyond: Option<char>| edge.is_some_and(is_name) && beyond.is_some_and(is_name);
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        !longer_name(word.chars().next(), before.chars().next_back())
            && !longer_name(word.chars().next_back(), after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_and_outside_comments() {
        let rule = &RULES[0];
        let source =
            "// no Instant::now\nlet start = Instant::now();\nlet id = InstanceId::default();\nSimInstant::new();\n";
        let found = strangers(rule, Path::new("model/src/a.rs"), source);
        assert_eq!(found, ["model/src/a.rs:2: no `Instant` here: take `now` as an argument"]);
    }

    #[test]
    fn rejects_work_that_outlives_its_view() {
        let source = "spawn_local(async {});\nlet t = Timeout::new(1, f);\nTimeoutFuture::new(1).await;\n";
        assert_eq!(strangers(&RULES[4], Path::new("a.rs"), source).len(), 2);
    }

    #[test]
    fn a_url_in_a_page_is_found() {
        assert_eq!(strangers(&RULES[3], Path::new("a.rs"), "get(\"/apis/v1/tasks\")").len(), 1);
    }
}
