//! Every address of the page, built and parsed in one place. Addresses of the server are in [`crate::api`].
//!
//! Everything lives below the base path of the server, its root, and everything of one cluster may live below
//! `/clusters/NAME` there; both prefixes together are the [`Paths`]' base, and no other code knows them.

mod encoding;

pub use encoding::{encode, encode_pairs};

use crate::{browser::entry_key, state::use_places};
use encoding::{decode, pairs, value};
use leptos::prelude::{expect_context, provide_context};
use leptos_router::{NavigateOptions, hooks::use_navigate, location::State};
use model::{
    ExecutorId, TaskKey,
    dashboard::{HistoryQuery, TaskRow},
};
use std::sync::Arc;

/// What the prefix of a cluster begins with.
const CLUSTERS: &str = "/clusters/";

/// Which page an address means. The server knows the same list, [`model::dashboard::pages`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The list of tasks, also the home page; what it shows is in the query ([`history_query`]).
    Tasks,
    /// One task; `?run=N` for an older run ([`run_number`]).
    Task(TaskKey),
    /// The form; `?clone=APP/ID` fills it from a task ([`clone_source`]).
    NewTask,
    /// The list of executors.
    Executors,
    /// One executor.
    Executor(ExecutorId),
    /// Signing in; `?next=` is where to go then ([`next_address`]).
    Login,
    /// No page of ours.
    NotFound,
}

impl Page {
    /// The page at `path`, which lies below the server's `root` and may go on with a cluster's prefix.
    pub fn at(root: &str, path: &str) -> Self {
        let Some(path) = below(root, path) else { return Page::NotFound };
        let (_, rest) = split_cluster(path);
        let segments: Vec<String> = rest.split('/').filter(|s| !s.is_empty()).map(decode).collect();
        match segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] | ["tasks"] => Page::Tasks,
            ["tasks", app, id] => Page::Task(TaskKey::new(*app, *id)),
            ["new"] => Page::NewTask,
            ["executors"] => Page::Executors,
            ["executors", id] => Page::Executor(ExecutorId::from(*id)),
            ["login"] => Page::Login,
            _ => Page::NotFound,
        }
    }
}

/// Builds addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    root: Arc<str>,
    base: Arc<str>,
}

impl Paths {
    /// Addresses of the cluster that `path` lies in, below the server's `root`.
    pub fn around(root: &str, path: &str) -> Self {
        let (cluster, _) = split_cluster(below(root, path).unwrap_or_default());
        Self { root: root.into(), base: format!("{root}{cluster}").into() }
    }

    /// What every address of this cluster begins with: the server's root, and `/clusters/NAME` unless it is the default
    /// one.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The page at `path`.
    pub fn page(&self, path: &str) -> Page {
        Page::at(&self.root, path)
    }

    /// Name of the cluster, unless it is the default one under bare paths.
    pub fn cluster(&self) -> Option<&str> {
        self.base.strip_prefix(&*self.root)?.strip_prefix(CLUSTERS)
    }

    /// The home page of the default cluster: like those of the other clusters an address that the server must be asked
    /// for, since each cluster has a session of its own.
    pub fn default_home(&self) -> String {
        format!("{}/", self.root)
    }

    /// The home page of a cluster.
    pub fn cluster_home(&self, name: &str) -> String {
        format!("{}{CLUSTERS}{}/", self.root, encode(name))
    }

    /// Where a cluster is signed in to.
    pub fn cluster_login(&self, name: &str) -> String {
        format!("{}{CLUSTERS}{}/login", self.root, encode(name))
    }

    /// Whether an address, as the browser resolves it within this origin ([`crate::browser::within_origin`]), is a page of
    /// this cluster to be led to.
    pub fn leads_to(&self, address: &str) -> bool {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        // With two slashes in front the rest is a host.
        path.starts_with('/')
            && !path.starts_with("//")
            && Self::around(&self.root, path) == *self
            && !matches!(self.page(path), Page::Login | Page::NotFound)
    }

    /// The list of tasks, as `query` asks.
    pub fn tasks(&self, query: &HistoryQuery) -> String {
        let mut path = format!("{}/", self.base);
        path.push_str(&encode_pairs(&query.to_pairs()));
        path
    }

    /// The newest run of a task.
    pub fn task(&self, key: &TaskKey) -> String {
        format!("{}/tasks/{}/{}", self.base, encode(key.app.as_str()), encode(key.id.as_str()))
    }

    /// One run of a task, the first being 1.
    pub fn task_run(&self, key: &TaskKey, run: u32) -> String {
        format!("{}?run={run}", self.task(key))
    }

    /// The run of a row: by its key alone while it is the newest.
    pub fn task_of(&self, row: &TaskRow) -> String {
        row.run_to_name().map_or_else(|| self.task(&row.key), |run| self.task_run(&row.key, run))
    }

    /// The empty form.
    pub fn new_task(&self) -> String {
        format!("{}/new", self.base)
    }

    /// The form, filled from a task.
    pub fn clone_task(&self, key: &TaskKey) -> String {
        format!("{}/new?clone={}", self.base, encode(&key.to_string()))
    }

    /// The form, filled from one run of a task.
    pub fn clone_run(&self, key: &TaskKey, run: u32) -> String {
        format!("{}&run={run}", self.clone_task(key))
    }

    /// The form, filled from the run of a row.
    pub fn clone_of(&self, row: &TaskRow) -> String {
        row.run_to_name().map_or_else(|| self.clone_task(&row.key), |run| self.clone_run(&row.key, run))
    }

    /// The list of executors.
    pub fn executors(&self) -> String {
        format!("{}/executors", self.base)
    }

    /// One executor.
    pub fn executor(&self, id: &ExecutorId) -> String {
        format!("{}/executors/{}", self.base, encode(id.as_str()))
    }

    /// Signing in, and then back to `next` (an address of this page).
    pub fn login(&self, next: Option<&str>) -> String {
        match next {
            Some(next) => format!("{}/login?next={}", self.base, encode(next)),
            None => format!("{}/login", self.base),
        }
    }
}

/// Makes the addresses available to every view.
pub fn provide_paths(paths: Paths) {
    provide_context(paths);
}

/// The addresses of the cluster shown.
pub fn use_paths() -> Paths {
    expect_context()
}

/// A function that goes to an address of this page and leaves the scroll position alone when `replace` is set: used for
/// state in the query. Take it while a component is set up.
pub fn use_go() -> impl Fn(&str, Replace) + Clone {
    let (navigate, places) = (use_navigate(), use_places());
    move |address, replace| {
        let replace = replace == Replace::Yes;
        places.leave();
        // An entry whose address is replaced keeps its key.
        let state = entry_key().filter(|_| replace).map(State::from).unwrap_or_default();
        navigate(address, NavigateOptions { replace, resolve: false, scroll: !replace, state });
    }
}

/// Whether an address takes the place of the one shown in the browser's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// "Back" leads to what was before: for typing and small changes.
    Yes,
    /// "Back" leads here.
    No,
}

/// What the list of tasks is asked for. `search` is the raw query, without `?`. Pages of the list have numbers: `after` is
/// for programs.
pub fn history_query(search: &str) -> HistoryQuery {
    let pairs = pairs(search);
    let query = HistoryQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    HistoryQuery { after: None, ..query }
}

/// The run that a task's page is asked for.
pub fn run_number(search: &str) -> Option<u32> {
    value(search, "run")?.parse().ok()
}

/// The log file that a task's page is asked for, and the offset of the line in it.
pub fn log_position(search: &str) -> (Option<String>, Option<u64>) {
    (value(search, "log"), value(search, "at").and_then(|at| at.parse().ok()))
}

/// The query of a task's page: which run, which log file, which line of it.
pub fn task_query(run: Option<u32>, log: Option<&str>, at: Option<u64>) -> String {
    let run = run.map(|run| ("run", run.to_string()));
    let log = log.map(|log| ("log", log.to_owned()));
    let at = at.map(|at| ("at", at.to_string()));
    encode_pairs(&run.into_iter().chain(log).chain(at).collect::<Vec<_>>())
}

/// The task that the form is to be filled from.
pub fn clone_source(search: &str) -> Option<TaskKey> {
    TaskKey::parse(&value(search, "clone")?)
}

/// The address that a link to the login page wants to lead to afterwards. Anybody can write such a link:
/// [`Paths::leads_to`] says whether it is followed.
pub fn next_address(search: &str) -> Option<String> {
    value(search, "next")
}

/// What is left of `path` below `root`; nothing if it lies elsewhere.
fn below<'path>(root: &str, path: &'path str) -> Option<&'path str> {
    path.strip_prefix(root).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Splits `/clusters/NAME/tasks` into `/clusters/NAME` and `/tasks`.
fn split_cluster(path: &str) -> (&str, &str) {
    let Some(name_and_rest) = path.strip_prefix(CLUSTERS) else { return ("", path) };
    let name = name_and_rest.split('/').next().unwrap_or_default();
    if name.is_empty() { ("", path) } else { path.split_at(CLUSTERS.len() + name.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::dashboard::{Tab, pages::is_page};

    fn path_of(address: &str) -> &str {
        address.split('?').next().unwrap_or_default()
    }

    fn search_of(address: &str) -> &str {
        address.split_once('?').map_or("", |(_, search)| search)
    }

    #[test]
    fn every_address_reads_back_as_its_page() {
        let key = TaskKey::new("TEST_APP", "night ly/%2F-ü");
        let executor = ExecutorId::from("a45442a1-d4d0");
        for (root, start) in [
            ("", "/"),
            ("", "/clusters/prod/"),
            ("", "/clusters/prod"),
            ("/drove", "/drove"),
            ("/a/b", "/a/b/clusters/prod/tasks"),
            ("/clusters", "/clusters/clusters/prod/"),
        ] {
            let paths = Paths::around(root, start);
            assert_eq!(paths.cluster(), start.contains("prod").then_some("prod"), "{start}");
            assert!(paths.default_home() == format!("{root}/") && paths.cluster_home("x").starts_with(root));
            for (address, page) in [
                (paths.tasks(&HistoryQuery::default()), Page::Tasks),
                (paths.task(&key), Page::Task(key.clone())),
                (paths.new_task(), Page::NewTask),
                (paths.clone_task(&key), Page::NewTask),
                (paths.executors(), Page::Executors),
                (paths.executor(&executor), Page::Executor(executor.clone())),
                (paths.login(Some("/new?clone=A%2FB")), Page::Login),
            ] {
                assert!(address.starts_with(paths.base()), "{address}");
                assert_eq!(paths.page(path_of(&address)), page, "{address}");
                let within = split_cluster(below(root, path_of(&address)).unwrap_or_default()).1;
                assert!(is_page(within), "the server must know {address}");
            }
        }
    }

    #[test]
    fn queries_read_back() {
        let paths = Paths::around("", "/");
        let query = HistoryQuery { tab: Tab::All, text: "50% + ü&x=".into(), page: 2, ..HistoryQuery::default() };
        assert_eq!(history_query(search_of(&paths.tasks(&query))), query);
        let key = TaskKey::new("A", "B-1");
        assert_eq!(clone_source(search_of(&paths.clone_task(&key))), Some(key.clone()));
        assert_eq!(run_number(search_of(&paths.task_run(&key, 3))), Some(3));
        assert_eq!(run_number(search_of(&paths.clone_run(&key, 3))), Some(3));
        let newest = TaskRow { key: key.clone(), run: 3, ..TaskRow::default() };
        assert_eq!((paths.task_of(&newest), paths.clone_of(&newest)), (paths.task(&key), paths.clone_task(&key)));
        let older = TaskRow { superseded: true, run: 1, ..newest };
        assert_eq!(run_number(search_of(&paths.task_of(&older))), Some(1));
        assert_eq!(run_number(search_of(&paths.clone_of(&older))), Some(1));
        let query = task_query(Some(2), Some("output.log-2026 11"), Some(48_213));
        assert_eq!(log_position(search_of(&query)), (Some("output.log-2026 11".into()), Some(48_213)));
        assert_eq!(
            next_address(search_of(&paths.login(Some("/new?clone=A%2FB")))).as_deref(),
            Some("/new?clone=A%2FB")
        );
    }

    #[test]
    fn signing_in_leads_to_pages_of_this_cluster_only() {
        let paths = Paths::around("", "/");
        for page in ["/", "/tasks/A/b?run=2#log", "/new?clone=A%2FB", "/?q=//evil.example/"] {
            assert!(paths.leads_to(page), "{page}");
        }
        for other in
            ["//tasks/A/b", "///executors", "//evil.example/", "/evil", "/login?next=/", "/clusters/south/", ""]
        {
            assert!(!paths.leads_to(other), "{other}");
        }
        assert!(Paths::around("", "/clusters/south/login").leads_to("/clusters/south/tasks/A/b"));
        assert!(!Paths::around("", "/clusters/south/login").leads_to("/clusters/north/"));
    }

    #[test]
    fn other_paths_are_no_page() {
        for path in ["/x", "/tasks/a", "/tasks/a/b/c", "/executors/a/b", "/clusters//tasks"] {
            assert_eq!(Page::at("", path), Page::NotFound, "{path}");
        }
        for path in ["/", "/tasks", "/drovetasks", "/clusters/drove/"] {
            assert_eq!(Page::at("/drove", path), Page::NotFound, "{path}");
        }
    }
}
