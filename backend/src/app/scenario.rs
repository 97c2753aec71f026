//! The demo's own work, through the same doors as everybody else's.

use crate::{
    operations::Operations,
    runtime::{EmbeddedCluster, scenario_player::Player},
};
use controller::Command;
use model::TaskOperation;

/// Plays the scenario for as long as the process lives. From the call on, the clock goes past none of its commands.
pub(super) fn play(cluster: &EmbeddedCluster, operations: Operations) -> impl Future<Output = ()> + Send + use<> {
    let player = Player::new(cluster.clone());
    let core = cluster.clone();
    async move { player.play(|command| submit(&core, &operations, command)).await }
}

async fn submit(core: &EmbeddedCluster, operations: &Operations, command: Command) {
    let operation = match command {
        Command::Create { spec, op } => TaskOperation::Create { spec: Some(spec), op_spec: Some(op) },
        Command::Kill { key, op } => {
            TaskOperation::Kill { source_app_name: key.app, task_id: key.id, op_spec: Some(op) }
        }
        Command::Delete { .. }
        | Command::Blacklist { .. }
        | Command::Unblacklist { .. }
        | Command::SetMaintenance
        | Command::UnsetMaintenance
        | Command::SetOptions { .. }
        | Command::SilenceExecutor { .. }
        | Command::RestoreExecutor { .. } => {
            if let Err(error) = core.command(command).await {
                tracing::debug!(%error, "the scenario was refused something");
            }
            return;
        }
    };
    let status = operations.submit(&operation).await.status();
    if !status.is_success() {
        tracing::debug!(task = %operation.key(), %status, "the scenario was refused an operation");
    }
}
