//! How many connections the system allows.

use rustix::{
    io::Errno,
    process::{Resource, Rlimit, getrlimit, setrlimit},
};
use std::io;

/// Connections at a time.
const MOST: u64 = 4096;
/// Descriptors kept for databases, logs, and connections to controllers.
const OTHERS: u64 = 1024;
/// Descriptors that are asked for: connections to the controllers of many clusters too.
const WANTED: u64 = 65_536;

/// Raises the limit on open descriptors, up to [`WANTED`], and returns how many connections of clients fit into it.
pub fn for_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let allowed = limit.current.unwrap_or(u64::MAX);
    let raised = limit.maximum.unwrap_or(u64::MAX).min(WANTED);
    let descriptors = match allowed < raised {
        true => match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), ..limit }) {
            Ok(()) => raised,
            Err(error) => {
                tracing::warn!(%error, allowed, "the limit on open files stays as it is");
                allowed
            }
        },
        false => allowed,
    };
    // Below 2,048, clients get half of the limit.
    let connections = descriptors.saturating_sub(OTHERS).max(descriptors / 2).min(MOST);
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// Whether the system refused a connection because a limit was reached, rather than because of the client.
pub fn is_limit(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM))
}
