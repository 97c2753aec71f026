//! Characters that reorder the text around them: a line must not be able to show something else than it says. Pure.

use std::borrow::Cow;

/// A piece of a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// A bidirectional control: its abbreviation and its name in Unicode.
    Mark(&'static str, &'static str),
}

/// Splits a text at its bidirectional controls.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    for (at, letter) in text.char_indices() {
        if let Some((short, name)) = mark(letter) {
            if from < at {
                found.push(Piece::Text(&text[from..at]));
            }
            found.push(Piece::Mark(short, name));
            from = at + letter.len_utf8();
        }
    }
    if from < text.len() {
        found.push(Piece::Text(&text[from..]));
    }
    found
}

/// The text with its bidirectional controls spelled out.
pub fn spelled_out(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter| mark(letter).is_some()) {
        return Cow::Borrowed(text);
    }
    let pieces = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Mark(short, _) => format!("⟨{short}⟩"),
    });
    Cow::Owned(pieces.collect())
}

fn mark(letter: char) -> Option<(&'static str, &'static str)> {
    Some(match letter {
        '\u{61c}' => ("ALM", "Arabic letter mark, U+061C"),
        '\u{200e}' => ("LRM", "Left-to-right mark, U+200E"),
        '\u{200f}' => ("RLM", "Right-to-left mark, U+200F"),
        '\u{202a}' => ("LRE", "Left-to-right embedding, U+202A"),
        '\u{202b}' => ("RLE", "Right-to-left embedding, U+202B"),
        '\u{202c}' => ("PDF", "Pop directional formatting, U+202C"),
        '\u{202d}' => ("LRO", "Left-to-right override, U+202D"),
        '\u{202e}' => ("RLO", "Right-to-left override, U+202E"),
        '\u{2066}' => ("LRI", "Left-to-right isolate, U+2066"),
        '\u{2067}' => ("RLI", "Right-to-left isolate, U+2067"),
        '\u{2068}' => ("FSI", "First strong isolate, U+2068"),
        '\u{2069}' => ("PDI", "Pop directional isolate, U+2069"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bidirectional_controls_become_marks() {
        let rlo = Piece::Mark("RLO", "Right-to-left override, U+202E");
        assert_eq!(pieces("user\u{202e}nimda"), [Piece::Text("user"), rlo, Piece::Text("nimda")]);
        assert_eq!(pieces("grüße 👨‍👩‍👧"), [Piece::Text("grüße 👨‍👩‍👧")]);
        assert_eq!(spelled_out("a\u{2066}b\u{2069}"), "a⟨LRI⟩b⟨PDI⟩");
    }

    #[test]
    fn every_control_is_marked() {
        let all = "\u{61c}\u{200e}\u{200f}".chars().chain('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}');
        for control in all {
            assert!(matches!(pieces(&control.to_string())[..], [Piece::Mark(..)]), "{control:?}");
        }
    }
}
