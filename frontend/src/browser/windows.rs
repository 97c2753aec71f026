use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::{StoredValue, document};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

/// Milliseconds after which work asks the other windows for a connection.
const CROWDED_MS: u32 = 1_000;
const CHANNEL: &str = "drove-dashboard-connections";

/// A message between the windows of one dashboard in one browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowMessage {
    /// A request of the sender waits for a connection.
    Need,
    /// The sender holds a connection for its live stream.
    Held,
}

impl WindowMessage {
    const ALL: [Self; 2] = [Self::Need, Self::Held];

    const fn text(self) -> &'static str {
        match self {
            Self::Need => "need",
            Self::Held => "held",
        }
    }
}

/// Sends a message to the other windows.
pub fn post_to_windows(message: WindowMessage) {
    if let Ok(channel) = BroadcastChannel::new(CHANNEL) {
        // The other windows work without it.
        let _ = channel.post_message(&JsValue::from_str(message.text()));
        channel.close();
    }
}

/// Does work that needs a connection, and asks the other windows for one if it takes long: together they may hold all that
/// the browser opens to the server.
pub async fn with_connection<T>(work: impl Future<Output = T>) -> T {
    let work = std::pin::pin!(work);
    match select(work, TimeoutFuture::new(CROWDED_MS)).await {
        Either::Left((done, _)) => done,
        Either::Right(((), work)) => {
            post_to_windows(WindowMessage::Need);
            work.await
        }
    }
}

/// Receives the messages of the other windows until the current owner is disposed.
pub fn owned_window_listener(handle: impl Fn(WindowMessage) + 'static) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
    let received = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string();
        if let Some(message) = WindowMessage::ALL.into_iter().find(|message| text.as_deref() == Some(message.text())) {
            handle(message);
        }
    });
    channel.set_onmessage(Some(received.as_ref().unchecked_ref()));
    // The owner drops it when it is disposed.
    let _held = StoredValue::new_local(Listening { channel, _received: received });
}

/// Whether this window receives the keyboard.
pub fn has_focus() -> bool {
    document().has_focus().unwrap_or(true)
}

struct Listening {
    channel: BroadcastChannel,
    _received: Closure<dyn Fn(MessageEvent)>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.channel.close();
    }
}
