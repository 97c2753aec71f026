//! `cargo xtask styles`, which trunk calls before it builds the page: joins the stylesheets that style/layers.css lists
//! into one file, so that the page asks for one and not for sixty.

use std::{fs, path::Path};

use crate::{Outcome, files, workspace};

/// The ordered list of sheets.
pub const LIST: &str = "style/layers.css";

/// # Errors
/// When a listed file cannot be read, or the target directory cannot be written.
pub fn run() -> Outcome {
    let joined = join(&files::text(Path::new(LIST))?, |name| files::text(&Path::new("style").join(name)))?;
    // In the checkout even if the target directory is elsewhere: index.html names this path.
    let folder = workspace::root().join("target").join("style");
    let file = folder.join("main.css");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&file, joined))
        .map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// The list with each `@import "NAME";` replaced by what `read(NAME)` gives, without comments and indentation.
fn join(list: &str, read: impl Fn(&str) -> Outcome<String>) -> Outcome<String> {
    let mut joined = String::new();
    for line in without_comments(list).lines() {
        match line.trim().strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            Some(name) => push(&mut joined, &without_comments(&read(name)?)),
            None => push(&mut joined, line),
        }
    }
    Ok(joined)
}

/// The sheet with comments blanked; lines keep their numbers.
pub fn without_comments(sheet: &str) -> String {
    let mut text = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once("/*") {
        let (comment, behind) = after.split_once("*/").unwrap_or((after, ""));
        text.push_str(before);
        text.extend(comment.chars().filter(|c| *c == '\n'));
        rest = behind;
    }
    text + rest
}

fn push(joined: &mut String, text: &str) {
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        joined.push_str(line);
        joined.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_joined_in_the_order_of_the_list() {
        let list = "/* order */\n@layer a, b;\n\n@import \"b.css\";\n@import \"a.css\";\n";
        let joined =
            join(list, |name| Ok(format!("/* {name}\n */\n@layer {} {{\n  p {{ margin: 0 }}\n}}\n", &name[..1])));
        assert_eq!(
            joined.as_deref(),
            Ok("@layer a, b;\n@layer b {\np { margin: 0 }\n}\n@layer a {\np { margin: 0 }\n}\n")
        );
    }

    #[test]
    fn comments_keep_line_numbers() {
        assert_eq!(without_comments("/* a\n b */\nc /* d */ e"), "\n\nc  e");
    }
}
