//! Everything that `tests/attack` tries, at once for two minutes, while an honest user creates, follows and kills tasks.

use super::{
    load::{create, task},
    memory::resident_mb,
    table::{Row, percentile},
};
use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::StatusCode;
use serde_json::{Value, json};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};
use tests::{gateway::Gateway, hostile, http::Http, server::Server, wait};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

const SPAN: Duration = Duration::from_secs(120);
/// Tasks of the honest user, spread over the span.
const TASKS: usize = 100;
/// Just below the largest body.
const LARGE: usize = 3_900_000;
/// A read that the leader never answers.
const HELD: &str = "/apis/v1/applications";

/// One kind of attack: from where, how many connections at a time, what each sends, and how long it stays.
struct Attack {
    last_octet: u8,
    connections: usize,
    request: Arc<[u8]>,
    reads: bool,
    stays: Duration,
}

pub async fn run() -> Result<Vec<Row>> {
    let demo = Server::demo("empty").await?;
    let gateway = Gateway::before(demo.address()).await?;
    gateway.hold(HELD);
    let hostile = hostile::controller().await?;
    let cluster = |name: &str, address: &str| {
        format!(
            "[[clusters]]\nname = \"{name}\"\ncontrollers = [\"{address}\"]\nusername = \"admin\"\npassword = \"admin\"\n"
        )
    };
    let config = format!("{}{}", cluster("prod", gateway.address()), cluster("test", &hostile));
    let dashboard = Server::serve(&config).await?;
    wait::until("a leader", async || {
        Ok(dashboard.admin().get("/apis/v1/ping").await?.status.is_success().then_some(()))
    })
    .await?;

    let host: SocketAddr = dashboard.address().trim_start_matches("http://").parse()?;
    let mut attackers = JoinSet::new();
    for attack in attacks(&dashboard, host).await? {
        let attack = Arc::new(attack);
        for _ in 0..attack.connections {
            attackers.spawn(insist(host, attack.clone()));
        }
    }
    // The attackers are there before the honest user.
    sleep(Duration::from_secs(5)).await;
    let mut waits = honest_work(&dashboard).await?;
    let pid = dashboard.process_id().context("the dashboard has ended")?;
    let peak = peak_mb(pid)?;
    attackers.shutdown().await;
    sleep(Duration::from_secs(60)).await;
    let after = resident_mb(pid)?;
    eprintln!("{} honest requests, p99 {:.0} ms", waits.len(), percentile(&mut waits, 0.99));
    let longest = percentile(&mut waits, 1.0) / 1000.0;
    Ok(vec![
        Row::at_most("siege: longest wait of an honest user's request", longest, 2.0, "s"),
        Row::at_most("siege: memory at the peak (VmHWM)", peak, 400.0, "MB"),
        Row::at_most("siege: memory a minute later (VmRSS)", after, 120.0, "MB"),
    ])
}

async fn attacks(dashboard: &Server, host: SocketAddr) -> Result<Vec<Attack>> {
    let guest = format!("Authorization: Basic {}\r\n", STANDARD.encode("guest:guest"));
    let wrong = format!("Authorization: Basic {}\r\n", STANDARD.encode("mallory:wrong"));
    let head = |line: &str, more: &str| format!("{line} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n");
    let post = |path: &str, more: &str, body: &str| {
        let length = format!("{more}Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        format!("{}{body}", head(&format!("POST {path}"), &length))
    };
    let operation = json!({
        "type": "CREATE", "spec": task("SIEGE", "never", 1, 128, 1),
        "opSpec": {"timeout": "5m", "parallelism": 1, "failureStrategy": "STOP"},
    });
    let mut large = task("SIEGE", "large", 1, 128, 1);
    large["unknown"] = json!(vec![0; LARGE / 2]);
    let file = tests::page::wasm_of(&Http::new(dashboard.address()).get("/").await?.text())?;
    let (seconds, at_once) = (Duration::from_secs, Duration::from_millis(100));
    let attack = |last_octet, connections, request: String, reads, stays| Attack {
        last_octet,
        connections,
        request: request.into_bytes().into(),
        reads,
        stays,
    };
    Ok(vec![
        attack(2, 8, post("/apis/v1/tasks/operations", "", &"[".repeat(LARGE)), true, at_once),
        attack(3, 12, post("/api/placement/preview", &guest, &large.to_string()), true, seconds(30)),
        attack(4, 4096, head(&format!("GET {file}"), "").repeat(5), false, seconds(20)),
        attack(5, 5000, String::new(), true, seconds(60)),
        attack(6, 300, head("POST /api/session", "Content-Length: 16000\r\n") + "{", true, seconds(40)),
        attack(7, 600, head(&format!("GET {HELD}"), &guest), true, seconds(60)),
        attack(8, 4, head("GET /apis/v1/ping", &wrong), true, at_once),
        attack(9, 4, post("/apis/v1/tasks/operations;x=1", &guest, &operation.to_string()), true, at_once),
    ])
}

/// Keeps one connection of an attack open, for ever.
async fn insist(host: SocketAddr, attack: Arc<Attack>) {
    loop {
        if let Ok(mut connection) = connect(host, attack.last_octet).await {
            drop(timeout(attack.stays, hold(&mut connection, &attack)).await);
        }
        sleep(attack.stays.min(Duration::from_secs(5))).await;
    }
}

async fn hold(connection: &mut TcpStream, attack: &Attack) -> std::io::Result<()> {
    connection.write_all(&attack.request).await?;
    if !attack.reads {
        std::future::pending::<()>().await;
    }
    let mut answer = [0; 4096];
    let mut read = connection.read(&mut answer).await?;
    // An attacker without a request waits for the end; the others begin anew after an answer.
    while read > 0 && attack.request.is_empty() {
        read = connection.read(&mut answer).await?;
    }
    Ok(())
}

async fn connect(host: SocketAddr, last_octet: u8) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::new(127, 0, 0, last_octet), 0).into())?;
    socket.connect(host).await
}

/// Creates, follows and kills tasks; how long each request took, in milliseconds.
async fn honest_work(dashboard: &Server) -> Result<Vec<f64>> {
    let mut users = JoinSet::new();
    for n in 0..TASKS {
        let http = dashboard.admin();
        users.spawn(async move { one_task(&http, &format!("honest-{n}")).await });
        sleep(SPAN / u32::try_from(TASKS)?).await;
    }
    let mut waits = Vec::new();
    while let Some(done) = users.join_next().await {
        waits.extend(done??);
    }
    Ok(waits)
}

async fn one_task(http: &Http, id: &str) -> Result<Vec<f64>> {
    let mut waits = Vec::new();
    let begun = Instant::now();
    create(http, &task("SIEGE", id, 1, 128, 600)).await?;
    waits.push(begun.elapsed().as_secs_f64() * 1000.0);
    let path = format!("/api/history/tasks/SIEGE/{id}");
    let mut is_killed = false;
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        ensure!(Instant::now() < deadline, "{id} does not end");
        let asked = Instant::now();
        let answer = http.get(&path).await?;
        waits.push(asked.elapsed().as_secs_f64() * 1000.0);
        if answer.status == StatusCode::NOT_FOUND {
            // It is recorded a moment after it was accepted.
            sleep(Duration::from_millis(100)).await;
            continue;
        }
        ensure!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.text());
        let state = answer.read::<Value>()?["row"]["state"].as_str().unwrap_or_default().to_owned();
        match state.as_str() {
            "RUNNING" if !is_killed => {
                let kill = json!({
                    "type": "KILL", "sourceAppName": "SIEGE", "taskId": id,
                    "opSpec": {"timeout": "5m", "parallelism": 1, "failureStrategy": "STOP"},
                });
                let asked = Instant::now();
                let answer = http.post("/apis/v1/tasks/operations", &kill).await?;
                waits.push(asked.elapsed().as_secs_f64() * 1000.0);
                ensure!(answer.status.is_success(), "KILL: {} {}", answer.status, answer.text());
                is_killed = true;
            }
            "STOPPED" => return Ok(waits),
            _ => {}
        }
        sleep(Duration::from_millis(300)).await;
    }
}

/// Most memory that a process has had.
fn peak_mb(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM in /proc")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}
