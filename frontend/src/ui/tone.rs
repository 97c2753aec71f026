use super::IconName;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Success,
    /// Worth knowing.
    Info,
    /// Something needs care.
    Warning,
    /// It did not work.
    Danger,
}

impl Tone {
    /// Value of `data-tone`.
    pub fn as_str(self) -> &'static str {
        match self {
            Tone::Success => "success",
            Tone::Info => "info",
            Tone::Warning => "warning",
            Tone::Danger => "danger",
        }
    }

    /// The picture that goes with it, where nothing fits better.
    pub fn icon(self) -> IconName {
        match self {
            Tone::Success => IconName::Check,
            Tone::Info => IconName::Info,
            Tone::Warning | Tone::Danger => IconName::Warning,
        }
    }
}
