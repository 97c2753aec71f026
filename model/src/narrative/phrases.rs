//! Pieces of running text, and how a list of clauses becomes a sentence.

/// How a phrase is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As the text around it.
    Plain,
    /// What varies from task to task.
    Strong,
    /// A comment.
    Muted,
}

/// A piece of text in one tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The text, blanks included.
    pub text: String,
    /// How it is set.
    pub tone: Tone,
}

/// A text being written.
#[derive(Default)]
pub(super) struct Phrases(Vec<Phrase>);

impl Phrases {
    pub(super) fn plain(&mut self, text: &str) -> &mut Self {
        self.put(text, Tone::Plain)
    }

    pub(super) fn strong(&mut self, text: &str) -> &mut Self {
        self.put(text, Tone::Strong)
    }

    pub(super) fn muted(&mut self, text: &str) -> &mut Self {
        self.put(text, Tone::Muted)
    }

    /// ` on exec-3`, if the executor is known.
    pub(super) fn executor(&mut self, name: Option<&str>) -> &mut Self {
        match name {
            Some(name) => self.plain(" on ").strong(name),
            None => self,
        }
    }

    /// `Clause, clause, and ending.` as a sentence.
    pub(super) fn list(&mut self, clauses: Vec<Phrases>, ending: Option<Phrases>) {
        let all: Vec<Phrases> = clauses.into_iter().chain(ending).collect();
        let count = all.len();
        for (n, clause) in all.into_iter().enumerate() {
            if n > 0 {
                self.plain(match (n + 1 == count, count) {
                    (true, 2) => " and ",
                    (true, _) => ", and ",
                    (false, _) => ", ",
                });
            }
            for phrase in clause.0 {
                match self.0.is_empty() {
                    true => self.put(&capitalised(&phrase.text), phrase.tone),
                    false => self.put(&phrase.text, phrase.tone),
                };
            }
        }
        if count > 0 {
            self.plain(".");
        }
    }

    pub(super) fn done(mut self) -> Vec<Phrase> {
        if let Some(first) = self.0.first_mut() {
            first.text = first.text.trim_start().to_owned();
        }
        self.0.retain(|phrase| !phrase.text.is_empty());
        self.0
    }

    fn put(&mut self, text: &str, tone: Tone) -> &mut Self {
        match self.0.last_mut() {
            Some(last) if last.tone == tone => last.text.push_str(text),
            _ => self.0.push(Phrase { text: text.to_owned(), tone }),
        }
        self
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
