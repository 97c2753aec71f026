//! A controller's response must not act as the page: it comes from the page's origin.

use anyhow::{Context, Result, ensure};
use hyper::{HeaderMap, StatusCode, header::HeaderValue};
use tests::http::Http;

use crate::support::served;

/// Headers that act on the origin, the connection or our own client.
const HOSTILE: [&str; 10] = [
    "set-cookie",
    "clear-site-data",
    "service-worker-allowed",
    "access-control-allow-origin",
    "strict-transport-security",
    "refresh",
    "alt-svc",
    "location",
    "dashboard-outcome",
    "link",
];

#[tokio::test]
async fn a_response_is_sandboxed_and_loses_hostile_headers() -> Result<()> {
    let (_demo, gateway, dashboard) = served().await?;
    let mut headers = HeaderMap::new();
    for name in HOSTILE {
        headers.append(name, HeaderValue::from_static("x=y"));
    }
    headers.append("content-type", HeaderValue::from_static("text/html"));
    headers.append("content-security-policy", HeaderValue::from_static("default-src *"));
    gateway.add_headers(headers);
    for path in ["/apis/v1/tasks", "/clusters/two/apis/v1/tasks", "/clusters/two/apis/v1/none"] {
        let answer = dashboard.admin().get(path).await?;
        for name in HOSTILE {
            ensure!(!answer.headers.contains_key(name), "{path} passes {name}");
        }
        let only = |name: &str| -> Result<String> {
            let mut values = answer.headers.get_all(name).iter();
            let value = values.next().with_context(|| format!("{path} has no {name}"))?;
            ensure!(values.next().is_none(), "{path} has several {name}");
            Ok(value.to_str()?.to_owned())
        };
        ensure!(only("content-security-policy")? == "default-src 'none'; sandbox");
        ensure!(only("x-content-type-options")? == "nosniff");
        ensure!(only("content-type")? == "application/octet-stream", "two media types");
    }
    Ok(())
}

#[tokio::test]
async fn a_cluster_is_not_reached_through_another_one() -> Result<()> {
    let (_demo, _gateway, dashboard) = served().await?;
    for path in ["/clusters/one/clusters/two/apis/v1/ping", "/clusters/one/clusters/two/api/session"] {
        let answer = Http::new(dashboard.address()).get(path).await?;
        ensure!(answer.status == StatusCode::NOT_FOUND, "{path}: {}", answer.status);
    }
    Ok(())
}
