//! Reading of the log: what comes, what lies before it, and what was left out.

use super::TaskData;
use crate::components::LogBuffer;
use leptos::prelude::*;
use model::dashboard::LogFrame;

/// Bytes read at once: the most that the server gives.
const PART: u64 = 64 * 1_024;
/// Bytes read before a line that a link leads to.
const MARGIN: u64 = 8 * 1_024;
/// Most bytes read to come to a line, to fill a gap, or of the end of a file that was rotated.
const MOST: u64 = 1_024 * 1_024;

/// Shortest time between two changes of what is drawn, in milliseconds.
const DRAWN_EVERY_MS: u32 = 300;

impl TaskData {
    /// A function that reads the part of the log before what was read.
    pub fn earlier(&self) -> Callback<()> {
        let data = *self;
        Callback::new(move |()| {
            let missing = data.log.with_untracked(|log| log.missing(log.part().from));
            if let Some((from, to)) = missing {
                data.read(from.max(to.saturating_sub(PART)), to);
            }
        })
    }

    /// A function that reads what is missing before a position of the log.
    pub fn fill_gap(&self) -> Callback<u64> {
        let data = *self;
        Callback::new(move |at| {
            let gap = data.log.with_untracked(|log| log.readable_gap(at));
            if let Some((from, to)) = gap {
                data.read(from.max(to.saturating_sub(MOST)), to);
            }
        })
    }

    /// Reads what lies before the line that the address names, once something was read.
    pub(super) fn reach_line(&self) {
        let data = *self;
        let missing = Memo::new(move |_| {
            let at = data.at.get()?;
            data.log.with(|log| log.heard() && log.part().has(at) && log.missing(at).is_some()).then_some(at)
        });
        Effect::new(move |_| {
            let Some(at) = missing.get() else { return };
            let Some((from, to)) = data.log.with_untracked(|log| log.missing(at)) else { return };
            let from = from.max(at.saturating_sub(MARGIN));
            if to - from > MOST {
                let far = "That line lies too far back to be read here. Download has all of them.";
                data.trouble.set(Some(far.into()));
            } else {
                data.read(from, to);
            }
        });
        // A link may lead to a line of another run.
        let is_elsewhere =
            Memo::new(move |_| data.at.get().is_some_and(|at| data.log.with(|log| log.heard() && !log.part().has(at))));
        Effect::new(move |_| {
            if is_elsewhere.get() {
                data.whole_log.set(true);
            }
        });
    }

    /// Takes what was written next, and the end of a file that was rotated meanwhile.
    pub(super) fn take_log(&self, frame: LogFrame) {
        self.waiting.update_value(|waiting| waiting.push(frame));
        if !self.drawing.is_running() {
            self.draw_log();
        }
    }

    /// Takes all waiting frames in one change of the log, and again after [`DRAWN_EVERY_MS`] if more came: a log that grows
    /// faster than it can be drawn must not block the page.
    fn draw_log(&self) {
        let frames = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
        if frames.is_empty() {
            return;
        }
        let data = *self;
        self.drawing.start(DRAWN_EVERY_MS, move || data.draw_log());
        let mut is_rotated = false;
        self.log.update(|log| {
            for frame in frames {
                let before = log.left_by_rotation();
                log.take(frame);
                is_rotated |= log.left_by_rotation().is_some_and(|left| before != Some(left));
            }
        });
        if is_rotated {
            self.read_rotated();
        }
    }

    /// Reads the log from `from` up to `end`, where what was read begins, part by part from its end.
    fn read(&self, from: u64, end: u64) {
        let data = *self;
        let (key, file) = (self.key.get_value(), self.file.get_untracked());
        self.tasks.spawn(async move {
            let mut end = end;
            while end > from {
                let begin = end.saturating_sub(PART).max(from);
                let part = match data.api.get_value().log_part(&key, &file, begin, end - begin).await {
                    Ok(part) => part,
                    Err(error) => {
                        data.trouble.set(Some(error.to_string()));
                        return;
                    }
                };
                let moved = data.log.try_update(|log| {
                    log.fill(&part);
                    log.missing(from)
                });
                match moved {
                    Some(Some((_, now))) if now < end => end = now,
                    Some(None) => break,
                    // A part without a whole line moves nothing.
                    Some(Some(_)) | None => return,
                }
            }
            data.trouble.set(None);
        });
    }

    /// Reads the end of the file that was rotated away, from the one new file that the executor has.
    fn read_rotated(&self) {
        let data = *self;
        let (key, file) = (self.key.get_value(), self.file.get_untracked());
        let known = self.files.get_untracked();
        self.tasks.spawn(async move {
            // What cannot be read stays a gap.
            let Ok(list) = data.api.get_value().log_files(&key).await else { return };
            let is_new = |name: &&String| name.starts_with(&file) && **name != file && !known.contains(name);
            let mut new = list.files.iter().filter(is_new).cloned();
            let found = new.next().filter(|_| new.next().is_none() && !known.is_empty());
            data.files.set(list.files.clone());
            let Some(rotated) = found else { return };
            let mut read = 0;
            while read < MOST {
                let Some(left) = data.log.with_untracked(LogBuffer::left_by_rotation) else { return };
                let Ok(part) = data.api.get_value().log_part(&key, &rotated, left, PART).await else { return };
                read += PART;
                data.log.update(|log| log.fill_rotated(&part));
                if data.log.with_untracked(LogBuffer::left_by_rotation) == Some(left) {
                    return;
                }
            }
        });
    }

    /// Logs lie on the executor, so there is nothing to ask before there is one.
    pub(super) fn list_files(&self) {
        let (api, key, files) = (self.api.get_value(), self.key.get_value(), self.files);
        self.tasks.spawn(async move {
            // Without a list the file in the address is the only choice.
            if let Ok(list) = api.log_files(&key).await {
                files.set(list.files);
            }
        });
    }
}
