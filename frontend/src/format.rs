//! Values to text, pure. What a value means is decided in `model`.

mod duration;
mod names;
mod number;
mod time;

pub use duration::{format_ago, format_duration};
pub use names::{ShortNames, role_name, short_names};
pub use number::{format_cores, format_count, format_megabytes, format_number};
pub use time::{clock_ahead, format_age, format_clock, format_moment, format_precise, format_utc};
