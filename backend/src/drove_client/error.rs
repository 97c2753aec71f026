use model::Timestamp;

/// What the cluster made of a request. Each variant says who acts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// What was asked for does not exist, in Drove's words (HTTP 200 with FAILED, or 204 for logs).
    #[error("{0}")]
    NotFound(String),
    /// Drove refused: the user changes the input, or waits (maintenance).
    #[error("{message}{}", joined(.reasons))]
    Refused {
        /// HTTP status.
        status: u16,
        /// `message` of the envelope.
        message: String,
        /// `validationErrors`, or the one text that stands in their place.
        reasons: Vec<String>,
    },
    /// The controller that was asked does not lead; nothing was done.
    #[error("the controller that was asked is not the leader")]
    NotLeader,
    /// No controller leads at present.
    #[error("the cluster has no leader at present; try again in a few seconds")]
    NoLeader,
    /// The leader cannot be reached; nothing was sent.
    #[error("the leader of the cluster cannot be reached ({0}); try again in a few seconds")]
    Unreachable(String),
    /// So many other requests wait for the leader's answers that nothing was sent.
    #[error("nothing was sent, because {0} other requests wait for the cluster's answers; try again in a few seconds")]
    Busy(usize),
    /// No answer, or it was lost.
    #[error("the cluster did not answer: {0}")]
    Timeout(String),
    /// The answer is none of Drove's: a gateway, or a bug on either side.
    #[error("the cluster answered with status {status}, which this dashboard cannot read: {detail}")]
    BadReply {
        /// HTTP status.
        status: u16,
        /// The beginning of the answer, or what is wrong with it.
        detail: String,
    },
    /// 401 or 403: the credentials are not taken, or the role may not.
    #[error("{}", unauthorized(*.status, .words))]
    Unauthorized {
        /// HTTP status.
        status: u16,
        /// Why, if the cluster said so in its envelope; empty otherwise.
        words: String,
    },
    /// The request could not even be built; a bug of ours.
    #[error("no valid request: {0}")]
    BadRequest(String),
}

fn unauthorized(status: u16, words: &str) -> String {
    match words {
        "" => format!("the cluster does not let this user do that (status {status})"),
        words => words.to_owned(),
    }
}

fn joined(reasons: &[String]) -> String {
    if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) }
}

impl ClusterError {
    /// Nobody leads, or whoever did is not there: nothing that another leader would say.
    pub fn is_absence(&self) -> bool {
        match self {
            ClusterError::NotLeader
            | ClusterError::NoLeader
            | ClusterError::Unreachable(_)
            | ClusterError::Timeout(_) => true,
            ClusterError::Busy(_)
            | ClusterError::NotFound(_)
            | ClusterError::Refused { .. }
            | ClusterError::BadReply { .. }
            | ClusterError::Unauthorized { .. }
            | ClusterError::BadRequest(_) => false,
        }
    }

    /// The request certainly never reached a controller.
    pub fn is_unsent(&self) -> bool {
        matches!(
            self,
            ClusterError::NoLeader | ClusterError::Unreachable(_) | ClusterError::Busy(_) | ClusterError::BadRequest(_)
        )
    }

    /// What a page says about data that is old because of this error, last good at `since`.
    pub fn staleness(&self, since: Timestamp) -> model::dashboard::Stale {
        model::dashboard::Stale { since, reason: self.to_string(), partial: false }
    }
}
