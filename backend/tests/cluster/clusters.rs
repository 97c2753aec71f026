//! Several clusters in one dashboard.

use super::{
    dashboard::{Dashboard, FROM_PAGE, answered, basic, config, create, eventually, get, request},
    fake::Fake,
};
use backend::config::ClusterConfig;
use http::{Method, StatusCode};
use model::dashboard::ClusterList;

#[tokio::test]
async fn each_cluster_has_its_own_api_history_and_session() {
    let (one, two) = (Fake::start().await, Fake::start().await);
    let second = ClusterConfig { colour: Some("#b91c1c".into()), label: "Production".into(), ..config("two", &two) };
    let dashboard = Dashboard::of(vec![config("one", &one), second], None).await;
    for prefix in ["", "/clusters/one", "/clusters/two"] {
        eventually("a leader", async || {
            (dashboard.get(&format!("{prefix}/apis/v1/ping")).await.0 == StatusCode::OK).then_some(())
        })
        .await;
    }
    let headers = [("authorization", &*basic("admin")), ("content-type", "application/json")];
    let path = "/clusters/two/apis/v1/tasks/operations";
    let response = dashboard.send(request(Method::POST, path, &headers, create("t").to_string())).await;
    assert_eq!(response.status(), StatusCode::OK);
    dashboard.recorded("/clusters/two", "t").await;
    assert_eq!(dashboard.get("/clusters/one/api/history/tasks/TEST_APP/t").await.0, StatusCode::NOT_FOUND);
    assert_eq!(dashboard.get("/api/history/tasks/TEST_APP/t").await.0, StatusCode::NOT_FOUND);
    assert_eq!(dashboard.get("/clusters/three/api/history/tasks").await.0, StatusCode::NOT_FOUND);

    let (status, cookies) = dashboard.sign_in("/clusters/two", "guest", "guest").await;
    assert_eq!(status, StatusCode::OK);
    let with_cookie = [("cookie", cookies.as_str()), FROM_PAGE];
    let status = async |path: &str| dashboard.send(get(path, &with_cookie)).await.status();
    assert_eq!(status("/clusters/two/api/history/tasks").await, StatusCode::OK);
    assert_eq!(status("/clusters/one/api/history/tasks").await, StatusCode::UNAUTHORIZED);
    let (_, list) = answered(dashboard.send(get("/clusters/two/api/clusters", &with_cookie)).await).await;
    let list: ClusterList = serde_json::from_value(list).unwrap();
    let [first, second] = &list.clusters[..] else { panic!("{list:?}") };
    assert_eq!((second.label.label.as_str(), second.label.colour.as_deref()), ("Production", Some("#b91c1c")));
    assert!(first.status.is_none() && first.controllers.is_empty(), "not signed in there: {first:?}");
    assert!(second.status.is_some() && second.controllers.len() == 3);
    let to_one = one.arrivals();
    assert!(to_one.iter().all(|a| a.headers.get("authorization").is_none_or(|value| value != &*basic("guest"))));
}
