//! Text of a `.env` file, pasted into the name of a variable.

use super::EnvRow;

/// Variables in a pasted text of `NAME=value` lines, or nothing if it is not such a text. `export`, comments, and quoted
/// values over several lines are understood; nothing is expanded.
pub fn split_pasted(text: &str) -> Option<Vec<EnvRow>> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    let mut rows = Vec::new();
    while !rest.is_empty() {
        if rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, after)| after).trim_start();
            continue;
        }
        let line = ["export ", "export\t"].into_iter().find_map(|prefix| rest.strip_prefix(prefix)).unwrap_or(rest);
        let (name, after) = line.split_once('=')?;
        let name = name.trim_matches([' ', '\t']);
        let is_name =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        if !is_name {
            return None;
        }
        let after = after.trim_start_matches([' ', '\t']);
        let (value, next) = quoted(after).unwrap_or_else(|| plain(after));
        rows.push(EnvRow { name: name.to_owned(), value });
        rest = next.trim_start();
    }
    (!rows.is_empty()).then_some(rows)
}

/// A value up to the end of its line, or up to a comment.
fn plain(text: &str) -> (String, &str) {
    let (line, next) = text.split_once('\n').unwrap_or((text, ""));
    let value = line.split_once(" #").map_or(line, |(value, _)| value);
    (value.trim_end().to_owned(), next)
}

/// A value in quotes, if the line ends behind them.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut value = String::new();
    let mut letters = text[1..].char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            let behind = &text[1 + at + 1..];
            let (line, next) = behind.split_once('\n').unwrap_or((behind, ""));
            let line = line.trim();
            return (line.is_empty() || line.starts_with('#')).then_some((value, next));
        }
        if letter == '\\' && quote == '"' {
            match letters.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                same @ ('"' | '\\' | '$' | '`') => value.push(same),
                other => value.extend(['\\', other]),
            }
        } else if letter != '\r' {
            value.push(letter);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        split_pasted(text).unwrap().into_iter().map(|row| (row.name, row.value)).collect()
    }

    #[test]
    fn lines_of_a_dotenv_file_become_rows() {
        let text = "\u{feff}A=1\r\n# a comment\nexport B=\"x y\" # why\n\nC=\nD = a#b # c\nE='it \\n $X'\nF=a\\ b";
        let rows = pairs(text);
        let shown: Vec<_> = rows.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [("A", "1"), ("B", "x y"), ("C", ""), ("D", "a#b"), ("E", "it \\n $X"), ("F", "a\\ b")];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_value_in_quotes_keeps_its_lines() {
        let pem = "-----BEGIN KEY-----\nMIIB==\n-----END KEY-----\n";
        for text in [format!("A=1\nPEM=\"{pem}\"\nB=2"), format!("A=1\nPEM=\"{}\"\nB=2", pem.replace('\n', "\\n"))] {
            let rows = pairs(&text);
            assert_eq!((rows.len(), rows[1].1.as_str(), rows[2].1.as_str()), (3, pem, "2"), "{text}");
        }
        assert_eq!(pairs("A=\"open\nB=2"), [("A".into(), "\"open".into()), ("B".into(), "2".into())]);
    }

    #[test]
    fn other_text_is_pasted_as_it_is() {
        for other in ["just words", "http://host/?a=1", "", "a b=c", "# only a comment", "A=1\nwords"] {
            assert_eq!(split_pasted(other), None, "{other}");
        }
    }
}
