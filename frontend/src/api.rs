//! Everything the page asks of the server. Only this room knows the server's URLs, and only pages and [`crate::state`]
//! ask. The cookie goes along by itself; no credentials are ever handled here but those being typed on the login page.

mod cluster;
mod error;
mod executors;
mod history;
mod live;
mod logs;
mod operations;
mod placement;
mod session;
mod transport;

pub use error::ApiError;
pub use executors::ListedExecutor;
pub use live::{
    ExecutorsFrame, FRAME_NAMES, FrameHead, LiveView, NoFrame, TaskFrame, TasksFrame, ViewFrame, read_notice,
};
pub use transport::Method;

use crate::{
    browser,
    routes::{encode_pairs, use_paths},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Handle on the server; cheap to clone.
#[derive(Clone, Debug)]
pub struct Api {
    base: Arc<str>,
    signed_out: RwSignal<bool>,
}

/// Makes the server available to pages and state. Needs the page's paths.
///
/// Addresses are absolute: a relative one inherits the credentials of a page that was opened as
/// `http://user:password@host/`, and browsers refuse to fetch an address with credentials.
pub fn provide_api() {
    let base = format!("{}{}", browser::origin(), use_paths().base());
    provide_context(Api { base: base.into(), signed_out: RwSignal::new(false) });
}

/// The server.
pub fn use_api() -> Api {
    expect_context()
}

impl Api {
    /// Becomes true when the server says that nobody is signed in.
    pub fn signed_out(&self) -> RwSignal<bool> {
        self.signed_out
    }

    /// `/api/PATH` of this cluster, with a query.
    pub(crate) fn own(&self, path: &str, pairs: &[(&'static str, String)]) -> String {
        format!("{}/api/{path}{}", self.base, encode_pairs(pairs))
    }

    /// `/apis/v1/PATH` of this cluster: Drove's own API.
    pub(crate) fn drove(&self, path: &str) -> String {
        format!("{}/apis/v1/{path}", self.base)
    }

    /// Notes when nobody is signed in; passes everything on.
    fn noticed<T>(&self, answer: Result<T, ApiError>) -> Result<T, ApiError> {
        if matches!(answer, Err(ApiError::SignedOut)) {
            self.signed_out.try_set(true);
        }
        answer
    }
}
