//! From endpoints to the functions that answer them.

use super::{
    applications, call::Call, cluster, events, executors, logs, placement, refusal::Refusal, reply, routes::Endpoint,
    tasks,
};
use crate::runtime::{CommandError, EmbeddedCluster};
use axum::{body::Body, response::Response};
use controller::{Command, Reply};
use http::StatusCode;

/// Answers a request that passed all checks before its handler.
pub(super) async fn run(
    cluster: &EmbeddedCluster,
    endpoint: Endpoint,
    call: Call,
    body: Body,
) -> Result<Response, Refusal> {
    match endpoint {
        Endpoint::Ping => Ok(reply::success("pong")),
        Endpoint::Tasks => Ok(tasks::list(cluster)),
        Endpoint::Task => tasks::show(cluster, &call),
        Endpoint::DeleteTask => tasks::delete(cluster, &call).await,
        Endpoint::TaskOperation => tasks::operate(cluster, &call, body).await,
        Endpoint::ValidateSpec => tasks::validate(cluster, &call, body).await,
        Endpoint::SearchTask => tasks::search(cluster, &call, body).await,
        Endpoint::LogList => logs::list(cluster, &call).await,
        Endpoint::LogRead => logs::read(cluster, &call).await,
        Endpoint::LogDownload => logs::download(cluster, &call).await,
        Endpoint::Cluster => cluster::summary(cluster),
        Endpoint::Dashboard => cluster::dashboard(cluster),
        Endpoint::SetMaintenance => cluster::maintenance(cluster, Command::SetMaintenance).await,
        Endpoint::UnsetMaintenance => cluster::maintenance(cluster, Command::UnsetMaintenance).await,
        Endpoint::Executors => Ok(executors::list(cluster)),
        Endpoint::Executor => executors::show(cluster, &call),
        Endpoint::Blacklist => executors::blacklist(cluster, executors::ids_of_query(&call)?).await,
        Endpoint::Unblacklist => executors::unblacklist(cluster, executors::ids_of_query(&call)?).await,
        Endpoint::BlacklistOne => executors::blacklist(cluster, call.values).await,
        Endpoint::UnblacklistOne => executors::unblacklist(cluster, call.values).await,
        Endpoint::Events => events::list(cluster, &call),
        Endpoint::EventsLatest => events::latest(cluster, &call),
        Endpoint::EventsSummary => events::summary(cluster, &call),
        Endpoint::SimulatePlacement => placement::simulate(cluster, &call, body).await,
        Endpoint::Applications => applications::list(&call),
        Endpoint::Application => applications::show(&call),
        Endpoint::ApplicationInstances | Endpoint::Endpoints => Ok(applications::none()),
        Endpoint::ApplicationOperation => applications::operate(cluster, &call, body).await,
        Endpoint::LocalServices => applications::list(&call),
        Endpoint::LocalService => applications::show_local_service(&call),
        Endpoint::NodeOnly => Err(Refusal::not_found("There is nothing here for users".to_owned())),
    }
}

/// Gives the core a command.
pub(super) async fn command(cluster: &EmbeddedCluster, command: Command) -> Result<Reply, Refusal> {
    cluster.command(command).await.map_err(|error| match error {
        CommandError::Rejected(reject) => reject.into(),
        CommandError::NotDurable(_) | CommandError::Stopped => {
            Refusal::Page { status: StatusCode::SERVICE_UNAVAILABLE, message: error.to_string() }
        }
    })
}

/// An answer of the core that its command does not have.
pub(super) fn unexpected(reply: &Reply) -> Refusal {
    Refusal::Unexpected(format!("the core answered {reply:?}"))
}
