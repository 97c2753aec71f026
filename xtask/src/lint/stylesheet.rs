//! Colours and pixels are named once, in the tokens; nothing is forced with `!important`; every sheet is listed.

use std::path::Path;

use crate::{Outcome, files, styles};

/// Where raw values get their names.
const TOKENS: [&str; 1] = ["style/tokens.css"];

const COLOUR_FUNCTIONS: [&str; 10] = ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color"];
const COLOUR_NAMES: [&str; 12] =
    ["white", "black", "red", "green", "blue", "gray", "grey", "yellow", "orange", "purple", "pink", "silver"];

/// # Errors
/// When a stylesheet cannot be read.
pub fn check() -> Outcome<Vec<String>> {
    let mut broken = Vec::new();
    let list = files::text(Path::new(styles::LIST))?;
    for path in files::under("style")? {
        if path.extension().is_some_and(|ending| ending == "css") {
            broken.extend(offences(&path, &files::text(&path)?));
            broken.extend(unlisted(&path, &list));
        }
    }
    Ok(broken)
}

/// A sheet that is not on the list is not part of the page.
fn unlisted(path: &Path, list: &str) -> Option<String> {
    let name = path.strip_prefix("style").ok()?.display().to_string();
    let is_listed = path == Path::new(styles::LIST) || list.contains(&format!("@import \"{name}\";"));
    (!is_listed).then(|| format!("{}: not listed in {}", path.display(), styles::LIST))
}

fn offences(path: &Path, sheet: &str) -> Vec<String> {
    let tokens = TOKENS.iter().any(|tokens| path == Path::new(tokens));
    let mut found = Vec::new();
    for (number, line) in styles::without_comments(sheet).lines().enumerate() {
        let mut offence = |words: String| found.push(format!("{}:{}: {words}", path.display(), number + 1));
        if line.contains("!important") {
            offence("no !important: order lives in the layers".to_owned());
        }
        if !tokens {
            for word in raw_values(line) {
                offence(format!("`{word}` belongs into style/tokens.css, under a name"));
            }
        }
    }
    found
}

/// The raw colours and pixel lengths of a line. What stands before a colon is a property or a selector.
fn raw_values(line: &str) -> Vec<&str> {
    let value = line.split_once(':').map_or(line, |(_, value)| value);
    let words = value.split(|c: char| !(c.is_alphanumeric() || matches!(c, '#' | '-' | '_' | '.' | '%' | '(')));
    words.flat_map(|word| word.split_inclusive('(')).filter(|word| is_pixels(word) || is_colour(word)).collect()
}

fn is_pixels(word: &str) -> bool {
    word.strip_suffix("px").is_some_and(|number| number.trim_start_matches('-').parse::<f64>().is_ok())
}

fn is_colour(word: &str) -> bool {
    if let Some(digits) = word.strip_prefix('#') {
        return matches!(digits.len(), 3 | 4 | 6 | 8) && digits.chars().all(|c| c.is_ascii_hexdigit());
    }
    word.strip_suffix('(').is_some_and(|function| COLOUR_FUNCTIONS.contains(&function)) || COLOUR_NAMES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(line: &str) -> Vec<&str> {
        raw_values(line)
    }

    #[test]
    fn raw_colours_and_pixels_are_found() {
        assert_eq!(raw("  color: #fa0;"), ["#fa0"]);
        assert_eq!(raw("  background: linear-gradient(rgb(1 2 3), white);"), ["rgb(", "white"]);
        assert_eq!(raw("  margin: -1.5px auto 0 2px;"), ["-1.5px", "2px"]);
    }

    #[test]
    fn names_and_relative_lengths_pass() {
        assert_eq!(raw("  color: color-mix(in oklch, var(--red-500) 20%, transparent);"), [""; 0]);
        assert_eq!(raw("  white-space: nowrap; margin: 0 1.5rem;"), [""; 0]);
        assert_eq!(raw("@media (width <= 45rem) {"), [""; 0]);
    }

    #[test]
    fn comments_keep_line_numbers() {
        let sheet = "/* #fff\n 3px */\na { b: c !important }\n";
        let found = offences(Path::new("style/base.css"), sheet);
        assert_eq!(found, ["style/base.css:3: no !important: order lives in the layers"]);
    }

    #[test]
    fn a_sheet_that_nobody_loads_is_found() {
        let list = "@import \"ui/menu.css\";\n";
        assert_eq!(unlisted(Path::new("style/ui/menu.css"), list), None);
        assert_eq!(unlisted(Path::new("style/layers.css"), list), None);
        let found = unlisted(Path::new("style/ui/men.css"), list);
        assert_eq!(found.as_deref(), Some("style/ui/men.css: not listed in style/layers.css"));
    }

    #[test]
    fn tokens_may_hold_raw_values() {
        assert_eq!(offences(Path::new("style/tokens.css"), ":root { --gap: 4px; --ink: #111 }"), [""; 0]);
    }
}
