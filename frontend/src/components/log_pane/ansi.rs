//! Colours in a line: ANSI sequences -> spans with a class. What is no colour is left out. Pure.

/// A piece of text in one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Classes, empty for plain text.
    pub class: String,
    /// The text.
    pub text: String,
}

/// The spans of a line; its texts joined are the line without sequences.
pub fn spans(line: &str) -> Vec<Span> {
    if !line.contains('\u{1b}') {
        return vec![Span { class: String::new(), text: line.to_owned() }];
    }
    let mut found: Vec<Span> = Vec::new();
    let mut look = Look::default();
    let mut pieces = line.split('\u{1b}');
    push(&mut found, &look, pieces.next().unwrap_or_default());
    for piece in pieces {
        let (sequence, rest) = sequence(piece);
        if let Some(codes) = sequence {
            look.apply(codes);
        }
        push(&mut found, &look, rest);
    }
    found
}

/// The line without sequences.
pub fn plain(line: &str) -> String {
    spans(line).into_iter().map(|span| span.text).collect()
}

#[derive(Default)]
struct Look {
    colour: Option<&'static str>,
    bold: bool,
    dim: bool,
}

const COLOURS: [Option<&str>; 8] = [
    None,
    Some("ansi-red"),
    Some("ansi-green"),
    Some("ansi-yellow"),
    Some("ansi-blue"),
    Some("ansi-magenta"),
    Some("ansi-cyan"),
    None,
];

impl Look {
    fn apply(&mut self, codes: &str) {
        let mut codes = codes.split([';', ':']).map(|code| code.parse::<u16>().unwrap_or(0));
        while let Some(code) = codes.next() {
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                22 => (self.bold, self.dim) = (false, false),
                30..=37 => self.colour = colour(code - 30),
                39 => self.colour = None,
                90 => self.dim = true,
                91..=97 => self.colour = colour(code - 90),
                38 => match codes.next() {
                    Some(5) => self.colour = codes.next().and_then(|n| if n < 16 { colour(n % 8) } else { None }),
                    Some(2) => codes.by_ref().take(3).for_each(drop),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    fn class(&self) -> String {
        [self.colour, self.bold.then_some("ansi-bold"), self.dim.then_some("ansi-dim")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn colour(n: u16) -> Option<&'static str> {
    COLOURS.get(usize::from(n)).copied().flatten()
}

/// Splits what follows an escape into the codes of a colour, if it is one, and the rest of the text.
fn sequence(piece: &str) -> (Option<&str>, &str) {
    if let Some(body) = piece.strip_prefix('[') {
        let Some(end) = body.find(|c: char| ('@'..='~').contains(&c)) else { return (None, "") };
        let (codes, rest) = body.split_at(end);
        // The final letter is one byte: it lies in ASCII.
        let (letter, rest) = rest.split_at(1);
        return (if letter == "m" { Some(codes) } else { None }, rest);
    }
    if let Some(body) = piece.strip_prefix(']') {
        // A title or a link, up to BEL; with another terminator the escape that begins it splits the line anyway.
        return (None, body.split_once('\u{7}').map_or("", |(_, rest)| rest));
    }
    let mut letters = piece.chars();
    letters.next();
    (None, letters.as_str())
}

fn push(found: &mut Vec<Span>, look: &Look, text: &str) {
    if text.is_empty() {
        return;
    }
    let class = look.class();
    match found.last_mut() {
        Some(last) if last.class == class => last.text.push_str(text),
        _ => found.push(Span { class, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(line: &str) -> Vec<(String, String)> {
        spans(line).into_iter().map(|s| (s.class, s.text)).collect()
    }

    #[test]
    fn colours_become_classes() {
        let red = ("ansi-red ansi-bold".to_owned(), "ERROR".to_owned());
        assert_eq!(drawn("\u{1b}[1;31mERROR\u{1b}[0m ü"), [red, (String::new(), " ü".to_owned())]);
        assert_eq!(drawn("\u{1b}[38;5;2mok\u{1b}[39m"), [("ansi-green".to_owned(), "ok".to_owned())]);
        assert_eq!(drawn("\u{1b}[38;2;1;2;3mx"), [(String::new(), "x".to_owned())]);
    }

    #[test]
    fn other_sequences_are_left_out() {
        for (line, text) in [
            ("a\u{1b}[2Kb", "ab"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("cut \u{1b}[3", "cut "),
            ("\u{1b}(Bx", "Bx"),
            ("end\u{1b}", "end"),
            ("\u{1b}ü\u{1b}[é", ""),
        ] {
            assert_eq!(plain(line), text, "{line:?}");
        }
    }
}
