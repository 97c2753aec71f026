use std::rc::Rc;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

/// What a stream of server-sent events tells.
pub enum StreamEvent {
    /// The server answered; frames follow.
    Opened,
    /// One frame.
    Frame {
        /// Its `event:` field.
        name: &'static str,
        /// Its `data:` field.
        data: String,
        /// Its `id:` field, or the last one before it; opaque.
        id: String,
    },
    /// The connection is gone. The stream does not come back by itself: the owner drops it and opens another.
    Failed,
}

/// An open `EventSource`; dropping it closes the connection.
pub struct EventStream {
    source: EventSource,
    // The browser calls these as long as `source` is open.
    _closures: Vec<Closure<dyn FnMut(Event)>>,
}

impl EventStream {
    /// Connects to `url` and reports to `tell` what comes, frames only of the given names.
    pub fn open(url: &str, names: &[&'static str], tell: impl Fn(StreamEvent) + 'static) -> Option<Self> {
        Self::connect(url, names, Rc::new(tell))
    }

    fn connect(url: &str, names: &[&'static str], tell: Rc<dyn Fn(StreamEvent)>) -> Option<Self> {
        let source = EventSource::new(url).ok()?;
        let mut closures = Vec::with_capacity(names.len() + 2);
        let opened = tell.clone();
        closures.push(listen(&source, "open", move |_| opened(StreamEvent::Opened)));
        let failed = tell.clone();
        closures.push(listen(&source, "error", move |_| failed(StreamEvent::Failed)));
        for name in names.iter().copied() {
            let tell = tell.clone();
            closures.push(listen(&source, name, move |event| {
                if let Some(message) = event.dyn_ref::<MessageEvent>()
                    && let Some(data) = message.data().as_string()
                {
                    tell(StreamEvent::Frame { name, data, id: message.last_event_id() });
                }
            }));
        }
        Some(Self { source, _closures: closures })
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.source.close();
    }
}

fn listen(source: &EventSource, name: &str, handle: impl FnMut(Event) + 'static) -> Closure<dyn FnMut(Event)> {
    let closure = Closure::<dyn FnMut(Event)>::new(handle);
    // The name is one of ours and the closure is a function: neither can be refused.
    let _ = source.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure
}
