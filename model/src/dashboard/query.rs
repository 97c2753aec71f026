mod list;

use crate::{
    Outcome, TaskState, Timestamp,
    wire_enum::{canonical_name, wire_enum},
};
use serde::{Deserialize, Serialize};

wire_enum!(
    /// Which runs a list shows.
    Tab {
        /// Those that go on.
        Active = "ACTIVE",
        /// Those that ended.
        Finished = "FINISHED",
        /// All.
        All = "ALL",
    }
);

wire_enum!(
    /// What a list is sorted by.
    SortKey {
        /// Time of submission.
        Submitted = "SUBMITTED",
        /// From submission to the end, or to now.
        Took = "TOOK",
        /// Source app, then task ID.
        App = "APP",
        /// Task ID.
        Id = "ID",
        /// State or outcome, in the order of a run.
        Status = "STATUS",
        /// Machine name of the executor.
        Executor = "EXECUTOR",
        /// Time of the end; runs that go on come last.
        Ended = "ENDED",
        /// Cores.
        Cores = "CORES",
        /// Memory.
        Memory = "MEMORY",
    }
);

/// A list of runs: filters, sort, page. The same text is the page's URL, the query of `/api/history/tasks` and that of
/// `/api/live?view=tasks`. Filters of one kind are alternatives; different kinds must all hold. [`list`] writes and reads
/// the filters that are lists.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct HistoryQuery {
    /// Which runs.
    pub tab: Tab,
    /// Part of app or task ID: anywhere from 3 characters, at the beginning below. Case does not matter.
    pub text: String,
    /// Source apps.
    pub apps: Vec<String>,
    /// States last reported.
    pub states: Vec<TaskState>,
    /// Outcomes.
    pub outcomes: Vec<Outcome>,
    /// Executor IDs.
    pub executors: Vec<String>,
    /// Who submitted.
    pub submitters: Vec<String>,
    /// Tags of the spec: `NAME`, or `NAME=VALUE`.
    pub tags: Vec<String>,
    /// Submitted at or after.
    pub since: Option<Timestamp>,
    /// Submitted before.
    pub until: Option<Timestamp>,
    /// Sort key.
    pub sort: SortKey,
    /// Largest first.
    pub descending: bool,
    /// Page number from 1.
    pub page: u32,
    /// Where the page begins, as [`super::HistoryPage::next`] of the one before it says; then `page` does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Rows a page, 1 to 500.
    pub size: u32,
}

impl Default for HistoryQuery {
    /// Active runs, newest first, 100 a page.
    fn default() -> Self {
        Self {
            tab: Tab::Active,
            text: String::new(),
            apps: Vec::new(),
            states: Vec::new(),
            outcomes: Vec::new(),
            executors: Vec::new(),
            submitters: Vec::new(),
            tags: Vec::new(),
            since: None,
            until: None,
            sort: SortKey::Submitted,
            descending: true,
            page: 1,
            after: None,
            size: 100,
        }
    }
}

impl HistoryQuery {
    /// Reads decoded `name=value` pairs; names and values that mean nothing are passed over, so that an old link works.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs {
            query.take(name, value);
        }
        query
    }

    fn take(&mut self, name: &str, value: &str) {
        match name {
            "tab" => self.tab = Tab::known(value).unwrap_or(Tab::Active),
            "q" => self.text = value.to_owned(),
            "app" => list::read(&mut self.apps, value, list::Items::Names, str::to_owned),
            // Names that this build does not know are constants all the same: a row has them in capitals.
            "state" => {
                list::read(&mut self.states, value, list::Items::Names, |n| TaskState::from_wire(&canonical_name(n)))
            }
            "outcome" => {
                list::read(&mut self.outcomes, value, list::Items::Names, |n| Outcome::from_wire(&canonical_name(n)))
            }
            "executor" => list::read(&mut self.executors, value, list::Items::Names, str::to_owned),
            "submitter" => list::read(&mut self.submitters, value, list::Items::Texts, str::to_owned),
            "tag" => list::read(&mut self.tags, value, list::Items::Texts, str::to_owned),
            "since" => self.since = value.parse().ok().map(Timestamp),
            "until" => self.until = value.parse().ok().map(Timestamp),
            "sort" => {
                let (key, descending) = match value.strip_prefix('-') {
                    Some(key) => (key, true),
                    None => (value, false),
                };
                if let Some(key) = SortKey::known(key) {
                    self.sort = key;
                    self.descending = descending;
                }
            }
            "page" => self.page = value.parse().unwrap_or(1).max(1),
            "after" => self.after = Some(value.to_owned()).filter(|after| !after.is_empty()),
            "size" => self.size = value.parse().unwrap_or(100).clamp(1, 500),
            _ => {}
        }
    }

    /// The pairs that [`Self::from_pairs`] reads back; what is as in the default is left out. Values are not yet encoded.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let plain = Self::default();
        let mut pairs = Vec::new();
        let mut put = |name, value: String| {
            if !value.is_empty() {
                pairs.push((name, value));
            }
        };
        let lower = |text: &str| text.to_ascii_lowercase();
        if self.tab != plain.tab {
            put("tab", lower(self.tab.as_str()));
        }
        put("q", self.text.clone());
        self.apps.iter().for_each(|app| put("app", list::write(app)));
        self.states.iter().for_each(|state| put("state", list::write(&lower(state.as_str()))));
        self.outcomes.iter().for_each(|outcome| put("outcome", list::write(&lower(outcome.as_str()))));
        self.executors.iter().for_each(|executor| put("executor", list::write(executor)));
        self.submitters.iter().for_each(|submitter| put("submitter", list::write(submitter)));
        self.tags.iter().for_each(|tag| put("tag", list::write(tag)));
        put("since", self.since.map(|t| t.to_string()).unwrap_or_default());
        put("until", self.until.map(|t| t.to_string()).unwrap_or_default());
        if (&self.sort, self.descending) != (&plain.sort, plain.descending) {
            put("sort", format!("{}{}", if self.descending { "-" } else { "" }, lower(self.sort.as_str())));
        }
        if self.page != plain.page {
            put("page", self.page.to_string());
        }
        put("after", self.after.clone().unwrap_or_default());
        if self.size != plain.size {
            put("size", self.size.to_string());
        }
        pairs
    }

    /// Whether any filter but the tab narrows the list.
    pub fn is_filtered(&self) -> bool {
        let unfiltered = Self {
            tab: self.tab.clone(),
            sort: self.sort.clone(),
            descending: self.descending,
            page: self.page,
            after: self.after.clone(),
            size: self.size,
            ..Self::default()
        };
        *self != unfiltered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_reads_back_what_it_writes() {
        let query = HistoryQuery {
            tab: Tab::All,
            text: "night ly".into(),
            apps: vec!["A".into(), "B".into()],
            states: vec![TaskState::Running, TaskState::Other("PLACING".into())],
            outcomes: vec![Outcome::NotPlaced, Outcome::Other("EVICTED".into())],
            executors: vec!["e-1".into()],
            submitters: vec!["cn=eva,ou=ops".into(), "CORP\\eva".into()],
            tags: vec!["team=a,b".into(), "night".into(), "path=C:\\,D:\\".into()],
            since: Some(Timestamp(5)),
            until: Some(Timestamp(9)),
            sort: SortKey::Took,
            descending: false,
            page: 3,
            after: Some("5.7.x y".into()),
            size: 20,
        };
        let pairs = query.to_pairs();
        let read = HistoryQuery::from_pairs(pairs.iter().map(|(n, v)| (*n, v.as_str())));
        assert_eq!(read, query);
        assert!(query.is_filtered());
        assert_eq!(HistoryQuery::default().to_pairs(), []);
        assert!(!HistoryQuery::default().is_filtered());
    }

    #[test]
    fn links_with_commas_between_items_keep_working() {
        let read = HistoryQuery::from_pairs([("app", "A,,B"), ("state", "running,Placing"), ("tag", "night")]);
        assert_eq!(read.apps, ["A", "B"]);
        assert_eq!(read.states, [TaskState::Running, TaskState::Other("PLACING".into())]);
        assert_eq!(read.tags, ["night"]);
    }

    #[test]
    fn a_text_with_a_comma_is_also_read_whole() {
        let read = HistoryQuery::from_pairs([("tag", "team=a,b"), ("submitter", "cn=eva,ou=ops")]);
        assert_eq!(read.tags, ["team=a", "b", "team=a,b"]);
        assert_eq!(read.submitters, ["cn=eva", "ou=ops", "cn=eva,ou=ops"]);
        let written = read.to_pairs();
        assert_eq!(HistoryQuery::from_pairs(written.iter().map(|(n, v)| (*n, v.as_str()))), read);
    }

    #[test]
    fn nonsense_is_passed_over() {
        let read =
            HistoryQuery::from_pairs([("sort", "luck"), ("page", "-1"), ("size", "9999"), ("x", "y"), ("tab", "none")]);
        assert_eq!(read, HistoryQuery { size: 500, ..HistoryQuery::default() });
    }
}
