//! Handlers of DOM events are silent once their view is gone.

use std::path::Path;

use crate::{Outcome, files};

const WRAPPER: &str = "guarded(";

/// # Errors
/// When a source file cannot be read.
pub fn check() -> Outcome<Vec<String>> {
    let mut broken = Vec::new();
    for path in files::under("frontend/src")? {
        if path.extension().is_some_and(|ending| ending == "rs") {
            broken.extend(bare(&path, &files::text(&path)?));
        }
    }
    Ok(broken)
}

/// Attributes `on:event=…` whose handler is not wrapped.
fn bare(path: &Path, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in source.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
        for (at, _) in line.match_indices("on:") {
            let is_attribute = line[..at].chars().next_back().is_none_or(char::is_whitespace);
            let handler = line[at..].split_once('=').map(|(_, handler)| handler.trim_start());
            if is_attribute && handler.is_some_and(|handler| !handler.starts_with(WRAPPER)) {
                found.push(format!("{}:{}: wrap the handler: `on:…=guarded(…)`", path.display(), number + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_handlers_that_are_not_guarded() {
        let source =
            "<a on:click=go>\n<a on:click=guarded(go) on:blur=move |_| ()>\n// on:click=go\nlet is_on: bool = true;\n";
        let found = bare(Path::new("a.rs"), source);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a.rs:1:") && found[1].starts_with("a.rs:2:"));
    }
}
