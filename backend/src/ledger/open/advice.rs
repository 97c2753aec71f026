//! What to do about a PostgreSQL server that turns this process away.

use rustls::CertificateError;

/// One clause for whoever runs the dashboard, where the error itself leaves it open.
pub fn for_opening(error: &sqlx::Error) -> Option<&'static str> {
    // What else goes wrong says it well enough, or is not about the connection.
    #[expect(clippy::wildcard_enum_match_arm, reason = "sqlx's errors grow")]
    match error {
        sqlx::Error::Io(error) => of_certificate(error),
        sqlx::Error::Tls(_) => Some("the server must have ssl = on for this sslmode"),
        sqlx::Error::Database(error) => match error.code()?.as_ref() {
            "28000" => {
                Some("the server's pg_hba.conf must let this user in from here; hostssl there needs sslmode=require")
            }
            "28P01" => Some("user and password of --ledger must be those of the server"),
            "3D000" => Some("make the database first: CREATE DATABASE"),
            "42501" => Some("the user needs the right to make schemas: GRANT CREATE ON DATABASE"),
            _ => None,
        },
        _ => None,
    }
}

fn of_certificate(error: &std::io::Error) -> Option<&'static str> {
    let rustls::Error::InvalidCertificate(fault) = error.get_ref()?.downcast_ref()? else { return None };
    #[expect(clippy::wildcard_enum_match_arm, reason = "rustls' errors grow")]
    Some(match fault {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "name the host as its certificate does, or ask for sslmode=verify-ca"
        }
        CertificateError::UnknownIssuer => "name the file of the CA that signed it as sslrootcert in --ledger",
        _ => "the server needs another certificate",
    })
}
