//! The process in front of a real cluster, which is a demo here, told what to do by its environment alone.

use anyhow::{Context, Result, ensure};
use hyper::StatusCode;
use model::dashboard::{SessionInfo, SignIn};
use serde_json::json;
use tests::{
    http::{Answer, Http},
    server::Server,
    wait,
};

const KEY: &str = "a key that only these replicas know, and nobody else";
const OPERATIONS: &str = "/apis/v1/tasks/operations";

/// Variables of a replica in front of `there`; those that are set to nothing are not set.
fn variables(there: &Server) -> Vec<(&str, &str)> {
    vec![
        ("DROVE_DASHBOARD_LISTEN", "127.0.0.1:0"),
        ("DROVE_DASHBOARD_CONTROLLER", there.address()),
        ("DROVE_DASHBOARD_USERNAME", "admin"),
        ("DROVE_DASHBOARD_PASSWORD", "admin"),
        ("DROVE_DASHBOARD_SESSION_KEY", KEY),
        ("DROVE_DASHBOARD_LOG", "json"),
        ("DROVE_DASHBOARD_ALLOW_HOST", "dash.example.org"),
        ("RUST_LOG", "debug"),
        ("DROVE_DASHBOARD_AUTH_HEADER", ""),
        ("DROVE_DASHBOARD_CA_FILE", ""),
        ("DROVE_DASHBOARD_CLUSTER", ""),
        ("DROVE_DASHBOARD_CONFIG", ""),
        ("DROVE_DASHBOARD_DROVE_FILE", ""),
        ("DROVE_DASHBOARD_INSECURE", ""),
        ("DROVE_DASHBOARD_LEDGER", ""),
        ("DROVE_DASHBOARD_OPEN", ""),
    ]
}

/// Signs in once there is a leader to ask.
async fn sign_in(server: &Server, user: &str, password: &str) -> Result<Answer> {
    let given = SignIn { user: user.to_owned(), password: password.to_owned() };
    wait::until("a leader", async || {
        let answer = Http::new(server.address()).post("/api/session", &given).await?;
        Ok((answer.status != StatusCode::SERVICE_UNAVAILABLE).then_some(answer))
    })
    .await
}

#[tokio::test]
async fn replicas_that_share_a_key_share_their_sessions_whatever_their_ports() -> Result<()> {
    let there = Server::demo("empty").await?;
    let told = variables(&there);
    let one = Server::serve_by_environment(&told).await?;
    let other = Server::serve_by_environment(&told).await?;
    let signed_in = sign_in(&one, "guest", "guest").await?;
    ensure!(signed_in.status == StatusCode::OK, "{}", signed_in.text());
    let with_cookie = Http::new(other.address()).with_cookies_of(&signed_in);
    let session = wait::until("the other one's leader", async || {
        let session: SessionInfo = with_cookie.get("/api/session").await?.read()?;
        Ok(session.unverified.is_none().then_some(session))
    })
    .await?;
    ensure!(session.user.as_deref() == Some("guest"), "{session:?}");
    let history = with_cookie.get("/api/history/tasks").await?;
    ensure!(history.status == StatusCode::OK, "{}", history.text());
    Ok(())
}

#[tokio::test]
async fn nothing_is_told_to_strangers_and_no_credential_to_the_log() -> Result<()> {
    let there = Server::demo("empty").await?;
    let dashboard = Server::serve_by_environment(&variables(&there)).await?;
    let refused = sign_in(&dashboard, "guest", "wr0ng-s3cret").await?;
    ensure!(refused.status == StatusCode::UNAUTHORIZED, "{}", refused.text());
    let stranger = Http::new(dashboard.address());
    for path in [
        "/api/live?view=tasks",
        "/api/history/tasks",
        "/api/history/tasks/export?format=csv",
        "/api/history/tasks/export?format=jsonl",
        "/api/logs/SHOP/one",
        "/api/logs/SHOP/one/output.log",
        "/api/logs/SHOP/one/output.log?download",
        "/api/clusters",
    ] {
        let answer = stranger.get(path).await?;
        ensure!(answer.status == StatusCode::UNAUTHORIZED, "{path}: {}", answer.status);
        ensure!(!answer.headers.contains_key("www-authenticate"), "{path}");
    }

    let signed_in = sign_in(&dashboard, "admin", "admin").await?;
    let cookie = signed_in.headers.get("set-cookie").context("no cookie")?.to_str()?;
    let sealed = cookie.split(['=', ';']).nth(1).context("an empty cookie")?;
    let with_token = Http::new(dashboard.address()).sign_in("admin", "an0ther-s3cret");
    let creation = json!({ "type": "KILL", "sourceAppName": "SHOP", "taskId": "none" });
    let answers = [
        refused,
        with_token.get("/api/history/tasks").await?,
        with_token.get("/apis/v1/tasks").await?,
        with_token.post(OPERATIONS, &creation).await?,
        Http::new(dashboard.address()).with_cookies_of(&signed_in).get("/apis/v1/tasks").await?,
    ];
    // `base64(user:password)` of each, the passwords themselves, the key, and the sealed cookie.
    let secrets =
        ["wr0ng-s3cret", "an0ther-s3cret", "YWRtaW46YWRtaW4", "YWRtaW46YW4wdGhlci1zM2NyZXQ", KEY, &sealed[..24]];
    let log = dashboard.log();
    ensure!(log.contains("\"audit\""), "nothing was logged: {log}");
    for secret in secrets {
        ensure!(!log.contains(secret), "{secret} in the log");
        ensure!(answers.iter().all(|answer| !answer.text().contains(secret)), "{secret} in an answer");
    }
    Ok(())
}
