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
        keep_secret_env: true,
        ids_taken_for: Duration::from_secs(1),
    };
    let error = Ledger::open(config, Arc::new(|| at(0))).await.err().expect("it is damaged");
    assert!(error.to_string().contains("ledger.db"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn values_that_look_like_secrets_can_be_kept_out() {
    let folder = TempDir::new().unwrap();
    let config = LedgerConfig {
        place: Place::File(folder.path().join("ledger.db")),
        cluster: "demo".to_owned(),
        world: "w".to_owned(),
        keep: Duration::from_secs(3600),
        keep_bytes: None,
        keep_secret_env: false,
        ids_taken_for: Duration::from_secs(3600),
    };
    let ledger = Ledger::open(config, Arc::new(|| at(1))).await.unwrap();
    let mut document = spec("T");
    document["env"] = json!({"A": "plain-value", "DB_PASSWORD": "geheim-1"});
    let told = TaskSpec::from_json(&document).unwrap();
    let operation = Operation::Create { spec: Arc::new(told.clone()), document };
    let submission = ledger.intend(Intent { operation, ..create_intent("T", 0) }).await.unwrap();
    ledger.answer(submission, accepted());
    let info = Box::new(TaskInfo { env: told.env, ..info("T", "TI-1", "RUNNING", 1) });
    ledger.observe(vec![Observation::Record { info, source: model::Source::List }]).await.unwrap();

    let detail = ledger.detail(&key("T"), None).await.unwrap().unwrap();
    assert_eq!(detail.withheld.last().map(String::as_str), Some("/configs/0/data"));
    assert!(detail.withheld.contains(&"/env/DB_PASSWORD".to_owned()), "{:?}", detail.withheld);
    assert_eq!(detail.info.and_then(|info| info.env).unwrap()["DB_PASSWORD"], "");
    ledger.close().await;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(!holds("geheim-1"));
    }
}

#[tokio::test]
async fn checkpoints_a_large_log_without_changes_of_runs() {
    let fixture = Fixture::in_file().await;
    let mut document = spec("T");
    document["env"]["FILLER"] = "x".repeat(1 << 20).into();
    let spec = Arc::new(TaskSpec::from_json(&document).unwrap());
    let log = fixture.at.folder.path().join("ledger.db-wal");
    let length = || std::fs::metadata(&log).unwrap().len();
    let intend = async || {
        let operation = Operation::Create { spec: spec.clone(), document: document.clone() };
        let intent = Intent { operation, ..create_intent("T", 0) };
        fixture.ledger.withdraw(fixture.ledger.intend(intent).await.unwrap());
        fixture.ledger.flush().await.unwrap();
    };
    // Once the log is copied, the next write begins at its start, and it is cut.
    let copied = async {
        let mut longest = 0;
        while length() >= longest {
            longest = length();
            intend().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        longest
    };
    let longest = tokio::time::timeout(Duration::from_secs(60), copied).await.expect("a copy");
    assert!(longest > 16 << 20, "{longest}");
}
