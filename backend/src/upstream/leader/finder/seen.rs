//! What was last known of each controller, and what is told of it.

use crate::upstream::{endpoint::Endpoint, leader::probe::Standing};
use model::{
    Timestamp,
    dashboard::{ControllerHealth, ControllerStatus},
};
use tokio::time::Instant;

/// What was last known of a controller.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub standing: Option<Standing>,
    pub at: Option<Timestamp>,
    /// It refused a request because it does not lead, and pings do not tell us.
    pub passed_over_until: Option<Instant>,
}

impl Seen {
    /// As pages show it; `leads` tells whether it is the one that is followed.
    pub fn status(self, controller: &Endpoint, leads: bool) -> ControllerStatus {
        let (health, detail) = match self.standing {
            _ if leads => (ControllerHealth::Leader, None),
            None => (ControllerHealth::Unknown, None),
            Some(Standing::Leads | Standing::Waits) => (ControllerHealth::Standby, None),
            Some(Standing::Locked) => (ControllerHealth::Locked, None),
            Some(Standing::Ill(why)) => (ControllerHealth::Unreachable, Some(why)),
        };
        ControllerStatus { address: controller.to_string(), health, detail, seen: self.at }
    }
}

/// Logs what speaks against a controller.
pub fn log(controller: &Endpoint, standing: &Standing) {
    match standing {
        Standing::Ill(why) => tracing::warn!(%controller, why, "a controller does not answer as one"),
        Standing::Locked => tracing::warn!(%controller, "a controller does not take the dashboard's own account"),
        Standing::Leads | Standing::Waits => {}
    }
}
