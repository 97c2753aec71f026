//! Support for black-box tests of the built binary: it is started as a user starts it, and asked through its port, by
//! Drove's own command line client, and in a browser.
//!
//! Nothing here knows the inside of the backend. `cargo xtask test` builds and installs what is needed.

pub mod a11y;
pub mod browser;
pub mod cli;
pub mod gateway;
pub mod hostile;
pub mod http;
pub mod nginx;
pub mod page;
pub mod places;
pub mod server;
pub mod wait;
pub mod wander;
pub mod wire;
