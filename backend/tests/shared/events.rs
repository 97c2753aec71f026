//! Server-sent events, as a browser reads them.

use axum::body::{Body, BodyDataStream};
use flate2::write::GzDecoder;
use futures_util::StreamExt;
use http::{Response, StatusCode, header};
use std::{io::Write, time::Duration};

const DEADLINE: Duration = Duration::from_secs(60);

pub struct Event {
    pub name: String,
    pub id: String,
    pub data: String,
}

/// An event stream.
pub struct Events {
    body: BodyDataStream,
    pub gzip: Option<GzDecoder<Vec<u8>>>,
    text: String,
}

impl Events {
    /// The stream that a request was answered with.
    pub fn of(response: Response<Body>) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        let gzip = response.headers().contains_key(header::CONTENT_ENCODING).then(|| GzDecoder::new(Vec::new()));
        Self { body: response.into_body().into_data_stream(), gzip, text: String::new() }
    }

    /// The next event; nothing at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let value = block.lines().find_map(|line| line.strip_prefix(name));
                    value.map(|value| value.trim_start().to_owned()).unwrap_or_default()
                };
                let event = Event { name: field("event:"), id: field("id:"), data: field("data:") };
                self.text = rest.to_owned();
                if event.data.is_empty() {
                    continue;
                }
                return Some(event);
            }
            let chunk =
                tokio::time::timeout(DEADLINE, self.body.next()).await.expect("an event within the deadline")?;
            self.take(&chunk.unwrap());
        }
    }

    fn take(&mut self, chunk: &[u8]) {
        let Some(gzip) = &mut self.gzip else {
            return self.text.push_str(std::str::from_utf8(chunk).unwrap());
        };
        gzip.write_all(chunk).unwrap();
        gzip.flush().unwrap();
        let plain = std::mem::take(gzip.get_mut());
        assert!(plain.ends_with(b"\n\n"), "each piece can be read to the end of an event: {plain:?}");
        self.text.push_str(std::str::from_utf8(&plain).unwrap());
    }
}
