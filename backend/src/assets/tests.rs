#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;

fn assets() -> Assets {
    let files = [
        ("index.html", "<p>page"),
        ("index.html.br", "BR"),
        ("app-0123456789abcdef.js", "code"),
        ("app-0123456789abcdef.js.gz", "GZ"),
        ("theme.js", "theme"),
    ];
    Assets::from_files(files.map(|(name, content)| (name.to_owned(), Bytes::from_static(content.as_bytes()))))
}

fn asking(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
}

async fn body(response: Response) -> Bytes {
    axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap()
}

#[tokio::test]
async fn the_form_sent_is_one_that_is_accepted() {
    let assets = assets();
    for (accepted, coding, content) in [
        ("gzip, deflate, br", Some("br"), "BR"),
        ("gzip", None, "<p>page"),
        ("br;q=0", None, "<p>page"),
        ("", None, "<p>page"),
    ] {
        let response = assets.index(&asking(&[(header::ACCEPT_ENCODING, accepted)]), StatusCode::OK);
        let sent = response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(sent.as_deref(), coding, "{accepted}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(body(response).await, content, "{accepted}");
    }
}

#[tokio::test]
async fn hashed_names_are_kept_for_ever_and_the_page_is_asked_for_again() {
    let assets = assets();
    let cache = |response: &Response| response.headers()[header::CACHE_CONTROL].to_str().unwrap().to_owned();
    assert!(cache(&assets.file("/app-0123456789abcdef.js", &HeaderMap::new()).unwrap()).contains("immutable"));
    assert_eq!(cache(&assets.file("/theme.js", &HeaderMap::new()).unwrap()), "no-cache");
    let page = assets.index(&HeaderMap::new(), StatusCode::OK);
    assert_eq!(cache(&page), "no-cache");

    let etag = page.headers()[header::ETAG].to_str().unwrap().to_owned();
    let again = assets.index(&asking(&[(header::IF_NONE_MATCH, &etag)]), StatusCode::OK);
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(body(again).await.is_empty());
    // A path that is no page is told so each time.
    let missing = assets.index(&asking(&[(header::IF_NONE_MATCH, &etag)]), StatusCode::NOT_FOUND);
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
}

#[test]
fn only_embedded_names_are_files() {
    let assets = assets();
    for path in ["/app-0123456789abcdef.js.gz", "/../Cargo.toml", "/index.html", "/", "theme.js", "/nothing.css"] {
        assert!(assets.file(path, &HeaderMap::new()).is_none(), "{path}");
    }
}

#[tokio::test]
async fn a_binary_without_the_page_says_so() {
    let assets = Assets::from_files([]);
    let text = body(assets.index(&HeaderMap::new(), StatusCode::OK)).await;
    assert!(String::from_utf8(text.to_vec()).unwrap().contains("cargo xtask build"));
}

#[test]
fn hashes_are_recognised() {
    for name in ["a-0123456789abcdef.css", "x-0123456789abcdef_bg.wasm", "f-0123456789abcdef0123.woff2"] {
        assert!(has_hash(name), "{name}");
    }
    for name in ["start.js", "0123456789abcdef.css", "a-0123.css"] {
        assert!(!has_hash(name), "{name}");
    }
}

#[tokio::test]
async fn below_a_path_each_form_of_the_page_names_files_there() {
    use std::io::Read;
    let page = format!("<html data-base=\"\"><script src=\"/theme.js\"></script>{}", "<p>long</p>".repeat(100));
    let files =
        [("index.html", page.as_str()), ("index.html.br", "BR"), ("index.html.gz", "GZ"), ("theme.js", "theme")];
    let files = files.map(|(name, content)| (name.to_owned(), Bytes::copy_from_slice(content.as_bytes())));
    let assets = Assets::from_files(files).below(&"/drove".parse().unwrap());
    let mut bodies = Vec::new();
    for (accepted, coding) in [("br", None), ("gzip, br", Some("gzip"))] {
        let response = assets.index(&asking(&[(header::ACCEPT_ENCODING, accepted)]), StatusCode::OK);
        let sent = response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(sent.as_deref(), coding, "{accepted}");
        bodies.push(body(response).await);
    }
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(&bodies[1][..]).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked.as_bytes(), bodies[0]);
    assert!(unpacked.starts_with("<html data-base=\"/drove\"><script src=\"/drove/theme.js\">"), "{unpacked}");
}
