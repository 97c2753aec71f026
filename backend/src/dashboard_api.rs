//! Our own API, `/api/**` (design section 4). Handlers are adapters: what they answer is decided in `model`, the ledger, or
//! by the upstream, which is asked with the caller's own rights.

mod attachment;
pub mod clusters;
pub mod demo_clock;
pub mod export;
pub mod health;
pub mod history;
pub mod live;
pub mod logs;
pub mod openapi;
pub mod placement;
pub mod session;
