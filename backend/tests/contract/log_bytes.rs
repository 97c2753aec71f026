//! The bytes of a log, which a recording can only show the shape of (contract 2.4).

use super::world::{World, any, basic, container, gpu, key};
use axum::body::Body;
use controller::{OutputLine, Stream};
use http::{Request, header};
use serde_json::json;
use std::time::Duration;

/// A task of which about 80 KB were logged.
async fn chatty() -> World {
    let line = |n: u64| (n, OutputLine { stream: Stream::Stdout, text: format!("line {n} grüße 🚀") });
    let world = World::recorded([(key("log"), container((0..1000).map(line).collect(), None))]).await;
    world.create("log", 64, any()).await;
    world.step(Duration::from_secs(5)).await;
    world
}

async fn read(world: &World, query: &str) -> (String, i64) {
    let body = world.get(&format!("/apis/v1/logfiles/tasks/REC/log/read/output.log{query}")).await.json();
    (body["data"].as_str().unwrap().to_owned(), body["offset"].as_i64().unwrap())
}

async fn whole(world: &World) -> Vec<u8> {
    world.get("/apis/v1/logfiles/tasks/REC/log/download/output.log").await.plain()
}

#[tokio::test]
async fn the_pieces_are_the_file() {
    let world = chatty().await;
    let whole = whole(&world).await;
    let (nothing, end) = read(&world, "").await;
    assert_eq!((nothing.as_str(), usize::try_from(end).unwrap()), ("", whole.len()));
    assert!(whole.len() > 65_536);

    let (first, offset) = read(&world, "?offset=0").await;
    assert_eq!((first.as_bytes(), offset), (&whole[..32_768], 0));
    let (short, offset) = read(&world, "?offset=7&length=10").await;
    assert_eq!((short.as_bytes(), offset), (&whole[7..17], 7));
    let (beyond, offset) = read(&world, "?offset=99999999").await;
    assert_eq!((beyond.as_str(), offset), ("", 99_999_999));
}

#[tokio::test]
async fn a_character_that_is_cut_is_replaced_on_both_sides() {
    let world = chatty().await;
    let text = String::from_utf8(whole(&world).await).unwrap();
    let middle = text.find('ü').unwrap() + 1;
    let (before, _) = read(&world, &format!("?offset={}&length=3", middle - 3)).await;
    let (after, _) = read(&world, &format!("?offset={middle}&length=3")).await;
    assert_eq!((before.as_str(), after.as_str()), ("gr\u{fffd}", "\u{fffd}ß"));
}

#[tokio::test]
async fn a_download_can_be_compressed_and_ignores_ranges() {
    let world = chatty().await;
    let request = Request::get("/apis/v1/logfiles/tasks/REC/log/download/output.log?rename=true")
        .header(header::AUTHORIZATION, basic("guest", "guest"))
        .header(header::ACCEPT_ENCODING, "gzip")
        .header(header::RANGE, "bytes=0-9");
    let answer = world.answer(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.body.len() * 4 < answer.plain().len());
    assert_eq!(answer.plain(), whole(&world).await);
    let name = answer.header("content-disposition").unwrap();
    assert!(name.starts_with("attachment; filename=REC_log_output.log-20"), "{name}");
}

#[tokio::test]
async fn a_log_goes_with_its_record() {
    let world = chatty().await;
    let list = world.get("/apis/v1/logfiles/tasks/REC/log/list").await.json();
    assert_eq!(list, json!({ "files": ["output.log"] }));
    let delete =
        Request::delete("/apis/v1/tasks/REC/instances/log").header(header::AUTHORIZATION, basic("admin", "admin"));
    assert_eq!(world.answer(delete.body(Body::empty()).unwrap()).await.status, 200);
    assert_eq!(world.get("/apis/v1/logfiles/tasks/REC/log/list").await.status, 204);
}

#[tokio::test]
async fn a_task_that_is_created_again_on_an_executor_goes_on_in_its_log() {
    let says = |text: &str| (1, OutputLine { stream: Stream::Stdout, text: text.to_owned() });
    let world = World::recorded([(key("log"), container(vec![says("once more")], Some(1_000)))]).await;
    let mut logs = Vec::new();
    // One executor has the tag.
    for _ in 0..2 {
        world.create("log", 64, gpu()).await;
        world.until("it ends", async || world.state("log").await == "STOPPED").await;
        let delete =
            Request::delete("/apis/v1/tasks/REC/instances/log").header(header::AUTHORIZATION, basic("admin", "admin"));
        let log = whole(&world).await;
        world.step(Duration::from_secs(20)).await;
        assert_eq!(world.answer(delete.body(Body::empty()).unwrap()).await.status, 200);
        assert_eq!(world.get("/apis/v1/logfiles/tasks/REC/log/list").await.status, 204);
        logs.push(String::from_utf8(log).unwrap());
    }
    let [first, both] = logs.as_slice() else { panic!("{logs:?}") };
    assert!(both.starts_with(first), "the lines of the first run are still there");
    assert_eq!((first.matches("once more").count(), both.matches("once more").count()), (1, 2));
}
