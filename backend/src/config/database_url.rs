//! The address of a PostgreSQL database: what is wrong with it is said before anything connects, and never with a part
//! of it, for it holds a password.

use super::ConfigFault;
use sqlx::postgres::PgConnectOptions;
use std::{fmt, fs::File, str::FromStr};

/// What follows `?` in an address; sqlx passes over others, and puts their values into the log.
const PARAMETERS: [&str; 13] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "statement-cache-capacity",
];
/// Those that name a file.
const FILES: [&str; 3] = ["sslrootcert", "sslcert", "sslkey"];

/// Address of a database, with a password. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// An address as `--ledger` or the file gives it.
    ///
    /// # Errors
    /// [`ConfigFault::Wrong`]: it is none, has a parameter that means nothing, or names a file that cannot be read.
    pub fn of(text: String) -> Result<Self, ConfigFault> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(wrong("must be a PostgreSQL database, as postgres://USER:PASSWORD@HOST/DATABASE"));
        }
        let (_, query) = text.split_once('?').unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !PARAMETERS.contains(&&*name) && !name.starts_with("options[") {
                return Err(wrong(&format!(
                    "has a parameter that means nothing here; known are {}. A ? in a password is written %3F",
                    PARAMETERS.join(", ")
                )));
            }
            if FILES.contains(&&*name) {
                File::open(&*value)
                    .map_err(|error| wrong(&format!("names {value} as {name}, which cannot be read: {error}")))?;
            }
        }
        PgConnectOptions::from_str(&text).map_err(|error| {
            wrong(&format!(
                "cannot be read: {error}. Signs other than letters and digits in a password are written %XX"
            ))
        })?;
        Ok(Self(text))
    }

    /// The address, for whoever connects.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl")
    }
}

fn wrong(what: &str) -> ConfigFault {
    ConfigFault::Wrong(format!("--ledger {what}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn fault(text: &str) -> String {
        DatabaseUrl::of(text.to_owned()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_said_without_a_part_of_it() {
        for text in [
            "mysql://dash:s3cret@db/drove",
            "postgres://dash:s3cret/#?x@db/drove",
            "postgres://dash:5432?s3cret@db/drove",
            "postgres://dash:s3cret@db/drove?sslpassword=s3cret",
            "postgres://dash:s3cret@db:port/drove",
            "postgres://dash:s3cret@db/drove?sslmode=verify",
            "postgres://dash:s3cret@db/drove?hostaddr=db",
        ] {
            let fault = fault(text);
            assert!(fault.starts_with("--ledger ") && !fault.contains("s3cret"), "{text}: {fault}");
        }
    }

    #[test]
    fn files_of_certificates_must_be_there() {
        let fault = fault("postgres://db/drove?sslmode=verify-full&sslrootcert=/nowhere/ca.pem");
        assert!(fault.contains("/nowhere/ca.pem") && fault.contains("sslrootcert"), "{fault}");
        let there = concat!("postgres://dash@db/drove?sslmode=verify-full&sslrootcert=", env!("CARGO_MANIFEST_DIR"));
        let url = DatabaseUrl::of(format!("{there}/tests/cluster/tls/ca.pem")).unwrap();
        assert_eq!(format!("{url:?}"), "DatabaseUrl");
    }
}
