//! Files that a task is given (contract 3.5).

use crate::{DroveDuration, wire_enum::wire_enum};
use serde::Serialize;
use std::collections::BTreeMap;

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
