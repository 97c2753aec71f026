//! Tells the user which step runs, how many there are, and how long it took last time.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration, time::Instant};

use crate::{Outcome, workspace};

/// The steps of one command, numbered as they start.
pub struct Steps {
    total: usize,
    started: usize,
}

impl Steps {
    pub fn new(total: usize) -> Steps {
        Steps { total, started: 0 }
    }

    /// Announces a step and does it. `first_time` says how long it takes on two cores with nothing built yet; once it
    /// has run on this machine, its own last time is shown.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn run<T>(&mut self, title: &str, first_time: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.started += 1;
        let expected = last_time(title)
            .map_or_else(|| format!("the first time about {first_time}"), |last| format!("last time {}", words(last)));
        eprintln!("[{}/{}] {title} ({expected})", self.started, self.total);
        let start = Instant::now();
        let result = work()?;
        remember(title, start.elapsed());
        eprintln!("      done in {}", words(start.elapsed()));
        Ok(result)
    }

    /// Announces a step that has nothing to do.
    pub fn skip(&mut self, title: &str, reason: &str) {
        self.started += 1;
        eprintln!("[{}/{}] {title}: {reason}", self.started, self.total);
    }
}

fn times_file() -> PathBuf {
    workspace::cache_dir().join("step-times")
}

fn last_time(title: &str) -> Option<Duration> {
    parse(&fs::read_to_string(times_file()).ok()?).get(title).copied()
}

/// Remembering is a courtesy: a cache that cannot be written is no reason to fail.
fn remember(title: &str, took: Duration) {
    let file = times_file();
    let mut times = fs::read_to_string(&file).map(|text| parse(&text)).unwrap_or_default();
    times.insert(title.to_owned(), took);
    let text: String = times.iter().map(|(title, took)| format!("{}\t{title}\n", took.as_millis())).collect();
    if let Some(folder) = file.parent() {
        let _ = fs::create_dir_all(folder);
    }
    let _ = fs::write(file, text);
}

/// One step a line: milliseconds, tab, title.
fn parse(text: &str) -> BTreeMap<String, Duration> {
    text.lines()
        .filter_map(|line| {
            let (took, title) = line.split_once('\t')?;
            Some((title.to_owned(), Duration::from_millis(took.parse().ok()?)))
        })
        .collect()
}

fn words(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f32()),
        seconds @ 10..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_lines_that_are_not_times() {
        let times = parse("1500\tBuild the page\nrubbish\nx\tBuild\n");
        assert_eq!(times, BTreeMap::from([("Build the page".to_owned(), Duration::from_millis(1500))]));
    }

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(words(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(words(Duration::from_secs(59)), "59 s");
        assert_eq!(words(Duration::from_secs(135)), "2 min 15 s");
    }
}
