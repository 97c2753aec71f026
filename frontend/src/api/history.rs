use super::{Api, ApiError, Method, transport};
use model::{
    TaskKey,
    dashboard::{HistoryPage, HistoryQuery, IdState, TaskDetail},
};

impl Api {
    /// One page of the list of tasks, as the ledger has it now.
    pub async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, ApiError> {
        let url = self.own("history/tasks", &query.to_pairs());
        let answer = transport::send(Method::Get, &url, None).await?;
        self.noticed(transport::read_own(&answer))
    }

    /// Address of everything that a query matches, to be saved: `format` is `csv` or `jsonl`.
    pub fn export(&self, query: &HistoryQuery, format: &'static str) -> String {
        let mut pairs = query.to_pairs();
        pairs.retain(|(name, _)| !matches!(*name, "page" | "after" | "size"));
        pairs.push(("format", format.to_owned()));
        self.own("history/tasks/export", &pairs)
    }

    /// Everything known of a task: its newest run, or the one asked for.
    pub async fn task_detail(&self, key: &TaskKey, run: Option<u32>) -> Result<TaskDetail, ApiError> {
        let pairs: Vec<_> = run.map(|run| ("run", run.to_string())).into_iter().collect();
        let url = self.own(&format!("history/tasks/{}", Self::segments(key)), &pairs);
        let answer = transport::send(Method::Get, &url, None).await?;
        self.noticed(transport::read_own(&answer))
    }

    /// Whether an ID is free.
    pub async fn id_state(&self, key: &TaskKey) -> Result<IdState, ApiError> {
        let url = self.own(&format!("history/ids/{}", Self::segments(key)), &[]);
        let answer = transport::send(Method::Get, &url, None).await?;
        self.noticed(transport::read_own(&answer))
    }
}
