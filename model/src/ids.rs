//! Names by which Drove knows things. Parsing a key from user text is validation; reading one from the wire is not:
//! what a cluster sends is kept as it is.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The name as Drove writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    };
}

text_id!(
    /// `sourceAppName`: the application a task belongs to (contract 3.1).
    SourceAppName
);
text_id!(
    /// `taskId`: the ID its user chose, unique within one source app (contract 0.1, 3.1).
    TaskId
);
text_id!(
    /// `instanceId`: `TI-` and a random UUID, one for each run that an executor registered (contract 2.3).
    InstanceId
);
text_id!(
    /// `executorId`: the version 3 UUID of `hostname:port` (contract 2.3).
    ExecutorId
);

/// What identifies a task: the pair of source app and task ID. Pairs never collide, although Drove joins them with a
/// hyphen internally (contract 12, row 30).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskKey {
    /// `sourceAppName`.
    pub app: SourceAppName,
    /// `taskId`.
    pub id: TaskId,
}

impl TaskKey {
    /// The key of task `id` of `app`.
    pub fn new(app: impl Into<SourceAppName>, id: impl Into<TaskId>) -> Self {
        Self { app: app.into(), id: id.into() }
    }

    /// `APP-ID`, the form that CREATE answers with and that `Task already exists` quotes (contract 4.3, 4.4).
    pub fn joined(&self) -> String {
        format!("{}-{}", self.app, self.id)
    }

    /// Reads the form that [`fmt::Display`] writes, `APP/ID`; neither part may hold a slash.
    pub fn parse(text: &str) -> Option<Self> {
        let (app, id) = text.split_once('/')?;
        (!app.is_empty() && !id.is_empty() && !id.contains('/')).then(|| Self::new(app, id))
    }
}

impl fmt::Display for TaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.app, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_what_it_writes() {
        let key = TaskKey::new("TEST_APP", "T-1");
        assert_eq!(TaskKey::parse(&key.to_string()), Some(key.clone()));
        assert_eq!(key.joined(), "TEST_APP-T-1");
        for bad in ["", "A", "A/", "/B", "A/B/C"] {
            assert_eq!(TaskKey::parse(bad), None, "{bad}");
        }
    }
}
