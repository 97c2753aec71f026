//! What the dashboard costs between a client and the leader: reads beside nginx, and operations with their record.

use super::{
    controller::Controller,
    load::{create, task},
    table::{Row, percentile},
};
use anyhow::{Result, ensure};
use std::{
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tests::{http::Http, server::Server};
use tokio::net::TcpListener;

const CONNECTIONS: usize = 16;
/// Each side is measured so often, in turns, so that a slow moment of the machine hits both.
const TURNS: usize = 3;
const TURN: Duration = Duration::from_secs(4);
/// Operations a second, and for how long.
const PACE: u32 = 1_000;
const SPAN: Duration = Duration::from_secs(6);
const READ: &str = "/apis/v1/cluster";

pub async fn run() -> Result<Vec<Row>> {
    let controller = Controller::start(&[]).await?;
    let dashboard = Server::serve(&controller.cluster()).await?;
    let (ours, direct) = (user(dashboard.address()), user(controller.address()));
    let (nginx, address) = Nginx::start(controller.address()).await?;
    let theirs = user(&address);

    let (mut we, mut they) = (0.0, 0.0);
    for _ in 0..TURNS {
        they += reads(&theirs).await?;
        we += reads(&ours).await?;
    }
    drop(nginx);
    let (mut straight, mut forwarded) = (paced(&direct, "d").await?, paced(&ours, "f").await?);
    let added = |share, a: &mut [f64], b: &mut [f64]| (percentile(a, share) - percentile(b, share)).max(0.0);
    let (p50, p99) = (added(0.5, &mut forwarded, &mut straight), added(0.99, &mut forwarded, &mut straight));
    let full = flood(&ours, &controller).await?;
    let what = format!(
        "forwarded GET, {CONNECTIONS} connections: throughput beside nginx's ({:.0} a second)",
        they / TURNS as f64
    );
    Ok(vec![
        Row::at_least(&what, we / they, 0.8, "x"),
        Row::at_most("forwarded operation, 1,000 a second, intent recorded before each: added p50", p50, 1.0, "ms"),
        Row::at_most("… added p99", p99, 5.0, "ms"),
        Row::at_least("… accepted at full load", full, 3500.0, "a second"),
    ])
}

fn user(address: &str) -> Http {
    Http::new(address).sign_in("eva", "eva")
}

/// nginx, which stops with this.
struct Nginx {
    folder: TempDir,
}

impl Nginx {
    /// Starts it in front of `upstream`, with connections kept on both sides. Second, where it listens.
    async fn start(upstream: &str) -> Result<(Self, String)> {
        let folder = TempDir::new()?;
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let text = format!(
            "worker_processes auto;\npid {dir}/nginx.pid;\nerror_log {dir}/error.log;\nevents {{ worker_connections 1024; }}\n\
             http {{\n access_log off;\n client_body_temp_path {dir}/body;\n proxy_temp_path {dir}/proxy;\n\
             fastcgi_temp_path {dir}/fastcgi;\n uwsgi_temp_path {dir}/uwsgi;\n scgi_temp_path {dir}/scgi;\n\
             keepalive_requests 1000000;\n upstream leader {{ server {upstream}; keepalive 64; keepalive_requests 1000000; }}\n\
             server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://leader; proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }}\n}}\n",
            dir = folder.path().display(),
            upstream = upstream.trim_start_matches("http://"),
        );
        std::fs::write(folder.path().join("nginx.conf"), text)?;
        let nginx = Self { folder };
        ensure!(nginx.command(&[])?.success(), "cannot start nginx: `cargo xtask bench` installs it");
        let address = format!("http://127.0.0.1:{port}");
        let http = user(&address);
        tests::wait::until("nginx to listen", async || Ok(http.get(READ).await.ok())).await?;
        Ok((nginx, address))
    }

    /// Runs nginx's command; without arguments it starts in the background.
    fn command(&self, arguments: &[&str]) -> std::io::Result<ExitStatus> {
        let quiet = Stdio::null;
        let mut command = Command::new("nginx");
        command.arg("-c").arg(self.folder.path().join("nginx.conf")).args(["-e", "stderr"]).args(arguments);
        command.stdin(quiet()).stdout(quiet()).stderr(quiet()).status()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers would survive a kill of the first process. What goes wrong here is nothing to measure.
        drop(self.command(&["-s", "stop"]));
    }
}

/// Reads a second over all connections; every answer must be a success.
async fn reads(http: &Http) -> Result<f64> {
    let began = Instant::now();
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let http = http.clone();
            tokio::spawn(async move {
                let mut count = 0_u32;
                while began.elapsed() < TURN {
                    let answer = http.get(READ).await?;
                    ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
                    count += 1;
                }
                Ok(count)
            })
        })
        .collect();
    let mut sum = 0_u32;
    for worker in workers {
        sum += worker.await??;
    }
    Ok(f64::from(sum) / began.elapsed().as_secs_f64())
}

/// CREATEs at [`PACE`], whatever their answers take. Milliseconds to each answer, from when it was due.
async fn paced(http: &Http, prefix: &str) -> Result<Vec<f64>> {
    let began = tokio::time::Instant::now();
    let mut sent = Vec::new();
    for number in 0..PACE * u32::try_from(SPAN.as_secs())? {
        let due = began + Duration::from_secs(1) * number / PACE;
        tokio::time::sleep_until(due).await;
        let (http, task) = (http.clone(), task("FORWARD", &format!("{prefix}-{number}"), 1, 64, 1));
        sent.push(tokio::spawn(async move {
            create(&http, &task).await?;
            anyhow::Ok(due.elapsed().as_secs_f64() * 1000.0)
        }));
    }
    let mut delays = Vec::new();
    for answer in sent {
        delays.push(answer.await??);
    }
    Ok(delays)
}

/// Operations a second that arrive and are answered, from as many connections as answer soonest.
async fn flood(http: &Http, controller: &Controller) -> Result<f64> {
    let (began, before) = (Instant::now(), controller.accepted());
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|n| {
            let http = http.clone();
            tokio::spawn(async move {
                let mut count = 0_u64;
                while began.elapsed() < SPAN {
                    create(&http, &task("FLOOD", &format!("c{n}-{count}"), 1, 64, 1)).await?;
                    count += 1;
                }
                anyhow::Ok(count)
            })
        })
        .collect();
    let mut sum = 0;
    for worker in workers {
        sum += worker.await??;
    }
    let seconds = began.elapsed().as_secs_f64();
    ensure!(controller.accepted() - before == sum, "{sum} were answered, {} arrived", controller.accepted() - before);
    Ok(sum as f64 / seconds)
}
