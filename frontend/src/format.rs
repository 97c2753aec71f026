//! Values to text, pure. What a value means is decided in `model`.

mod duration;
mod names;
mod number;
mod time;

pub use duration::{format_ago, format_duration};
pub use names::{Machine, ShortNames, role_name};
pub use number::{format_bytes, format_cores, format_count, format_megabytes, format_number};
pub use time::{
    clock_ahead, format_age, format_axis, format_clock, format_moment, format_precise, format_utc, format_zone,
    is_same_day, utc_offset,
};
