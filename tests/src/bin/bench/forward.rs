//! What the dashboard costs between a client and the leader: reads beside nginx, and operations with their record.

use super::{
    controller::Controller,
    load::{create, task},
    table::{Row, percentile},
};
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};
use tests::{http::Http, nginx::Nginx, server::Server};

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
    let nginx = Nginx::start(|port| forwarding(port, controller.address())).await?;
    let theirs = user(nginx.address());

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

/// What nginx forwards with connections kept on both sides.
fn forwarding(port: u16, upstream: &str) -> String {
    format!(
        " keepalive_requests 1000000;\n upstream leader {{ server {upstream}; keepalive 64; keepalive_requests 1000000; }}\n \
         server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://leader; proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }}",
        upstream = upstream.trim_start_matches("http://"),
    )
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
