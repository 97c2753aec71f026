//! The kit: parts that know neither Drove nor the router. Their classes are described in `style/README.md`.

mod banner;
mod button;
mod copy_button;
mod cut_middle;
mod dialog;
mod empty;
mod field;
mod for_each;
mod icon;
mod menu;
mod meter;
mod note;
mod select;
mod skeleton;
mod tabs;
mod tone;
mod when;

pub use banner::Banner;
pub use button::{Button, ButtonStyle, IconButton};
pub use copy_button::CopyButton;
pub use cut_middle::CutMiddle;
pub use dialog::Dialog;
pub use empty::{Empty, ErrorPanel};
pub use field::{Field, FieldMessage};
pub use for_each::for_each;
pub use icon::{Icon, IconName, IconSize};
pub use menu::{Menu, MenuFrame, MenuItem};
pub use meter::{Meter, MeterPart, Use};
pub use note::Note;
pub use select::{Choice, Select};
pub use skeleton::{Skeleton, SkeletonRows};
pub use tabs::{Tab, TabPanel, Tabs};
pub use tone::Tone;
pub use when::When;
