//! `args`: one line, split and quoted as a shell does it, because that is how people write command lines.

use super::scalar;
use serde_json::{Map, Value};

pub(super) fn read(document: &Value) -> String {
    let Some(args) = document.get("args").and_then(Value::as_array) else { return String::new() };
    join_args(&args.iter().filter_map(scalar).collect::<Vec<_>>())
}

/// Writes what the line says; a quote that is not closed yet is closed at the end of the line.
pub(super) fn write(root: &mut Map<String, Value>, line: &str) {
    let args = split_args(line);
    match args.is_empty() {
        true => root.shift_remove("args"),
        false => root.insert("args".into(), args.into()),
    };
}

/// One line for these arguments; [`split_args`] gives them back.
fn join_args(args: &[String]) -> String {
    args.iter().map(|arg| quoted(arg)).collect::<Vec<_>>().join(" ")
}

fn quoted(arg: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '\'' | '"' | '\\');
    if !arg.is_empty() && arg.chars().all(plain) {
        return arg.to_owned();
    }
    format!("'{}'", arg.replace('\'', r"'\''"))
}

/// Arguments in a line: blanks separate, quotes and backslashes protect. Nothing is expanded.
pub fn split_args(line: &str) -> Vec<String> {
    let mut args = Vec::new();
    let mut current: Option<String> = None;
    let mut quote = None;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (None, '\'' | '"') => {
                quote = Some(letter);
                current.get_or_insert_default();
            }
            (Some(open), close) if open == close => quote = None,
            (None, '\\') => current.get_or_insert_default().extend(letters.next()),
            (Some('"'), '\\') if matches!(letters.peek(), Some('"' | '\\')) => {
                current.get_or_insert_default().extend(letters.next());
            }
            (None, blank) if blank.is_whitespace() => args.extend(current.take()),
            (_, other) => current.get_or_insert_default().push(other),
        }
    }
    args.extend(current);
    args
}

/// Whether every quote is closed: a shell waits for the rest of a line that ends within one.
pub fn is_closed(line: &str) -> bool {
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            (None | Some('"'), '\\') => drop(letters.next()),
            _ => {}
        }
    }
    quote.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_an_open_quote() {
        for (line, closed) in
            [("a 'b c' \"d\"", true), ("", true), ("a 'b", false), ("\"a\\\"", false), ("\\'a", true), ("'it\\'", true)]
        {
            assert_eq!(is_closed(line), closed, "{line}");
        }
    }

    #[test]
    fn a_line_is_split_as_a_shell_does() {
        for (line, args) in [
            ("--close --batch-size 8000", vec!["--close", "--batch-size", "8000"]),
            ("  a   b ", vec!["a", "b"]),
            (r#"sh -c "echo \"hi\" '$x'""#, vec!["sh", "-c", r#"echo "hi" '$x'"#]),
            (r"a\ b 'c\d' ''", vec!["a b", r"c\d", ""]),
            ("'not closed", vec!["not closed"]),
        ] {
            assert_eq!(split_args(line), args, "{line}");
        }
    }

    #[test]
    fn joined_arguments_are_split_into_the_same() {
        let args: Vec<String> = ["plain", "", "two words", "it's", "\"", "\\", "tab\there", "ü\nnew line", "$HOME"]
            .map(String::from)
            .into();
        assert_eq!(split_args(&join_args(&args)), args);
    }
}
