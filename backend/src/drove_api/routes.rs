//! Every route below `/apis/v1`: what it is called, who may call it, and what it reads and writes (contract 2.1).
//!
//! Templates with fixed words come before templates with a parameter in the same place: as in Drove the first template
//! that matches decides, and only then the method.

use super::{access::Access, uri::Segments};
use http::Method;

/// What a route does; `super::handlers` maps each to its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Ping,
    Tasks,
    Task,
    DeleteTask,
    TaskOperation,
    ValidateSpec,
    SearchTask,
    LogList,
    LogRead,
    LogDownload,
    Cluster,
    Dashboard,
    Executors,
    Executor,
    Blacklist,
    Unblacklist,
    BlacklistOne,
    UnblacklistOne,
    SetMaintenance,
    UnsetMaintenance,
    Events,
    EventsLatest,
    EventsSummary,
    SimulatePlacement,
    Applications,
    Application,
    ApplicationInstances,
    ApplicationOperation,
    Endpoints,
    LocalServices,
    LocalService,
    /// Routes between nodes, which no user may call (contract 5.8).
    NodeOnly,
}

/// What a request body must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consumes {
    Json,
    Form,
}

/// What an answer can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Produces {
    Json,
    /// `application/octet-stream`, as a client's `Accept` sees it; the answer names its own type.
    File,
}

/// One method of one template.
#[derive(Debug)]
pub(super) struct Action {
    pub method: Method,
    pub endpoint: Endpoint,
    pub access: Access,
    pub consumes: Consumes,
    pub produces: Produces,
}

/// All methods of one template.
#[derive(Debug)]
pub(super) struct Route {
    template: &'static str,
    pub actions: &'static [Action],
}

const fn get(endpoint: Endpoint) -> Action {
    Action { method: Method::GET, endpoint, access: Access::Anyone, consumes: Consumes::Json, produces: Produces::Json }
}

const fn post(endpoint: Endpoint, access: Access) -> Action {
    Action { method: Method::POST, endpoint, access, consumes: Consumes::Json, produces: Produces::Json }
}

const fn delete(endpoint: Endpoint) -> Action {
    Action {
        method: Method::DELETE,
        endpoint,
        access: Access::Anyone,
        consumes: Consumes::Json,
        produces: Produces::Json,
    }
}

const fn log(endpoint: Endpoint, produces: Produces) -> Action {
    Action { method: Method::GET, endpoint, access: Access::Logs, consumes: Consumes::Json, produces }
}

const fn get_by_nodes() -> Action {
    Action {
        method: Method::GET,
        endpoint: Endpoint::NodeOnly,
        access: Access::Nodes,
        consumes: Consumes::Json,
        produces: Produces::Json,
    }
}

const SEARCH: Action = Action {
    method: Method::POST,
    endpoint: Endpoint::SearchTask,
    access: Access::Anyone,
    consumes: Consumes::Form,
    // It redirects, and still asks for JSON like every route of its class in Drove.
    produces: Produces::Json,
};

macro_rules! routes {
    ($($template:literal: [$($action:expr),+ $(,)?]),+ $(,)?) => {
        &[$(Route { template: $template, actions: &[$($action),+] }),+]
    };
}

static ROUTES: &[Route] = routes! {
    "ping": [get(Endpoint::Ping)],
    "tasks": [get(Endpoint::Tasks)],
    "tasks/operations": [post(Endpoint::TaskOperation, Access::Operations)],
    "tasks/validate/spec": [post(Endpoint::ValidateSpec, Access::Anyone)],
    "tasks/search": [SEARCH],
    "tasks/{app}/instances/{id}": [get(Endpoint::Task), delete(Endpoint::DeleteTask)],
    "logfiles/tasks/{app}/{id}/list": [log(Endpoint::LogList, Produces::Json)],
    "logfiles/tasks/{app}/{id}/read/{file}": [log(Endpoint::LogRead, Produces::Json)],
    "logfiles/tasks/{app}/{id}/download/{file}": [log(Endpoint::LogDownload, Produces::File)],
    "cluster": [get(Endpoint::Cluster)],
    "cluster/dashboard": [get(Endpoint::Dashboard)],
    "cluster/executors": [get(Endpoint::Executors)],
    "cluster/executors/blacklist": [post(Endpoint::Blacklist, Access::Maintenance)],
    "cluster/executors/unblacklist": [post(Endpoint::Unblacklist, Access::Maintenance)],
    "cluster/executors/{id}": [get(Endpoint::Executor)],
    "cluster/executors/{id}/blacklist": [post(Endpoint::BlacklistOne, Access::Maintenance)],
    "cluster/executors/{id}/unblacklist": [post(Endpoint::UnblacklistOne, Access::Maintenance)],
    "cluster/maintenance/set": [post(Endpoint::SetMaintenance, Access::Maintenance)],
    "cluster/maintenance/unset": [post(Endpoint::UnsetMaintenance, Access::Maintenance)],
    "cluster/events": [get(Endpoint::Events)],
    "cluster/events/latest": [get(Endpoint::EventsLatest)],
    "cluster/events/summary": [get(Endpoint::EventsSummary)],
    "cluster/placement/simulate": [post(Endpoint::SimulatePlacement, Access::Anyone)],
    "applications": [get(Endpoint::Applications)],
    "applications/operations": [post(Endpoint::ApplicationOperation, Access::Operations)],
    "applications/{id}": [get(Endpoint::Application)],
    "applications/{id}/spec": [get(Endpoint::Application)],
    "applications/{id}/instances": [get(Endpoint::ApplicationInstances)],
    "applications/{id}/instances/old": [get(Endpoint::ApplicationInstances)],
    "endpoints": [get(Endpoint::Endpoints)],
    "endpoints/app/{name}": [get(Endpoint::Endpoints)],
    "localservices": [get(Endpoint::LocalServices)],
    "localservices/{id}": [get(Endpoint::LocalService)],
    "messages": [post(Endpoint::NodeOnly, Access::Nodes)],
    "internal/instances": [get_by_nodes()],
};

/// The route of a path and the values of its parameters in order, decoded.
pub(super) fn find(path: &Segments) -> Option<(&'static Route, Vec<String>)> {
    ROUTES.iter().find_map(|route| Some((route, route.bind(path)?)))
}

impl Route {
    /// The action of a method; HEAD is GET without the body.
    pub fn action(&self, method: &Method) -> Option<&'static Action> {
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        self.actions.iter().find(|action| action.method == wanted)
    }

    /// Header `Allow` of a 405: Drove does not name HEAD there.
    pub fn allow(&self) -> String {
        let mut names: Vec<&str> = self.actions.iter().map(|action| action.method.as_str()).collect();
        names.push("OPTIONS");
        names.join(",")
    }

    /// Methods as OPTIONS names them.
    pub fn options(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for action in self.actions {
            if action.method == Method::GET {
                names.push("HEAD");
            }
            names.push(action.method.as_str());
        }
        names.push("OPTIONS");
        names
    }

    fn bind(&self, path: &Segments) -> Option<Vec<String>> {
        let mut words = self.template.split('/');
        let mut values = Vec::new();
        for segment in path.iter() {
            let word = words.next()?;
            if word.starts_with('{') {
                values.push(segment.to_owned());
            } else if word != segment {
                return None;
            }
        }
        words.next().is_none().then_some(values)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn found(path: &str) -> Option<(&'static str, Vec<String>)> {
        let (route, values) = find(&Segments::parse(path)?)?;
        Some((route.template, values))
    }

    #[test]
    fn fixed_words_win_over_parameters() {
        assert_eq!(found("/apis/v1/cluster/executors/blacklist").unwrap().0, "cluster/executors/blacklist");
        assert_eq!(found("/apis/v1/cluster/executors/x").unwrap(), ("cluster/executors/{id}", vec!["x".to_owned()]));
    }

    #[test]
    fn one_trailing_slash_is_borne_and_nothing_else() {
        assert!(found("/apis/v1/tasks/").is_some());
        for unknown in
            ["/apis", "/apis/", "/apis/v1//tasks", "/apis/v1/TASKS", "/apis/v1/tasks//", "/nope", "/apis/v2/ping"]
        {
            assert_eq!(found(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn parameters_are_decoded_after_the_path_was_split() {
        let (_, values) = found("/apis/v1/tasks/RE%20C/instances/a%2Fb").unwrap();
        assert_eq!(values, ["RE C", "a/b"]);
    }

    #[test]
    fn methods_are_named_as_drove_names_them() {
        let (tasks, _) = find(&Segments::parse("/apis/v1/tasks").unwrap()).unwrap();
        assert_eq!(tasks.allow(), "GET,OPTIONS");
        assert_eq!(tasks.options(), ["HEAD", "GET", "OPTIONS"]);
        assert!(tasks.action(&Method::HEAD).is_some() && tasks.action(&Method::POST).is_none());
    }
}
