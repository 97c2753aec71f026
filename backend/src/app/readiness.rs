//! Whether a cluster can be answered for, and what is missing.

use super::Cluster;
use serde::Serialize;
use std::time::Duration;

/// The watcher reads the cluster about once a second. Somewhat more than its longest pause after failures.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);

/// One thing that must be in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which cluster.
    pub cluster: String,
    /// What is looked at: `ledger`, `leader` or `watcher`.
    pub check: &'static str,
    /// It is in order.
    pub ok: bool,
    /// Without it the dashboard cannot answer for the cluster. The others tell what is missing: a page without a leader
    /// still shows why, and the last good data; a real cluster is operated without a record.
    pub required: bool,
    /// What is wrong, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Cluster {
    /// What should be in order: the ledger can be written, without which the demo does nothing; a controller leads, and the
    /// watcher has read it lately.
    pub fn checks(&self) -> Vec<Check> {
        let status = self.status();
        let ledger = self.ledger.trouble().borrow().as_ref().map(ToString::to_string);
        let leader = (!self.has_leader()).then(|| "no controller is known to lead".to_owned());
        // Of replicas that share a ledger one watches.
        let watches = *self.ledger.is_watching().borrow();
        let watcher = match (status.stale, self.ledger.since_observed()) {
            (Some(stale), _) => Some(stale.reason),
            // Without a ledger the cluster is read and not recorded.
            (None, Some(age)) if watches && ledger.is_none() && age > LONGEST_SILENCE => {
                Some(format!("the cluster was last read {} s ago", age.as_secs()))
            }
            (None, _) => None,
        };
        let check = |check, required, reason: Option<String>| Check {
            cluster: self.label.name.clone(),
            check,
            ok: reason.is_none(),
            required,
            reason,
        };
        let is_demo = self.controllers.is_none();
        vec![check("ledger", is_demo, ledger), check("leader", false, leader), check("watcher", false, watcher)]
    }
}
