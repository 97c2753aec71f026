//! Handlers, timers and asynchronous work that end with the view that started them.
//!
//! The browser calls back whenever it likes: an element that is removed while it has the focus still gets `blur`, and an
//! answer may arrive after its page is gone. Reading a signal then panics, because its owner was disposed.

use futures_util::future::{AbortHandle, Abortable};
use gloo_timers::callback::Timeout;
use leptos::{
    ev::{self, EventDescriptor},
    leptos_dom::helpers::{request_animation_frame, set_interval_with_handle, window_event_listener},
    prelude::*,
    task::spawn_local,
};
use std::{cell::RefCell, collections::BTreeMap, pin::Pin, rc::Rc, time::Duration};
use wasm_bindgen::JsCast;

/// Wraps the handler of a DOM event: it does nothing once the current owner is disposed.
pub fn guarded<E: 'static>(mut handle: impl FnMut(E) + 'static) -> impl FnMut(E) + 'static {
    let alive = StoredValue::new(());
    move |event| {
        if !alive.is_disposed() {
            handle(event);
        }
    }
}

/// Listens to an event of the window until the current owner is disposed.
pub fn owned_listener<E>(event: E, handle: impl Fn(E::EventType) + 'static)
where
    E: EventDescriptor + 'static,
    E::EventType: JsCast,
{
    let listener = window_event_listener(event, handle);
    on_cleanup(move || listener.remove());
}

/// Lets the browser ask before the page is closed or loaded again, while `asks` holds and the current owner lives.
pub fn guarded_unload(asks: impl Fn() -> bool + 'static) {
    owned_listener(ev::beforeunload, move |event| {
        if asks() {
            event.prevent_default();
        }
    });
}

/// Calls `act` every `millis` milliseconds until the current owner is disposed.
pub fn owned_interval(millis: u64, act: impl Fn() + 'static) {
    let ticking = set_interval_with_handle(act, Duration::from_millis(millis));
    on_cleanup(move || {
        if let Ok(ticking) = ticking {
            ticking.clear();
        }
    });
}

/// Returns a timer that stops when the current owner is disposed.
pub fn owned_timer() -> OwnedTimer {
    OwnedTimer(StoredValue::new_local(None))
}

/// A timer of one view. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct OwnedTimer(StoredValue<Option<Timeout>, LocalStorage>);

impl OwnedTimer {
    /// Calls `act` once in `millis` milliseconds, instead of what was to be called before.
    pub fn start(&self, millis: u32, act: impl FnOnce() + 'static) {
        let timer = *self;
        let timeout = Timeout::new(millis, move || {
            timer.stop();
            act();
        });
        self.0.try_set_value(Some(timeout));
    }

    /// Calls nothing.
    pub fn stop(&self) {
        self.0.try_set_value(None);
    }

    /// Whether something is to be called.
    pub fn is_running(&self) -> bool {
        self.0.try_with_value(Option::is_some).unwrap_or_default()
    }
}

/// Returns a handle that runs functions before the next paint, as long as the current owner lives.
pub fn owned_frames() -> OwnedFrames {
    OwnedFrames(StoredValue::new(()))
}

/// Runs functions before the next paint. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct OwnedFrames(StoredValue<()>);

impl OwnedFrames {
    /// Calls `act` before the next paint.
    pub fn request(&self, act: impl FnOnce() + 'static) {
        let alive = self.0;
        request_animation_frame(move || {
            if !alive.is_disposed() {
                act();
            }
        });
    }
}

/// Returns a handle that runs futures, which are cancelled when the current owner is disposed.
pub fn owned_tasks() -> OwnedTasks {
    OwnedTasks(StoredValue::new_local(Rc::default()))
}

/// Runs the futures of one view. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct OwnedTasks(StoredValue<Rc<RefCell<Running>>, LocalStorage>);

#[derive(Debug, Default)]
struct Running {
    started: u64,
    tasks: BTreeMap<u64, AbortHandle>,
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in self.tasks.values() {
            task.abort();
        }
    }
}

impl OwnedTasks {
    /// Runs `task`. Does nothing if the owner is disposed already.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        // Boxed, so that there is one copy of what follows.
        self.spawn_boxed(Box::pin(task));
    }

    fn spawn_boxed(&self, task: Pin<Box<dyn Future<Output = ()>>>) {
        let Some(running) = self.0.try_get_value() else { return };
        let (handle, registration) = AbortHandle::new_pair();
        let number = {
            let mut running = running.borrow_mut();
            running.started += 1;
            let number = running.started;
            running.tasks.insert(number, handle);
            number
        };
        let running = Rc::downgrade(&running);
        spawn_local(async move {
            // An aborted task was cancelled with its view: nobody waits for it.
            let _ = Abortable::new(task, registration).await;
            if let Some(running) = running.upgrade() {
                running.borrow_mut().tasks.remove(&number);
            }
        });
    }
}
