use model::dashboard::Submission;
use thiserror::Error;

/// Why a question to the server has no answer, in words for the reader. Drove's own words are kept as they are.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApiError {
    /// Nobody is signed in: the page leads to the login page by itself.
    #[error("Not signed in, or the session has ended.")]
    SignedOut,
    /// The user's role does not cover this.
    #[error("Your role does not allow this. {0}")]
    Forbidden(String),
    /// The server understood and refused.
    #[error("{message}")]
    Refused {
        /// What the server says happened.
        message: String,
        /// Drove's entries, if it gave any.
        words: Vec<String>,
    },
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// No such task, because its CREATE was refused.
    #[error("{message}")]
    NeverCreated {
        /// What the server says.
        message: String,
        /// The last CREATE.
        create: Box<Submission>,
    },
    /// The cluster cannot answer now.
    #[error("{0}")]
    Unavailable(String),
    /// An operation was sent and its answer lost. The dashboard has recorded it, and reads its task back.
    #[error("{0}")]
    OutcomeUnknown(String),
    /// The server failed, or something in front of it did.
    #[error("The server answered with status {status}. {message}")]
    Server {
        /// HTTP status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// No answer came.
    #[error("The server cannot be reached. It may be restarting; nothing was lost that it had answered.")]
    Unreachable,
    /// The time limit of the request passed.
    #[error("The server has not answered for {seconds} s.")]
    NoAnswer {
        /// The limit.
        seconds: u32,
    },
    /// An answer came that this page cannot read.
    #[error("The server's answer cannot be read ({0}). Reloading the page may help.")]
    Unreadable(String),
}

impl ApiError {
    /// Drove's entries, or the error in one sentence.
    pub fn lines(&self) -> Vec<String> {
        match self {
            ApiError::Refused { words, .. } if !words.is_empty() => words.clone(),
            ApiError::Refused { .. }
            | ApiError::SignedOut
            | ApiError::Forbidden(_)
            | ApiError::NotFound(_)
            | ApiError::NeverCreated { .. }
            | ApiError::Unavailable(_)
            | ApiError::OutcomeUnknown(_)
            | ApiError::Server { .. }
            | ApiError::Unreachable
            | ApiError::NoAnswer { .. }
            | ApiError::Unreadable(_) => vec![self.to_string()],
        }
    }

    /// For an operation that was sent: whether it may have been carried out although no good answer came.
    pub fn is_unknown_outcome(&self) -> bool {
        match self {
            ApiError::OutcomeUnknown(_)
            | ApiError::Unreachable
            | ApiError::NoAnswer { .. }
            | ApiError::Unreadable(_)
            | ApiError::Server { .. } => true,
            ApiError::SignedOut
            | ApiError::Forbidden(_)
            | ApiError::Refused { .. }
            | ApiError::NotFound(_)
            | ApiError::NeverCreated { .. }
            | ApiError::Unavailable(_) => false,
        }
    }
}
