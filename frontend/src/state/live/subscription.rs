//! The one stream of a page. It is closed while the page is hidden, comes back by itself with growing pauses, and goes
//! on after the last frame it saw.

use super::{Link, Live, backoff, silence::is_dead, use_live};
use crate::{
    api::{Api, FRAME_NAMES, FrameHead, LiveView, ViewFrame, read_notice, use_api},
    browser::{
        self, EventStream, OwnedTasks, OwnedTimer, StreamEvent, WindowMessage, has_focus, owned_interval, owned_tasks,
        owned_timer, owned_window_listener, post_to_windows,
    },
    state::{Clock, Session, use_clock, use_session},
};
use leptos::prelude::*;
use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

/// Connections that browsers open to one server over HTTP/1.1.
const CONNECTIONS: usize = 6;
const WATCH_MS: u64 = 1_000;
/// Time for a probe to be answered.
const PROBE_SECONDS: u32 = 2;
/// How long a window without the keyboard leaves its connection to others, in milliseconds.
const YIELD_MS: u32 = 8_000;
/// A stream that was open for so long shows that there are connections enough.
const SETTLED_MS: f64 = 30_000.0;
/// While the cluster has no leader and nothing is shown yet, the server, which looks for one twice a second, is asked so
/// often.
const LEADERLESS_MS: u32 = 400;

/// A running subscription; it ends with the view that made it.
#[derive(Clone, Copy)]
pub struct Subscription(StoredValue<Rc<Stream>, LocalStorage>);

impl Subscription {
    /// Asks for a new snapshot: what was left aside until now is then shown.
    pub fn restart(&self) {
        let stream = self.0.get_value();
        stream.forget_position();
        stream.open();
    }
}

/// Follows `view`, whose frames are `F`, and hands each to `take`. Status, clock and connection are dealt with here.
pub fn subscribe<F: ViewFrame>(view: Signal<LiveView>, take: impl Fn(F) + 'static) -> Subscription {
    let read: TakeFrame = Rc::new(move |name, data, hear| {
        let (head, frame) = F::read(name, data)?;
        hear(head);
        take(frame);
        Ok(())
    });
    subscribe_with(view, read)
}

/// Reads the frame of a name, first reports its head, then shows it.
type TakeFrame = Rc<dyn Fn(&str, &str, &dyn Fn(Option<FrameHead>)) -> Result<(), serde_json::Error>>;

fn subscribe_with(view: Signal<LiveView>, take: TakeFrame) -> Subscription {
    let stream = Rc::new(Stream {
        api: use_api(),
        live: use_live(),
        clock: use_clock(),
        session: use_session(),
        take,
        retry: owned_timer(),
        tasks: owned_tasks(),
        state: RefCell::new(State::default()),
    });
    Effect::new({
        let stream = stream.clone();
        move |_| {
            let view = view.get();
            stream.state.borrow_mut().view = Some(view);
            stream.forget_position();
            stream.open();
        }
    });
    browser::on_visibility_change({
        let stream = Rc::downgrade(&stream);
        move || with(&stream, |s| if browser::is_hidden() { s.close() } else { s.open() })
    });
    browser::on_network_back({
        let stream = Rc::downgrade(&stream);
        move || with(&stream, Stream::open)
    });
    owned_window_listener({
        let stream = Rc::downgrade(&stream);
        move |message| with(&stream, |s| s.receive(message))
    });
    owned_interval(WATCH_MS, {
        let stream = Rc::downgrade(&stream);
        move || with(&stream, Stream::watch)
    });
    let held = StoredValue::new_local(stream);
    on_cleanup(move || held.with_value(|stream| stream.close()));
    Subscription(held)
}

struct Stream {
    api: Api,
    live: Live,
    clock: Clock,
    session: Session,
    take: TakeFrame,
    retry: OwnedTimer,
    tasks: OwnedTasks,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    view: Option<LiveView>,
    /// ID of the last frame taken.
    position: Option<String>,
    source: Option<EventStream>,
    failures: u32,
    /// When the connection was asked for.
    asked_ms: f64,
    /// When it was opened, if it is.
    opened_ms: Option<f64>,
    /// When something last came.
    received_ms: f64,
    /// Windows that hold a connection, this one too, as far as they have answered.
    held: usize,
}

impl Stream {
    fn forget_position(&self) {
        self.state.borrow_mut().position = None;
    }

    fn close(&self) {
        self.retry.stop();
        let mut state = self.state.borrow_mut();
        state.source = None;
        state.opened_ms = None;
    }

    fn open(self: &Rc<Self>) {
        self.close();
        if browser::is_hidden() {
            return;
        }
        let url = {
            let state = self.state.borrow();
            let Some(view) = &state.view else { return };
            self.api.live(view, state.position.as_deref())
        };
        let stream = Rc::downgrade(self);
        let source = EventStream::open(&url, FRAME_NAMES, move |event| with(&stream, |s| s.hear(event)));
        let mut state = self.state.borrow_mut();
        state.asked_ms = browser::monotonic_ms();
        state.source = source;
    }

    fn hear(self: &Rc<Self>, event: StreamEvent) {
        let now = browser::monotonic_ms();
        self.state.borrow_mut().received_ms = now;
        match event {
            StreamEvent::Opened => {
                {
                    let mut state = self.state.borrow_mut();
                    state.failures = 0;
                    state.opened_ms = Some(now);
                }
                self.set_link(Link::Open);
                self.session.ensure_known();
            }
            StreamEvent::Failed => self.lost(),
            StreamEvent::Frame { name, data, id } => {
                let hear = |head| self.frame(head, &id);
                let read = match name {
                    "notice" => read_notice(&data).map(|head| hear(Some(head))),
                    _ => (self.take)(name, &data, &hear),
                };
                if let Err(fault) = read {
                    // A frame from another version of the server: what follows cannot be trusted, a snapshot can.
                    leptos::logging::error!("live frame {name} cannot be read: {fault}");
                    self.forget_position();
                    self.lost();
                }
            }
        }
    }

    /// A frame was read; what it shows follows.
    fn frame(&self, head: Option<FrameHead>, id: &str) {
        self.state.borrow_mut().position = Some(id.to_owned());
        if let Some(FrameHead { now, cluster }) = head {
            let cluster_signal = self.live.cluster;
            if cluster.is_some() && cluster_signal.with_untracked(|known| *known != cluster) {
                cluster_signal.set(cluster);
            }
            let paused = cluster_signal.with_untracked(|c| c.as_ref().is_some_and(|c| c.clock_paused.is_some()));
            self.clock.sync(now, paused);
        }
        self.set_link(Link::Open);
    }

    fn set_link(&self, link: Link) {
        if self.live.link.get_untracked() != link {
            self.live.link.set(link);
        }
    }

    fn lost(self: &Rc<Self>) {
        self.close();
        if self.live.link.get_untracked() == Link::Open {
            self.set_link(Link::Lost { since: self.clock.exact() });
        }
        // A stream does not tell why it failed; the session does when nobody is signed in, or nobody can be asked.
        self.session.refresh();
        let failures = self.state.borrow().failures.saturating_add(1);
        self.state.borrow_mut().failures = failures;
        let delay = backoff::delay(failures, browser::chance());
        self.come_back_in(u32::try_from(delay.as_millis()).unwrap_or(u32::MAX));
    }

    fn come_back_in(self: &Rc<Self>, millis: u32) {
        let stream = Rc::downgrade(self);
        self.retry.start(millis, move || with(&stream, Stream::come_back));
    }

    /// Opens the stream again; while nobody can be asked who may, asks first.
    fn come_back(self: &Rc<Self>) {
        if !self.session.is_unverified_now() {
            return self.open();
        }
        let (stream, session) = (Rc::downgrade(self), self.session);
        self.tasks.spawn(async move {
            let is_answered = session.ask().await;
            with(&stream, |s| if is_answered { s.open_if_verified() } else { s.lost() });
        });
    }

    fn open_if_verified(self: &Rc<Self>) {
        if browser::is_hidden() || self.state.borrow().source.is_some() {
            return;
        }
        if self.session.is_unverified_now() {
            self.come_back_in(LEADERLESS_MS);
        } else {
            self.open();
        }
    }

    /// Gives up a connection that is dead, or that never comes.
    fn watch(self: &Rc<Self>) {
        let now = browser::monotonic_ms();
        let (is_open, dead, settled) = {
            let state = self.state.borrow();
            let since = state.opened_ms.map_or(state.asked_ms, |_| state.received_ms);
            let is_open = state.opened_ms.is_some();
            let settled = state.opened_ms.is_some_and(|opened| now - opened > SETTLED_MS);
            (is_open, state.source.is_some() && is_dead(is_open, now - since), settled)
        };
        if settled && self.live.crowded.get_untracked() {
            self.live.crowded.set(false);
        }
        if dead && is_open {
            self.lost();
            self.drop_dead_connections();
        } else if dead {
            post_to_windows(WindowMessage::Need);
            self.lost();
        }
    }

    /// The browser would send the next requests over its other connections, which died with this one. Each probe takes
    /// one of them, and giving the probe up closes it.
    fn drop_dead_connections(self: &Rc<Self>) {
        for _ in 1..CONNECTIONS {
            let api = self.api.clone();
            self.tasks.spawn(async move { api.probe(PROBE_SECONDS).await });
        }
        self.come_back_in(PROBE_SECONDS * 1_000);
    }

    /// Windows of the same browser share its connections to the server. Each counts the streams that are open when one
    /// needs a connection; if they hold all, windows without the keyboard leave theirs for a while.
    fn receive(self: &Rc<Self>, message: WindowMessage) {
        let is_open = self.state.borrow().opened_ms.is_some();
        match message {
            WindowMessage::Need => {
                self.state.borrow_mut().held = 0;
                if is_open {
                    post_to_windows(WindowMessage::Held);
                }
            }
            WindowMessage::Held => {
                let held = self.state.borrow().held + 1;
                self.state.borrow_mut().held = held;
                if held < CONNECTIONS {
                    return;
                }
                self.live.crowded.set(true);
                if is_open && !has_focus() {
                    self.close();
                    self.set_link(Link::Lost { since: self.clock.exact() });
                    self.come_back_in(YIELD_MS);
                }
            }
        }
    }
}

fn with(stream: &Weak<Stream>, act: impl FnOnce(&Rc<Stream>)) {
    if let Some(stream) = stream.upgrade() {
        act(&stream);
    }
}
