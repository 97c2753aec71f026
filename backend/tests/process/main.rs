//! The binary as a process: what it does when nobody reads its output, and how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Nothing in these tests takes nearly as long.
const DEADLINE: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_millis(20);

/// A process, killed when the test ends.
struct Dashboard(Child);

impl Drop for Dashboard {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Dashboard {
    fn start(
        arguments: &[&str],
        folder: &Path,
        level: &str,
        stdout: impl Into<Stdio>,
        stderr: impl Into<Stdio>,
    ) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drove-dashboard"));
        command.args(["demo", "--scenario", "empty", "--log", "json", "--data-dir"]).arg(folder).args(arguments);
        command.env("RUST_LOG", level).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        Self(command.spawn().unwrap())
    }

    /// On a free port.
    fn listening(folder: &Path, level: &str, stdout: impl Into<Stdio>, stderr: impl Into<Stdio>) -> Self {
        Self::start(&["--listen", "127.0.0.1:0"], folder, level, stdout, stderr)
    }

    /// The address in the line on standard output.
    fn announced(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        line.trim_end().strip_prefix("Drove dashboard at http://").expect("it says where it listens").to_owned()
    }

    fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it goes on");
            sleep(INTERVAL);
        }
    }

    /// The exit code after SIGTERM.
    fn terminated(&mut self) -> Option<i32> {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.ended().code()
    }
}

/// The whole answer to a request of `admin`.
fn ask(address: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn create(address: &str) -> String {
    let operation = json!({
        "type": "CREATE",
        "spec": {
            "sourceAppName": "APP", "taskId": "T",
            "executable": { "type": "DOCKER", "url": "demo/forever:1", "dockerPullTimeout": "100s" },
            "resources": [{ "type": "CPU", "count": 1 }, { "type": "MEMORY", "sizeInMB": 128 }],
            "placementPolicy": { "type": "ANY" },
        },
        "opSpec": { "timeout": "300s", "parallelism": 1, "failureStrategy": "STOP" },
    });
    ask(address, "POST", "/apis/v1/tasks/operations", &operation.to_string())
}

#[test]
fn loses_only_log_lines_when_the_reader_of_standard_error_is_gone() {
    let folder = TempDir::new().unwrap();
    let mut dashboard = Dashboard::listening(folder.path(), "info", Stdio::piped(), Stdio::piped());
    let address = dashboard.announced();
    drop(dashboard.0.stderr.take());
    // Each operation is a line of the log.
    let answer = create(&address);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("SUCCESS"), "{answer}");
    assert_eq!(dashboard.terminated(), Some(0));
}

#[test]
fn serves_when_the_reader_of_standard_error_stops_reading() {
    let folder = TempDir::new().unwrap();
    let mut dashboard = Dashboard::listening(folder.path(), "trace", Stdio::piped(), Stdio::piped());
    let address = dashboard.announced();
    // More than a pipe holds.
    for _ in 0..500 {
        assert!(ask(&address, "GET", "/healthz", "").starts_with("HTTP/1.1 200"));
    }
    assert!(create(&address).starts_with("HTTP/1.1 200"));
    assert_eq!(dashboard.terminated(), Some(0));
}

#[test]
fn serves_when_nobody_reads_standard_output() {
    let folder = TempDir::new().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut dashboard = Dashboard::listening(folder.path(), "info", writer, Stdio::piped());
    let log = BufReader::new(dashboard.0.stderr.take().unwrap());
    let mut lines = log.lines().map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let url = lines.find_map(|line| line["url"].as_str().map(str::to_owned)).expect("it logs where it listens");
    assert!(create(url.strip_prefix("http://").unwrap()).starts_with("HTTP/1.1 200"));
    assert_eq!(dashboard.terminated(), Some(0));
}

#[test]
fn keeps_its_exit_code_when_nobody_reads_why_it_did_not_start() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for (listen, code) in [("nowhere", 2), (&*taken, 1)] {
        let folder = TempDir::new().unwrap();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut dashboard = Dashboard::start(&["--listen", listen], folder.path(), "info", Stdio::null(), writer);
        assert_eq!(dashboard.ended().code(), Some(code), "{listen}");
    }
}

#[test]
fn stops_cleanly_while_another_process_locks_the_ledger() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("stderr.log");
    let mut dashboard = Dashboard::listening(folder.path(), "info", Stdio::piped(), File::create(&log).unwrap());
    let address = dashboard.announced();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _lock = runtime.block_on(async {
        let ledger = folder.path().join("demo").join("ledger.db");
        let mut other = SqliteConnectOptions::new().filename(ledger).connect().await.unwrap();
        sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
        other
    });
    let deadline = Instant::now() + DEADLINE;
    while !ask(&address, "GET", "/readyz", "").contains("the ledger cannot be written") {
        assert!(Instant::now() < deadline, "the lock is not noticed");
        sleep(INTERVAL);
    }
    assert!(create(&address).starts_with("HTTP/1.1 503"), "the demo does nothing that it cannot record");
    assert_eq!(dashboard.terminated(), Some(0));
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("operations were not recorded"), "what was left is logged: {log}");
}
