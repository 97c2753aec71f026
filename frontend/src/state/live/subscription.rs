//! The one stream of a page. It is closed while the page is hidden, comes back by itself with growing pauses, and goes
//! on after the last frame it saw.

use super::{Link, Live, backoff, use_live};
use crate::{
    api::{Api, FRAME_NAMES, FrameHead, LiveView, ViewFrame, read_notice, use_api},
    browser::{self, EventStream, OwnedTasks, OwnedTimer, StreamEvent, owned_interval, owned_tasks, owned_timer},
    state::{Clock, Session, use_clock, use_session},
};
use leptos::prelude::*;
use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

/// The server sends something at least every 15 s; a connection that was silent for longer than this is dead.
const SILENCE_MS: f64 = 40_000.0;
const WATCH_MS: u64 = 5_000;
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
    owned_interval(WATCH_MS, {
        let stream = Rc::downgrade(&stream);
        move || with(&stream, Stream::drop_if_dead)
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
    heard_ms: f64,
}

impl Stream {
    fn forget_position(&self) {
        self.state.borrow_mut().position = None;
    }

    fn close(&self) {
        self.retry.stop();
        self.state.borrow_mut().source = None;
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
        state.heard_ms = browser::monotonic_ms();
        state.source = source;
    }

    fn hear(self: &Rc<Self>, event: StreamEvent) {
        self.state.borrow_mut().heard_ms = browser::monotonic_ms();
        match event {
            StreamEvent::Opened => {
                self.state.borrow_mut().failures = 0;
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

    fn drop_if_dead(self: &Rc<Self>) {
        let dead = {
            let state = self.state.borrow();
            state.source.is_some() && browser::monotonic_ms() - state.heard_ms > SILENCE_MS
        };
        if dead {
            self.lost();
        }
    }
}

fn with(stream: &Weak<Stream>, act: impl FnOnce(&Rc<Stream>)) {
    if let Some(stream) = stream.upgrade() {
        act(&stream);
    }
}
