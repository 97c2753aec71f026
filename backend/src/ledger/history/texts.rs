//! Task IDs of a block, end to end in one text, so that searching runs over memory without jumps.

use memchr::memmem;

/// Stands after each ID; no search text that holds it is looked for.
const END: char = '\0';

/// So many IDs are looked at one by one.
const NEAR: usize = 8;

/// IDs, and the same in lower case where that differs.
#[derive(Clone, Debug, Default)]
pub struct TaskIds {
    plain: Texts,
    folded: Option<Texts>,
}

impl TaskIds {
    /// Puts an ID in front of the one at `at`.
    pub fn insert(&mut self, at: usize, id: &str) {
        let folded = id.to_lowercase();
        if self.folded.is_none() && folded != id {
            self.folded = Some(self.plain.clone());
        }
        if let Some(texts) = &mut self.folded {
            texts.insert(at, &folded);
        }
        self.plain.insert(at, id);
    }

    /// The ID at `at`.
    pub fn get(&self, at: usize) -> &str {
        self.plain.get(at)
    }

    /// Marks the IDs that begin with `text`, which is in lower case.
    pub fn mark_prefix(&self, text: &str, marks: &mut [bool]) {
        let texts = self.folded.as_ref().unwrap_or(&self.plain);
        for (at, mark) in marks.iter_mut().enumerate() {
            *mark = *mark || texts.get(at).starts_with(text);
        }
    }

    /// Marks the IDs that hold what `finder` looks for, which is in lower case.
    pub fn mark_found(&self, finder: &memmem::Finder<'_>, marks: &mut [bool]) {
        if finder.needle().contains(&(END as u8)) {
            return;
        }
        let texts = self.folded.as_ref().unwrap_or(&self.plain);
        let (mut from, mut at) = (0, 0);
        while let Some(found) = finder.find(&texts.text.as_bytes()[from..]) {
            let is_before = |end: &u32| *end as usize <= from + found;
            // Mostly it is one of the next; otherwise it may be far away.
            let near = texts.ends[at..].iter().take(NEAR).take_while(|end| is_before(end)).count();
            at += if near < NEAR { near } else { texts.ends[at..].partition_point(is_before) };
            marks[at] = true;
            from = texts.ends[at] as usize;
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Texts {
    text: String,
    /// Where the next one begins.
    ends: Vec<u32>,
}

impl Texts {
    fn start(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }

    fn get(&self, at: usize) -> &str {
        &self.text[self.start(at)..self.ends[at] as usize - END.len_utf8()]
    }

    fn insert(&mut self, at: usize, id: &str) {
        let start = self.start(at);
        self.text.insert(start, END);
        self.text.insert_str(start, id);
        // IDs are bounded by the largest request, and a block has a few thousand of them.
        let length = u32::try_from(id.len() + END.len_utf8()).unwrap_or(u32::MAX);
        self.ends.insert(at, u32::try_from(start).unwrap_or(u32::MAX));
        self.ends[at..].iter_mut().for_each(|end| *end = end.saturating_add(length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(ids: &TaskIds, text: &str) -> Vec<bool> {
        let mut marks = vec![false; 4];
        ids.mark_found(&memmem::Finder::new(text), &mut marks);
        marks
    }

    #[test]
    fn ids_are_found_whatever_their_case_and_never_across_their_ends() {
        let mut ids = TaskIds::default();
        for (at, id) in [(0, "nightly-1"), (1, "ÜBER-night"), (0, "night"), (2, "")] {
            ids.insert(at, id);
        }
        let all: Vec<&str> = (0..4).map(|at| ids.get(at)).collect();
        assert_eq!(all, ["night", "nightly-1", "", "ÜBER-night"]);
        assert_eq!(found(&ids, "night"), [true, true, false, true]);
        assert_eq!(found(&ids, "über"), [false, false, false, true]);
        assert_eq!(found(&ids, "tnight"), [false; 4]);
        assert_eq!(found(&ids, "night\0night"), [false; 4]);
        let mut marks = vec![false; 4];
        ids.mark_prefix("üb", &mut marks);
        assert_eq!(marks, [false, false, false, true]);
    }
}
