//! Colours in a line: ANSI sequences -> spans with a look. What is no colour is left out. Pure.

pub use super::colour::Rgb;
use super::colour::{DARK, LIGHT};
use std::{borrow::Cow, str::Split};

/// A piece of text in one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// How it looks.
    pub look: Look,
    /// The text.
    pub text: String,
}

/// How a piece of text looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Classes, empty for plain text.
    pub class: String,
    /// Colour of the text in the light and in the dark theme, if no class has it.
    pub colour: Option<(Rgb, Rgb)>,
    /// Colour behind the text.
    pub ground: Option<Rgb>,
}

/// The spans of a line; its texts joined are the line without sequences.
pub fn spans(line: &str) -> Vec<Span> {
    if !line.contains('\u{1b}') {
        return vec![Span { look: Look::default(), text: line.to_owned() }];
    }
    let mut found: Vec<Span> = Vec::new();
    let mut pen = Pen::default();
    let mut pieces = line.split('\u{1b}');
    push(&mut found, pen, pieces.next().unwrap_or_default());
    for piece in pieces {
        let (sequence, rest) = sequence(piece);
        if let Some(codes) = sequence {
            pen.apply(codes);
        }
        push(&mut found, pen, rest);
    }
    found
}

/// The line without sequences.
pub fn plain(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut pieces = line.split('\u{1b}');
    let first = pieces.next().unwrap_or_default();
    Cow::Owned(std::iter::once(first).chain(pieces.map(|piece| sequence(piece).1)).collect())
}

/// Only the sequences of `text` that change colours.
pub fn colours(text: &str) -> String {
    let codes = text.split('\u{1b}').skip(1).filter_map(|piece| sequence(piece).0);
    codes.map(|codes| format!("\u{1b}[{codes}m")).collect()
}

/// What the next text is written with.
#[derive(Clone, Copy, Default)]
struct Pen {
    ink: Option<Ink>,
    ground: Option<Rgb>,
    bold: bool,
    dim: bool,
    inverse: bool,
}

#[derive(Clone, Copy)]
enum Ink {
    /// One of the sixteen basic colours, which each theme has its own of.
    Basic(u8),
    Exact(Rgb),
}

impl Ink {
    fn of_palette(n: u8) -> Self {
        if n < 16 { Self::Basic(n) } else { Self::Exact(Rgb::of_palette(n)) }
    }

    fn rgb(self) -> Rgb {
        match self {
            Self::Basic(n) => Rgb::of_palette(n),
            Self::Exact(rgb) => rgb,
        }
    }
}

const CLASSES: [Option<&str>; 8] = [
    None,
    Some("ansi-red"),
    Some("ansi-green"),
    Some("ansi-yellow"),
    Some("ansi-blue"),
    Some("ansi-magenta"),
    Some("ansi-cyan"),
    None,
];

impl Pen {
    fn apply(&mut self, codes: &str) {
        let mut codes = codes.split(';');
        while let Some(code) = codes.next() {
            let (code, parts) = code.split_once(':').map_or((code, None), |(code, parts)| (code, Some(parts)));
            let code = if code.is_empty() { Some(0) } else { code.parse::<u8>().ok() };
            match (code, parts) {
                (Some(38), parts) => self.ink = wanted(parts, &mut codes).or(self.ink),
                (Some(48), parts) => self.ground = wanted(parts, &mut codes).map(Ink::rgb).or(self.ground),
                (Some(code), None) => self.apply_one(code),
                // A style of underlines, or no number.
                (Some(_), Some(_)) | (None, _) => {}
            }
        }
    }

    fn apply_one(&mut self, code: u8) {
        match code {
            0 => *self = Self::default(),
            1 => self.bold = true,
            2 => self.dim = true,
            7 => self.inverse = true,
            27 => self.inverse = false,
            22 => (self.bold, self.dim) = (false, false),
            30..=37 => self.ink = Some(Ink::Basic(code - 30)),
            39 => self.ink = None,
            90..=97 => self.ink = Some(Ink::Basic(code - 90 + 8)),
            40..=47 => self.ground = Some(Rgb::of_palette(code - 40)),
            49 => self.ground = None,
            100..=107 => self.ground = Some(Rgb::of_palette(code - 100 + 8)),
            _ => {}
        }
    }

    /// Swaps text colour and background; a theme's own colours are left to the stylesheet.
    fn swapped(self) -> Self {
        Self { ink: self.ground.map(Ink::Exact), ground: self.ink.map(Ink::rgb), inverse: false, ..self }
    }

    fn look(self) -> Look {
        if self.inverse && (self.ink.is_some() || self.ground.is_some()) {
            return self.swapped().look();
        }
        let basic = match (self.ink, self.ground) {
            (Some(Ink::Basic(8)), None) => Some("ansi-dim"),
            (Some(Ink::Basic(n)), None) => CLASSES[usize::from(n % 8)],
            _ => None,
        };
        let colour = match (self.ink, self.ground) {
            (Some(Ink::Exact(rgb)), None) => Some((rgb.readable_on(LIGHT), rgb.readable_on(DARK))),
            (_, None) => None,
            (Some(ink), Some(ground)) => Some(ink.rgb().readable_on(ground)).map(|rgb| (rgb, rgb)),
            (None, Some(ground)) => Some((ground.text_on(), ground.text_on())),
        };
        let classes = [
            basic,
            colour.is_some().then_some("ansi-colour"),
            self.ground.is_some().then_some("ansi-ground"),
            self.inverse.then_some("ansi-inverse"),
            self.bold.then_some("ansi-bold"),
            (self.dim && colour.is_none() && basic != Some("ansi-dim")).then_some("ansi-dim"),
        ];
        let class = classes.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Look { class, colour, ground: self.ground }
    }
}

/// The colour that `38` or `48` asks for: in `parts` after a colon, or in the codes that follow.
fn wanted(parts: Option<&str>, codes: &mut Split<'_, char>) -> Option<Ink> {
    let byte = |code: Option<&str>| code?.parse::<u8>().ok();
    match parts {
        None => match codes.next()? {
            "5" => byte(codes.next()).map(Ink::of_palette),
            "2" => {
                let parts = [byte(codes.next()), byte(codes.next()), byte(codes.next())];
                let [Some(red), Some(green), Some(blue)] = parts else { return None };
                Some(Ink::Exact(Rgb(red, green, blue)))
            }
            _ => None,
        },
        Some(parts) => {
            let (kind, rest) = parts.split_once(':')?;
            let mut last = rest.rsplit(':');
            match kind {
                "5" => byte(last.next()).map(Ink::of_palette),
                // A colour space may stand before the three.
                "2" => {
                    let parts = [byte(last.next()), byte(last.next()), byte(last.next())];
                    let [Some(blue), Some(green), Some(red)] = parts else { return None };
                    Some(Ink::Exact(Rgb(red, green, blue)))
                }
                _ => None,
            }
        }
    }
}

/// Splits what follows an escape into the codes of a colour, if it is one, and the rest of the text.
fn sequence(piece: &str) -> (Option<&str>, &str) {
    if let Some(body) = piece.strip_prefix('[') {
        let Some(end) = body.find(|c: char| ('@'..='~').contains(&c)) else { return (None, "") };
        let (codes, rest) = body.split_at(end);
        // The final letter is one byte: it lies in ASCII.
        let (letter, rest) = rest.split_at(1);
        // Parameters of `>` or `?` are a terminal's own.
        let colours = letter == "m" && !codes.starts_with(['<', '=', '>', '?']);
        return (colours.then_some(codes), rest);
    }
    if let Some(body) = piece.strip_prefix(']') {
        // A title or a link, up to BEL; with another terminator the escape that begins it splits the line anyway.
        return (None, body.split_once('\u{7}').map_or("", |(_, rest)| rest));
    }
    let mut letters = piece.chars();
    letters.next();
    (None, letters.as_str())
}

fn push(found: &mut Vec<Span>, pen: Pen, text: &str) {
    if text.is_empty() {
        return;
    }
    let look = pen.look();
    match found.last_mut() {
        Some(last) if last.look == look => last.text.push_str(text),
        _ => found.push(Span { look, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(line: &str) -> Vec<(String, String)> {
        spans(line).into_iter().map(|s| (s.look.class, s.text)).collect()
    }

    fn look(codes: &str) -> Look {
        spans(&format!("\u{1b}[{codes}mx")).remove(0).look
    }

    #[test]
    fn colours_become_classes() {
        let red = ("ansi-red ansi-bold".to_owned(), "ERROR".to_owned());
        assert_eq!(drawn("\u{1b}[1;31mERROR\u{1b}[0m ü"), [red, (String::new(), " ü".to_owned())]);
        assert_eq!(drawn("\u{1b}[38;5;2mok\u{1b}[39m"), [("ansi-green".to_owned(), "ok".to_owned())]);
        assert_eq!((look("90").class, look("97").class), ("ansi-dim".to_owned(), String::new()));
    }

    #[test]
    fn draws_256_and_24_bit_colours() {
        let orange = Rgb(255, 135, 0);
        for codes in ["38;5;208", "38:5:208", "38;2;255;135;0", "38:2:255:135:0", "38:2::255:135:0"] {
            let look = look(codes);
            assert_eq!(look.class, "ansi-colour", "{codes}");
            assert_eq!(look.colour, Some((orange.readable_on(LIGHT), orange)), "{codes}");
        }
        for codes in ["48;5;208", "48:2::255:135:0"] {
            let look = look(codes);
            assert_eq!(look.ground, Some(orange), "{codes}");
            assert_eq!(look.colour, Some((Rgb(0, 0, 0), Rgb(0, 0, 0))), "{codes}");
        }
        assert_eq!(look("41").ground, Some(Rgb(205, 0, 0)));
        assert_eq!(look("38;5;208;48;5;1;39;49"), Look::default());
    }

    #[test]
    fn inverse_swaps_the_colours() {
        assert_eq!(look("7").class, "ansi-inverse");
        let (red, swapped) = (look("41;30"), look("7;40;31"));
        assert_eq!((swapped.ground, swapped.class), (red.ground, red.class));
        assert_eq!(look("7;31;27"), look("31"));
    }

    #[test]
    fn unknown_codes_change_nothing() {
        for codes in ["4:0", "4:3", "38;9", "38;5;999", "38;2;1;2", ">4;2", "?1;2", "999"] {
            assert_eq!(look(&format!("31m\u{1b}[{codes}")).class, "ansi-red", "{codes}");
        }
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
            assert_eq!(spans(line).into_iter().map(|span| span.text).collect::<String>(), text, "{line:?}");
        }
    }
}
