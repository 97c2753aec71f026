//! Writes log bytes on a thread of its own, so that no answer waits for a file.

use super::{KEPT, LogFiles, SEGMENT, Segment};
use crate::clock;
use controller::{Output, RunId};
use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::Duration,
};
use tokio::sync::oneshot;

/// Jobs that are looked at together, so that neighbouring bytes become one write.
const BATCH: usize = 4096;
/// How long bytes are gathered before they are written: a task's lines come in bursts.
const GATHER: Duration = Duration::from_millis(50);
/// Ends of logs that are remembered; others are looked up again.
const REMEMBERED: usize = 4096;

/// Takes log bytes from the driver.
pub struct LogWriter {
    jobs: Sender<Job>,
}

enum Job {
    Write { run: RunId, log: String, offset: u64, bytes: Vec<u8> },
    Remove { run: RunId },
    Tell(oneshot::Sender<()>),
}

impl LogWriter {
    pub(crate) fn start(files: LogFiles) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let worker = Worker { files, tails: BTreeMap::new() };
        thread::Builder::new().name("log-writer".into()).spawn(move || worker.run(&queue))?;
        Ok(Self { jobs })
    }

    /// Queues what an output says about log files; gives back any other output.
    pub(crate) fn take(&self, output: Output) -> Option<Output> {
        let job = match output {
            Output::Log { run, file, offset, bytes } => Job::Write { run, log: file, offset, bytes },
            Output::RemoveLogs { run } => Job::Remove { run },
            Output::Touched(_) | Output::AttemptsEnded(_) | Output::Completed(..) => return Some(output),
        };
        // The thread ends only with this sender.
        let _ended = self.jobs.send(job);
        None
    }

    /// Waits until everything taken so far is written.
    pub(crate) async fn flushed(&self) {
        self.flusher().flushed().await;
    }

    pub(super) fn flusher(&self) -> Flusher {
        Flusher { jobs: self.jobs.clone() }
    }
}

/// Waits for the writer.
#[derive(Clone)]
pub(super) struct Flusher {
    jobs: Sender<Job>,
}

impl Flusher {
    pub async fn flushed(&self) {
        let (tell, told) = oneshot::channel();
        if self.jobs.send(Job::Tell(tell)).is_ok() {
            // An error means that the thread has ended, and with it all writing.
            let _ended = told.await;
        }
    }
}

struct Worker {
    files: LogFiles,
    tails: BTreeMap<(RunId, String), Tail>,
}

/// The end of a log. Its file is opened for each write: there can be more logs than files that may be open.
#[derive(Clone, Copy)]
struct Tail {
    /// Offset at which the newest segment begins.
    begins: u64,
    /// Offset of the next byte.
    ends: u64,
}

/// Bytes that follow each other.
struct Stretch {
    offset: u64,
    bytes: Vec<u8>,
}

impl Worker {
    fn run(mut self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut gathered: BTreeMap<(RunId, String), Stretch> = BTreeMap::new();
            let mut tell = Vec::new();
            let until = clock::monotonic() + GATHER;
            let mut next = Some(first);
            let mut taken = 0;
            while let Some(job) = next {
                match job {
                    Job::Write { run, log, offset, bytes } => {
                        self.gather(&mut gathered, (run, log), Stretch { offset, bytes });
                    }
                    Job::Remove { run } => {
                        gathered.retain(|(other, _), _| *other != run);
                        self.remove(run);
                    }
                    Job::Tell(sender) => tell.push(sender),
                }
                taken += 1;
                // Whoever waits for the files does not wait for more bytes.
                let wait =
                    if tell.is_empty() { until.saturating_duration_since(clock::monotonic()) } else { Duration::ZERO };
                next = if taken < BATCH { queue.recv_timeout(wait).ok() } else { None };
            }
            for (key, stretch) in gathered {
                self.write_or_warn(&key, &stretch);
            }
            for sender in tell {
                // Whoever waited may have gone.
                let _gone = sender.send(());
            }
        }
    }

    fn gather(&mut self, gathered: &mut BTreeMap<(RunId, String), Stretch>, key: (RunId, String), next: Stretch) {
        match gathered.get_mut(&key) {
            Some(before) if before.offset + length(&before.bytes) == next.offset => before.bytes.extend(next.bytes),
            Some(before) => {
                let before = std::mem::replace(before, next);
                self.write_or_warn(&key, &before);
            }
            None => {
                gathered.insert(key, next);
            }
        }
    }

    fn write_or_warn(&mut self, key: &(RunId, String), stretch: &Stretch) {
        if let Err(error) = self.write(key, stretch) {
            self.tails.remove(key);
            tracing::warn!(run = key.0, %error, "log bytes could not be written");
        }
    }

    /// Writes what is not in the file yet. Bytes before a log's oldest segment were rotated away, and stay away.
    fn write(&mut self, key: &(RunId, String), stretch: &Stretch) -> io::Result<()> {
        let mut tail = match self.tails.get(key) {
            Some(tail) => *tail,
            None => self.find_tail(key, stretch.offset)?,
        };
        let known = usize::try_from(tail.ends.saturating_sub(stretch.offset)).unwrap_or(usize::MAX);
        if let Some(bytes) = stretch.bytes.get(known..).filter(|bytes| !bytes.is_empty()) {
            let offset = stretch.offset.max(tail.ends);
            let rotates = offset - tail.begins >= SEGMENT;
            if rotates {
                tail.begins = offset;
            }
            self.open(key, tail.begins)?.write_all_at(bytes, offset - tail.begins)?;
            tail.ends = offset + length(bytes);
            if rotates {
                drop_oldest(&self.files.segments(key.0)?, &key.1)?;
            }
        }
        if self.tails.len() >= REMEMBERED {
            self.tails.clear();
        }
        self.tails.insert(key.clone(), tail);
        Ok(())
    }

    /// Where a log ends that is not remembered; a log that has no file begins with these bytes.
    fn find_tail(&self, key: &(RunId, String), offset: u64) -> io::Result<Tail> {
        let segments = self.files.segments(key.0)?;
        let Some(newest) = segments.iter().rfind(|segment| segment.log == key.1) else {
            return Ok(Tail { begins: offset, ends: offset });
        };
        Ok(Tail { begins: newest.begins, ends: newest.begins + fs::metadata(&newest.path)?.len() })
    }

    fn open(&self, (run, log): &(RunId, String), begins: u64) -> io::Result<File> {
        let folder = self.files.folder(*run);
        let path = folder.join(format!("{log}@{begins}"));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        match options.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                DirBuilder::new().mode(0o700).create(&folder)?;
                options.open(&path)
            }
            opened => opened,
        }
    }

    fn remove(&mut self, run: RunId) {
        self.tails.retain(|(other, _), _| *other != run);
        match fs::remove_dir_all(self.files.folder(run)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(run, %error, "the log files of a run could not be removed");
            }
            Ok(()) | Err(_) => {}
        }
    }
}

fn drop_oldest(segments: &[Segment], log: &str) -> io::Result<()> {
    let of_log: Vec<&Segment> = segments.iter().filter(|segment| segment.log == log).collect();
    let surplus = of_log.len().saturating_sub(KEPT + 1);
    of_log.iter().take(surplus).try_for_each(|segment| fs::remove_file(&segment.path))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    struct Fixture {
        _dir: tempfile::TempDir,
        files: LogFiles,
        writer: LogWriter,
    }

    fn fixture() -> Fixture {
        let dir = tempfile::tempdir().unwrap();
        let files = LogFiles::open(&dir.path().join("logs")).unwrap();
        let writer = LogWriter::start(files.clone()).unwrap();
        Fixture { _dir: dir, files, writer }
    }

    impl Fixture {
        fn put(&self, offset: u64, bytes: &[u8]) {
            self.writer.take(Output::Log { run: 1, file: "output.log".into(), offset, bytes: bytes.to_vec() });
        }

        async fn text(&self, name: &str) -> Option<Vec<u8>> {
            self.writer.flushed().await;
            let file = self.files.find(1, name).unwrap()?;
            Some(file.read(0, usize::MAX).unwrap())
        }
    }

    #[tokio::test]
    async fn bytes_written_twice_are_there_once() {
        let f = fixture();
        f.put(0, b"one\n");
        f.put(4, b"two\n");
        assert_eq!(f.text("output.log").await.unwrap(), b"one\ntwo\n");
        f.put(0, b"one\n");
        f.put(4, b"two\nthree\n");
        assert_eq!(f.text("output.log").await.unwrap(), b"one\ntwo\nthree\n");
    }

    #[tokio::test]
    async fn a_full_segment_is_followed_by_another() {
        let f = fixture();
        let full = vec![b'x'; usize::try_from(SEGMENT).unwrap()];
        f.put(0, &full);
        f.writer.flushed().await;
        f.put(SEGMENT, b"next\n");
        assert_eq!(f.text("output.log").await.unwrap(), b"next\n");
        assert_eq!(f.text("output.log-0").await.unwrap().len(), full.len());
        assert_eq!(f.files.list(1).unwrap(), ["output.log-0", "output.log"]);
    }

    #[tokio::test]
    async fn removed_logs_are_gone() {
        let f = fixture();
        f.put(0, b"one\n");
        f.writer.take(Output::RemoveLogs { run: 1 });
        assert_eq!(f.text("output.log").await, None);
        assert_eq!(f.files.list(1).unwrap(), Vec::<String>::new());
    }
}
