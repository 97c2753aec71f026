//! One module per page. Pages own their data, read the URL and ask the server; their parts get signals.

mod executor;
mod executors;
mod lazy;
mod login;
mod new_task;
mod not_found;
mod task;
mod tasks;

use executor::ExecutorPage;
use executors::ExecutorsPage;
pub use lazy::Lazy;
use login::LoginPage;
use new_task::NewTaskPage;
pub use not_found::NotFoundPage;
use task::TaskPage;
pub use tasks::TasksPage;
