//! A server that lets strangers in only with TLS and a password, as that of `cargo xtask test` does.

use super::*;

const PASSWORD: &str = "s3cret";

/// The server's address for strangers, without what says how to come in; nothing without a server.
async fn server() -> Option<(Whereabouts, i64)> {
    let url = std::env::var(POSTGRES_OF_TESTS).ok()?;
    let at = Whereabouts::new(|_| Place::Postgres(url.clone()));
    let mut connection = at.connect().await;
    // Tests run at the same time, and a role's line can be changed by one of them only.
    let query =
        Query::new("DO $$ BEGIN PERFORM pg_advisory_xact_lock(1); ALTER ROLE dashboard PASSWORD 's3cret'; END $$");
    connection.execute(query).await.unwrap();
    let port = Query::new("SELECT current_setting('port')::int AS port");
    let port = connection.fetch_all(port).await.unwrap()[0].number("port").unwrap();
    connection.close().await.unwrap();
    Some((at, port))
}

fn ca() -> String {
    format!("{}/tests/cluster/tls/ca.pem", env!("CARGO_MANIFEST_DIR"))
}

#[tokio::test]
async fn a_server_is_believed_by_the_certificate_that_the_address_names() {
    let Some((mut at, port)) = server().await else { return };
    let ca = ca();
    for how in [
        format!("127.0.0.1:{port}/postgres?sslmode=verify-full&sslrootcert={ca}"),
        format!("localhost:{port}/postgres?sslmode=verify-ca&sslrootcert={ca}"),
        format!("127.0.0.1:{port}/postgres?sslmode=require"),
        format!("127.0.0.1:{port}/postgres"),
    ] {
        at.place = Place::Postgres(format!("postgres://dashboard:{PASSWORD}@{how}"));
        let query = Query::new("SELECT ssl AS is_safe FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
        let rows = at.connect().await.fetch_all(query).await.unwrap();
        assert_eq!(rows[0].number("is_safe").unwrap(), 1, "{how}");
    }
    // All of its connections come in that way.
    let fixture = Fixture::at(at).await;
    fixture.created("T", 0).await;
    assert_eq!(fixture.detail("T").await.submissions.len(), 1);
}

#[tokio::test]
async fn who_is_turned_away_hears_what_to_do() {
    let Some((mut at, port)) = server().await else { return };
    let ca = ca();
    for (how, advice) in [
        (format!("{PASSWORD}@127.0.0.1:{port}/postgres?sslmode=verify-full"), "sslrootcert"),
        (format!("{PASSWORD}@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={ca}"), "name the host"),
        (format!("{PASSWORD}@127.0.0.1:{port}/postgres?sslmode=disable"), "sslmode=require"),
        (format!("wr0ng@127.0.0.1:{port}/postgres?sslmode=require"), "user and password"),
        (format!("{PASSWORD}@127.0.0.1:{port}/nowhere?sslmode=require"), "CREATE DATABASE"),
    ] {
        at.place = Place::Postgres(format!("postgres://dashboard:{how}"));
        let error = at.try_open(None).await.err().unwrap().to_string();
        assert!(error.contains(advice), "{how}: {error}");
        assert!(!error.contains(PASSWORD) && !error.contains("wr0ng"), "{error}");
    }
}
