//! Positions in a JSON text: `serde_json` reports them for syntax errors only.

/// Line and column of a character, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

impl Position {
    /// The position of the character at the byte `offset` of `text`.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line {}, column {}", self.line, self.column)
    }
}

/// A property of an object in a text, or an item of a list.
#[derive(Debug)]
struct Entry {
    path: String,
    key_at: usize,
    value_at: usize,
    is_repeated: bool,
}

/// A valid JSON text and the positions of everything in it. Of another text the positions are a guess.
#[derive(Debug)]
pub struct JsonText<'a> {
    text: &'a str,
    entries: Vec<Entry>,
}

impl<'a> JsonText<'a> {
    /// Reads a text that `serde_json` has accepted, which bounds its depth.
    pub fn new(text: &'a str) -> Self {
        let mut reader = Reader { text, at: 0, entries: Vec::new() };
        reader.value("");
        Self { text, entries: reader.entries }
    }

    /// The position of the value at a property path, such as `resources[0].count`; of the nearest value around it if
    /// the text has no such property.
    pub fn position(&self, path: &str) -> Position {
        let found = std::iter::successors(Some(path), |path| path.rfind(['.', '[']).map(|end| &path[..end]))
            .find_map(|path| self.entries.iter().rfind(|entry| entry.path == path));
        Position::of(self.text, found.map_or(0, |entry| entry.value_at))
    }

    /// Paths of keys that their object has already, with their positions. The last one counts.
    pub fn repeated_keys(&self) -> Vec<(Position, &str)> {
        let repeated = self.entries.iter().filter(|entry| entry.is_repeated);
        repeated.map(|entry| (Position::of(self.text, entry.key_at), entry.path.as_str())).collect()
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    entries: Vec<Entry>,
}

impl<'a> Reader<'a> {
    fn value(&mut self, path: &str) {
        match self.peek() {
            Some(b'{') => self.members(path, b'}'),
            Some(b'[') => self.members(path, b']'),
            Some(b'"') => drop(self.string()),
            _ => {
                let rest = &self.text[self.at..];
                self.at += rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
            }
        }
    }

    /// The members of an object or a list, up to its `end`.
    fn members(&mut self, path: &str, end: u8) {
        self.at += 1;
        let mut names: Vec<&str> = Vec::new();
        for index in 0.. {
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte != end => {}
                _ => break,
            }
            self.peek();
            let key_at = self.at;
            let (below, name) = if end == b'}' {
                let name = self.string();
                if self.peek() == Some(b':') {
                    self.at += 1;
                }
                (if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }, Some(name))
            } else {
                (format!("{path}[{index}]"), None)
            };
            self.peek();
            let is_repeated = name.is_some_and(|name| names.contains(&name));
            names.extend(name);
            self.entries.push(Entry { path: below.clone(), key_at, value_at: self.at, is_repeated });
            self.value(&below);
            if self.at == key_at {
                break;
            }
        }
        self.at = (self.at + 1).min(self.text.len());
    }

    /// The inside of a string as written, escapes included; empty where no string begins.
    fn string(&mut self) -> &'a str {
        let Some(inside) = self.text[self.at..].strip_prefix('"') else { return "" };
        let mut is_escaped = false;
        let length = inside.find(|c| {
            let is_end = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            is_end
        });
        let inside = &inside[..length.unwrap_or(inside.len())];
        self.at = (self.at + inside.len() + 2).min(self.text.len());
        inside
    }

    /// The next byte that is no blank, left in place.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, column: usize) -> Position {
        Position { line, column }
    }

    #[test]
    fn finds_the_position_of_every_value() {
        let text = "{\n  \"ü\\\"]\": [1, {\"a\": {}}, []],\n  \"resources\" : [\n    {\"type\": \"CPU\", \"count\":  \"two\"}]}";
        let json = JsonText::new(text);
        for (path, position) in [
            ("resources[0].count", at(4, 31)),
            ("resources[0].nothing", at(4, 5)),
            ("resources", at(3, 17)),
            ("ü\\\"][1].a", at(2, 21)),
            ("ü\\\"][2]", at(2, 26)),
            ("", at(1, 1)),
        ] {
            assert_eq!(json.position(path), position, "{path}");
        }
        assert_eq!(json.repeated_keys(), []);
    }

    #[test]
    fn names_repeated_keys_with_their_positions() {
        let json =
            JsonText::new("{\"env\": {\"A\": 1,\n \"A\": 2, \"a\": 3}, \"args\": [{\"A\": 1}],\n\"env\": {\"A\": 4}}");
        assert_eq!(json.repeated_keys(), [(at(2, 2), "env.A"), (at(3, 1), "env")]);
        assert_eq!(json.position("env.A"), at(3, 14), "the last one counts");
    }

    #[test]
    fn reads_any_text_without_panicking() {
        let whole = "{\"a\": [1, \"ü\", {\"b\": null}], \"c\\\\\": {\"d\": \"\\\"\"}}";
        for (end, _) in whole.char_indices() {
            JsonText::new(&whole[..end]);
            JsonText::new(&whole[end..]);
        }
        for text in ["", "]", "}", "{,", "[}", "{\"a\"", "ü", "{ü}", "[ü", "\""] {
            JsonText::new(text).position("a[0]");
        }
    }
}
