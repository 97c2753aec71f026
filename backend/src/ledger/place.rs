//! Where a ledger is stored.

use std::{fmt, path::PathBuf};

/// The database of a ledger.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A SQLite file, `ledger.db`; its folder is made if it does not exist.
    File(PathBuf),
    /// A PostgreSQL database, shared by replicas, at `postgres://USER:PASSWORD@HOST/DATABASE`.
    Postgres(String),
}

impl fmt::Display for Place {
    /// For people: without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
                let (place, _) = rest.split_once('?').unwrap_or((rest, ""));
                let (_, host) = place.rsplit_once('@').unwrap_or(("", place));
                write!(f, "{scheme}://{host}")
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
