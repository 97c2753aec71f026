//! Log files of the simulated containers: `logs/<number of the run that began the log>/<file>@<offset>`.
//!
//! The core puts out bytes with the offset they have in the whole log. A log is cut into segments, and each
//! segment's file is named after the offset at which it begins; so writing the same bytes twice changes nothing, and
//! no name that a user chose ever becomes a path. Readers see the newest segment under the log's own name and older ones as
//! `<name>-<offset>`, as Drove's executors show rotated files (contract 2.4).

mod writer;

pub use writer::LogWriter;

use controller::RunId;
use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::{DirBuilderExt, FileExt},
    path::{Path, PathBuf},
    sync::Arc,
};
use writer::Flusher;

/// A segment that has grown to so many bytes is followed by another.
const SEGMENT: u64 = 8 << 20;
/// Older segments that are kept (Drove keeps 5 archived files).
const KEPT: usize = 5;

/// Reads log files.
#[derive(Clone)]
pub struct LogFiles {
    root: Arc<Path>,
    flusher: Option<Flusher>,
}

/// One segment, for reading.
pub struct LogFile {
    file: File,
    length: u64,
}

/// One segment as it lies in its folder.
struct Segment {
    log: String,
    begins: u64,
    path: PathBuf,
}

impl LogFiles {
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(root)?;
        Ok(Self { root: root.into(), flusher: None })
    }

    /// The same files, with a way to wait for their writer.
    pub(super) fn behind(self, writer: &LogWriter) -> Self {
        Self { flusher: Some(writer.flusher()), ..self }
    }

    /// Waits until everything that the core has put out is in the files.
    pub async fn flushed(&self) {
        if let Some(flusher) = &self.flusher {
            flusher.flushed().await;
        }
    }

    /// Names of the files of a run; nothing if it has written nothing.
    pub fn list(&self, run: RunId) -> io::Result<Vec<String>> {
        let segments = self.segments(run)?;
        Ok(segments.iter().map(|segment| shown_name(segment, &segments)).collect())
    }

    /// One file of a run by the name that [`LogFiles::list`] gave; `None` if there is none of that name.
    pub fn find(&self, run: RunId, name: &str) -> io::Result<Option<LogFile>> {
        let segments = self.segments(run)?;
        let Some(segment) = segments.iter().find(|segment| shown_name(segment, &segments) == name) else {
            return Ok(None);
        };
        let file = File::open(&segment.path)?;
        let length = file.metadata()?.len();
        Ok(Some(LogFile { file, length }))
    }

    fn folder(&self, run: RunId) -> PathBuf {
        self.root.join(run.to_string())
    }

    /// All segments of a run, each log's in order of offset.
    fn segments(&self, run: RunId) -> io::Result<Vec<Segment>> {
        let entries = match fs::read_dir(self.folder(run)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut segments = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some((log, begins)) = name.to_str().and_then(|name| name.rsplit_once('@')) else { continue };
            let Ok(begins) = begins.parse() else { continue };
            segments.push(Segment { log: log.to_owned(), begins, path: entry.path() });
        }
        segments.sort_by(|a, b| (&a.log, a.begins).cmp(&(&b.log, b.begins)));
        Ok(segments)
    }
}

fn shown_name(segment: &Segment, all: &[Segment]) -> String {
    let newest = all.iter().all(|other| other.log != segment.log || other.begins <= segment.begins);
    if newest { segment.log.clone() } else { format!("{}-{}", segment.log, segment.begins) }
}

impl LogFile {
    /// Bytes when it was opened; it may grow since.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Up to `most` bytes from `offset` on; nothing at and after the end.
    pub fn read(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; left.min(most)];
        self.file.read_exact_at(&mut bytes, offset.min(self.length))?;
        Ok(bytes)
    }
}
