//! Who is asking: sealed cookies and the rules of design section 3, Who may ask.
//!
//! A cookie and Basic credentials lead to the same [`caller::Caller`]. What a caller may do is decided elsewhere: by the
//! upstream for `/apis/**`, by the handlers for `/api/**`.

pub mod attempts;
pub mod basic;
pub mod caller;
pub mod cluster_keeper;
pub mod cookies;
pub mod drove_users;
pub mod ended;
pub mod gate;
pub mod same_origin;
pub mod stay;
pub mod users;
