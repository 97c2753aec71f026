//! What concerns the file of a ledger in SQLite. Beside PostgreSQL these run as well: each opens a file.

use super::*;
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn only_the_owner_may_read_the_file() {
    let fixture = Fixture::in_file().await;
    fixture.created("T", 0).await;
    for name in ["ledger.db", "ledger.db-wal"] {
        let mode = std::fs::metadata(fixture.at.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_damaged_file_is_named_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ledger.db");
    std::fs::write(&file, "this is no database, and long enough to be taken for one".repeat(100)).unwrap();
    let before = std::fs::read(&file).unwrap();
    let config = LedgerConfig {
        place: Place::File(file.clone()),
        cluster: "demo".to_owned(),
        world: "w".to_owned(),
        keep: Duration::from_secs(1),
        keep_bytes: None,
        ids_taken_for: Duration::from_secs(1),
    };
    let error = Ledger::open(config, Arc::new(|| at(0))).await.err().expect("it is damaged");
    assert!(error.to_string().contains("ledger.db"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}
