use leptos::prelude::*;

macro_rules! icon_names {
    ($($variant:ident = $name:literal,)+) => {
        /// Every icon of the sprite `style/icons.svg`, which stands in the page's body.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum IconName {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl IconName {
            /// What `<use>` refers to.
            pub fn href(self) -> &'static str {
                match self {
                    $(IconName::$variant => concat!("#i-", $name),)+
                }
            }
        }

        #[cfg(test)]
        const ALL: &[IconName] = &[$(IconName::$variant),+];
    };
}

icon_names! {
    Brand = "brand",
    Pending = "pending",
    Accepted = "accepted",
    Provisioning = "provisioning",
    ProvisioningFailed = "provisioning-failed",
    Starting = "starting",
    Running = "running",
    RunCompleted = "run-completed",
    RunFailed = "run-failed",
    Deprovisioning = "deprovisioning",
    Stopped = "stopped",
    Lost = "lost",
    Unknown = "unknown",
    NotPlaced = "not-placed",
    Check = "check",
    Cross = "x",
    Cancelled = "cancelled",
    TimedOut = "timed-out",
    Tasks = "tasks",
    Executors = "executors",
    Plus = "plus",
    Minus = "minus",
    Search = "search",
    ChevronDown = "chevron-down",
    ChevronUp = "chevron-up",
    ChevronRight = "chevron-right",
    ChevronLeft = "chevron-left",
    Selector = "selector",
    ArrowUp = "arrow-up",
    ArrowDown = "arrow-down",
    ArrowRight = "arrow-right",
    Copy = "copy",
    Link = "link",
    Download = "download",
    More = "more",
    Theme = "theme",
    Refresh = "refresh",
    Keyboard = "keyboard",
    Wrap = "wrap",
    Follow = "follow",
    Warning = "warning",
    Info = "info",
    Lock = "lock",
    Eye = "eye",
    Kill = "kill",
    Terminal = "terminal",
    Braces = "braces",
    Tag = "tag",
    Wrench = "wrench",
    Clone = "clone",
    Menu = "menu",
    Expand = "expand",
    Ban = "ban",
    User = "user",
    Logout = "logout",
    Slow = "slow",
}

/// How large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IconSize {
    /// 12.
    Small,
    /// 16.
    #[default]
    Medium,
    /// 24.
    Large,
}

impl IconSize {
    fn class(self) -> &'static str {
        match self {
            IconSize::Small => "icon icon--s",
            IconSize::Medium => "icon",
            IconSize::Large => "icon icon--l",
        }
    }
}

/// A picture beside a word. It says nothing to a screen reader: the word does.
#[component]
pub fn Icon(
    /// Which, as a value or a signal.
    #[prop(into)]
    name: Signal<IconName>,
    /// How large.
    #[prop(optional)]
    size: IconSize,
) -> impl IntoView {
    view! {
        <svg class=size.class() aria-hidden="true">
            <use_ href=move || name.get().href()></use_>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_icon_is_in_the_sprite() {
        let sprite = include_str!("../../../style/icons.svg");
        for icon in ALL {
            let id = format!("id=\"{}\"", icon.href().trim_start_matches('#'));
            assert!(sprite.contains(&id), "{icon:?}");
        }
    }
}
