//! How many connections the system allows.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Connections at a time.
const MOST: u64 = 4096;
/// Descriptors for databases, logs, and connections to controllers.
const OTHERS: u64 = 1024;

/// Raises the limit on open descriptors as far as the system allows, and returns how many connections of clients fit into it.
pub fn for_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = MOST + OTHERS;
    let allowed = limit.current.unwrap_or(u64::MAX);
    let raised = limit.maximum.unwrap_or(u64::MAX).min(wanted);
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
    // A small limit is halved: the other half is for what requests need.
    let connections = descriptors.saturating_sub(OTHERS).max(descriptors / 2).min(MOST);
    usize::try_from(connections).unwrap_or(usize::MAX)
}
