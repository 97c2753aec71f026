//! The parts of a [`crate::TaskSpec`] (contract 3.2 to 3.8), in the order of the contract.

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

/// `configs` entry (contract 3.5). `local_filename` is required in all of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum ConfigSpec {
    /// Contents in the spec.
    #[serde(rename = "INLINE")]
    Inline {
        /// Path in the container.
        local_filename: String,
        /// Contents as base64; required.
        data: String,
    },
    /// A file of the executor's machine.
    #[serde(rename = "EXECUTOR_LOCAL_FILE")]
    ExecutorLocalFile {
        /// Path in the container.
        local_filename: String,
        /// Path on the executor.
        #[serde(skip_serializing_if = "Option::is_none")]
        file_path_on_host: Option<String>,
    },
    /// Fetched by the controller at each attempt to place the task.
    #[serde(rename = "CONTROLLER_HTTP_FETCH")]
    ControllerHttpFetch {
        /// Path in the container.
        local_filename: String,
        /// Required.
        #[serde(skip_serializing_if = "Option::is_none")]
        http: Option<HttpCallSpec>,
    },
    /// Fetched by the executor before the start.
    #[serde(rename = "EXECUTOR_HTTP_FETCH")]
    ExecutorHttpFetch {
        /// Path in the container.
        local_filename: String,
        /// Required.
        #[serde(skip_serializing_if = "Option::is_none")]
        http: Option<HttpCallSpec>,
    },
}

wire_enum!(
    /// `protocol` of an [`HttpCallSpec`].
    HttpProtocol {
        /// Plain.
        Http = "HTTP",
        /// TLS.
        Https = "HTTPS",
    }
);
wire_enum!(
    /// `verb` of an [`HttpCallSpec`].
    HttpVerb {
        /// GET.
        Get = "GET",
        /// POST.
        Post = "POST",
        /// PUT.
        Put = "PUT",
    }
);

/// How a config is fetched (contract 3.5). Holds credentials: never log it.
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpCallSpec {
    /// Scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<HttpProtocol>,
    /// Host; a real cluster ignores it and calls localhost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// 0 = the scheme's own.
    pub port: i64,
    /// Path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<HttpVerb>,
    /// Status codes that count as success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_codes: Option<Vec<i64>>,
    /// Body of a POST or PUT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// Longest wait for the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_timeout: Option<DroveDuration>,
    /// Longest wait for the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_timeout: Option<DroveDuration>,
    /// User name of a Basic header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password of a Basic header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Raw `Authorization` value; wins over the pair above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_header: Option<String>,
    /// Further headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
    /// Skips TLS checks.
    pub insecure: bool,
}

impl std::fmt::Debug for HttpCallSpec {
    /// Names host and path only: the rest may hold credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpCallSpec")
            .field("hostname", &self.hostname)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
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
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
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
        policies: Vec<PlacementPolicy>,
        /// Absent = AND.
        #[serde(skip_serializing_if = "Option::is_none")]
        combiner: Option<Combiner>,
    },
    /// For local services; refused for tasks.
    Local {
        /// Meaningless for tasks.
        host_level: bool,
    },
}

/// `logging` (contract 3.7): docker's own log driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum LoggingSpec {
    /// json-file.
    #[serde(rename = "LOCAL")]
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
    #[serde(rename = "RSYSLOG")]
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
