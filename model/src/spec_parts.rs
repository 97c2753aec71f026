//! The parts of a [`crate::TaskSpec`] (contract 3.2 to 3.8), in the order of the contract; configs stand in
//! [`crate::ConfigSpec`].

use crate::{DroveDuration, wire_enum::wire_enum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `executable` (contract 3.2). Any `type` means DOCKER to Drove.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(tag = "type", rename = "DOCKER", rename_all = "camelCase")]
pub struct Executable {
    /// Image; required.
    pub url: String,
    /// Longest time the pull may take; required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docker_pull_timeout: Option<DroveDuration>,
}

/// One entry of `resources` of a spec (contract 3.3); entries of one type are summed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub enum ResourceRequirement {
    /// Whole cores; Drove accepts zero and negative counts.
    #[serde(rename = "CPU")]
    Cpu {
        /// Number of cores.
        count: i64,
    },
    /// Memory.
    #[serde(rename = "MEMORY")]
    Memory {
        /// Size in MB (MiB as docker uses it).
        #[serde(rename = "sizeInMB")]
        size_in_mb: i64,
    },
}

wire_enum!(
    /// `mode` of a volume (contract 3.4).
    MountMode {
        /// May be written to.
        ReadWrite = "READ_WRITE",
        /// May not.
        ReadOnly = "READ_ONLY",
    }
);

/// `volumes` entry (contract 3.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MountedVolume {
    /// Where the container sees it; required.
    #[serde(default)]
    pub path_in_container: String,
    /// Where it lies on the executor; required.
    #[serde(default)]
    pub path_on_host: String,
    /// Required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<MountMode>,
}

wire_enum!(
    /// Language of a placement rule (contract 3.6).
    RuleType {
        /// JSON path rules.
        Hope = "HOPE",
        /// MVEL expressions.
        Mvel = "MVEL",
    }
);
wire_enum!(
    /// How policies are combined (contract 3.6).
    Combiner {
        /// All must accept.
        And = "AND",
        /// One must accept.
        Or = "OR",
    }
);

/// `placementPolicy` (contract 3.6; meaning in 6.4).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlacementPolicy {
    /// Any untagged executor.
    Any,
    /// At most one active task of the source app on each executor.
    OnePerHost,
    /// Fewer than `max` of them.
    MaxNPerHost {
        /// 1 to 64.
        max: i64,
    },
    /// Executors with this tag; a hostname is a tag too.
    MatchTag {
        /// Required.
        tag: String,
    },
    /// Executors without tags.
    NoTag,
    /// A rule decides; the embedded core counts any rule as false.
    #[serde(rename_all = "camelCase")]
    RuleBased {
        /// Required.
        rule: String,
        /// Required.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule_type: Option<RuleType>,
    },
    /// Several policies together.
    Composite {
        /// Required.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        policies: Vec<PlacementPolicy>,
        /// Absent = AND.
        #[serde(skip_serializing_if = "Option::is_none")]
        combiner: Option<Combiner>,
    },
    /// For local services; refused for tasks.
    #[serde(rename_all = "camelCase")]
    Local {
        /// Meaningless for tasks.
        host_level: bool,
    },
}

/// `logging` (contract 3.7): docker's own log driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type")]
pub enum LoggingSpec {
    /// json-file.
    #[serde(rename = "LOCAL", rename_all = "camelCase")]
    Local {
        /// Free text such as `10m`; required.
        #[serde(default)]
        max_size: String,
        /// 1 to 100.
        #[serde(default)]
        max_files: i64,
        /// False when omitted.
        #[serde(default)]
        compress: bool,
    },
    /// syslog.
    #[serde(rename = "RSYSLOG", rename_all = "camelCase")]
    Rsyslog {
        /// Address; required.
        #[serde(default)]
        server: String,
        /// Before the instance ID.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag_prefix: Option<String>,
        /// After it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag_suffix: Option<String>,
    },
    /// One that this build does not know, as it came.
    #[serde(untagged)]
    Other(serde_json::Value),
}

wire_enum!(
    /// `permissions` of a DIRECT device (contract 3.8).
    DevicePermissions {
        /// r.
        ReadOnly = "READ_ONLY",
        /// w.
        WriteOnly = "WRITE_ONLY",
        /// m.
        MknodOnly = "MKNOD_ONLY",
        /// rwm.
        All = "ALL",
        /// rw.
        ReadWrite = "READ_WRITE",
    }
);

/// `devices` entry (contract 3.8); refused unless raw devices are enabled.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum DeviceSpec {
    /// One device file.
    Direct {
        /// Device on the host.
        #[serde(skip_serializing_if = "Option::is_none")]
        path_on_host: Option<String>,
        /// Absent = the same path.
        #[serde(skip_serializing_if = "Option::is_none")]
        path_in_container: Option<String>,
        /// Absent = ALL.
        #[serde(skip_serializing_if = "Option::is_none")]
        permissions: Option<DevicePermissions>,
    },
    /// A docker DeviceRequest.
    Detailed {
        /// Driver name.
        #[serde(skip_serializing_if = "Option::is_none")]
        driver: Option<String>,
        /// How many.
        #[serde(skip_serializing_if = "Option::is_none")]
        count: Option<i64>,
        /// Which.
        #[serde(skip_serializing_if = "Option::is_none")]
        device_ids: Option<Vec<String>>,
        /// Lists of capabilities.
        #[serde(skip_serializing_if = "Option::is_none")]
        capabilities: Option<Vec<Vec<String>>>,
        /// Driver options.
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<BTreeMap<String, String>>,
    },
}

/// `userSpec` (contract 3.8): becomes `user[:group]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UserSpec {
    /// Required.
    pub user: String,
    /// Optional.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}
