//! One module per page. Pages own their data, read the URL and ask the server; their parts get signals.

mod executor;
mod executors;
mod login;
mod new_task;
mod not_found;
mod task;
mod tasks;

pub use executor::ExecutorPage;
pub use executors::ExecutorsPage;
pub use login::LoginPage;
pub use new_task::NewTaskPage;
pub use not_found::NotFoundPage;
pub use task::TaskPage;
pub use tasks::TasksPage;
