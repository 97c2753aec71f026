//! Characters that look like others or like nothing, and come with text from documents and chats.

/// The name of a character that a text of JSON, a name or a command line does not mean to hold.
pub fn odd_character(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{feff}' => "a byte order mark (U+FEFF), which is invisible",
        '\u{a0}' => "a no-break space (U+00A0)",
        '\u{202f}' => "a narrow no-break space (U+202F)",
        '\u{200b}' => "a zero-width space (U+200B)",
        '\u{200c}' => "a zero-width non-joiner (U+200C)",
        '\u{200d}' => "a zero-width joiner (U+200D)",
        '\u{2060}' => "a word joiner (U+2060), which is invisible",
        '\u{201c}' => "the typographic quotation mark “ (U+201C)",
        '\u{201d}' => "the typographic quotation mark ” (U+201D)",
        '\u{201e}' => "the typographic quotation mark „ (U+201E)",
        '\u{2018}' => "the typographic quotation mark ‘ (U+2018)",
        '\u{2019}' => "the typographic quotation mark ’ (U+2019)",
        '\u{201a}' => "the typographic quotation mark ‚ (U+201A)",
        '\u{ab}' => "the quotation mark « (U+00AB)",
        '\u{bb}' => "the quotation mark » (U+00BB)",
        _ => return None,
    })
}

/// The first odd character of a text: its byte offset and its name.
pub fn first_odd(text: &str) -> Option<(usize, &'static str)> {
    text.char_indices().find_map(|(at, c)| Some((at, odd_character(c)?)))
}

/// The odd characters of a JSON text: byte offset, name, and whether it lies in a string, where it is allowed.
pub fn odd_in_json(text: &str) -> Vec<(usize, &'static str, bool)> {
    let (mut in_string, mut is_escaped) = (false, false);
    let mut found = Vec::new();
    for (at, c) in text.char_indices() {
        if let Some(name) = odd_character(c) {
            found.push((at, name, in_string));
        }
        in_string ^= c == '"' && !is_escaped;
        is_escaped = in_string && c == '\\' && !is_escaped;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_cannot_be_told_apart_by_eye() {
        assert_eq!(first_odd("a b-c_'\"ü"), None);
        assert_eq!(first_odd("5\u{a0}m"), Some((1, "a no-break space (U+00A0)")));
        assert_eq!(first_odd("\u{feff}{}").map(|(at, _)| at), Some(0));
    }

    #[test]
    fn tells_characters_in_strings_from_those_between() {
        let text = "{“a\": \"it’s \\\"\u{a0}\"}\u{a0}";
        let found: Vec<(char, bool)> = odd_in_json(text)
            .into_iter()
            .filter_map(|(at, _, inside)| Some((text[at..].chars().next()?, inside)))
            .collect();
        assert_eq!(found[0], ('“', false));
        assert_eq!(
            odd_in_json("\"it’s \\\"\u{a0}\"\u{a0}").iter().map(|f| f.2).collect::<Vec<_>>(),
            [true, true, false]
        );
    }
}
