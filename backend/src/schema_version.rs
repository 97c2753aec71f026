//! Databases that a newer release has migrated. This release does not open them, and changes nothing in them.

use sqlx::migrate::{MigrateError, Migrator};

/// Asks a database for the version of its schema.
pub const QUERY: &str = "SELECT max(version) FROM _sqlx_migrations";

/// One sentence for a failed migration of `subject`, if a newer release has migrated it: then `error` holds a version
/// that is not among `known`.
pub fn newer(subject: &str, error: &MigrateError, known: &Migrator) -> Option<String> {
    let MigrateError::VersionMissing(has) = error else { return None };
    let latest = known.iter().map(|migration| migration.version).max().unwrap_or(0);
    Some(format!(
        "{subject} has version {has}, written by a newer release, and this release knows versions up to {latest}; nothing \
         was changed: run the newer release, or restore a backup made before the upgrade"
    ))
}
