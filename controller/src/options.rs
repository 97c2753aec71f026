//! Options of the core, by Drove's names and with Drove's defaults (contract 10.1).

use model::{ClusterOpSpec, DroveDuration, DurationUnit, FailureStrategy};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// `[demo.options]` of the configuration file. An option that is absent is as in [`Options::demo`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default = "Options::demo", deny_unknown_fields)]
pub struct Options {
    /// How often records are looked through for old ones.
    pub stale_check_interval: DroveDuration,
    /// Age at which the record of an ended task is purged.
    pub stale_task_age: DroveDuration,
    /// Silence after which an executor counts as gone.
    pub stale_executor_age: DroveDuration,
    /// How long events are kept.
    pub max_events_storage_duration: DroveDuration,
    /// Timeout of operations that the controller makes itself.
    pub cluster_op_timeout: DroveDuration,
    /// Parallelism of operations that the controller makes itself.
    pub cluster_op_parallelism: i64,
    /// Further attempts to place a task after the first.
    pub job_retry_count: u32,
    /// Time between attempts.
    pub job_retry_interval: DroveDuration,
    /// Host directories that may be mounted; empty = all.
    pub allowed_mount_dirs: Vec<String>,
    /// Refuse `args`.
    pub disable_cmdl_args: bool,
    /// Take `devices`.
    pub enable_raw_device_access: bool,
}

impl Default for Options {
    fn default() -> Self {
        let of = |count, unit| DroveDuration { count, unit };
        Self {
            stale_check_interval: of(1, DurationUnit::Hours),
            stale_task_age: of(2, DurationUnit::Days),
            stale_executor_age: of(45, DurationUnit::Seconds),
            max_events_storage_duration: of(60, DurationUnit::Minutes),
            cluster_op_timeout: of(300, DurationUnit::Seconds),
            cluster_op_parallelism: 1,
            job_retry_count: 2,
            job_retry_interval: of(1, DurationUnit::Seconds),
            allowed_mount_dirs: Vec::new(),
            disable_cmdl_args: false,
            enable_raw_device_access: false,
        }
    }
}

impl Options {
    /// Options of the demo's machines: `/tmp` and `/srv` may be mounted (design section 6).
    pub fn demo() -> Self {
        Self { allowed_mount_dirs: vec!["/tmp".to_owned(), "/srv".to_owned()], ..Self::default() }
    }

    /// What is out of bounds, one sentence each; bounds are Drove's (contract 10.1).
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut within = |name: &str, value: DroveDuration, least: u64, most: u64| {
            let seconds = value.to_std();
            if seconds < Duration::from_secs(least) || seconds > Duration::from_secs(most) {
                faults.push(format!("{name} is {value}; it must be between {least} and {most} seconds"));
            }
        };
        within("staleCheckInterval", self.stale_check_interval, 60, u64::MAX);
        within("staleTaskAge", self.stale_task_age, 60, u64::MAX);
        within("staleExecutorAge", self.stale_executor_age, 10, 3600);
        within("clusterOpTimeout", self.cluster_op_timeout, 10, 1800);
        within("jobRetryInterval", self.job_retry_interval, 1, 1800);
        if !(1..=512).contains(&self.cluster_op_parallelism) {
            faults
                .push(format!("clusterOpParallelism is {}; it must be between 1 and 512", self.cluster_op_parallelism));
        }
        if self.job_retry_count > 32 {
            faults.push(format!("jobRetryCount is {}; it must be between 0 and 32", self.job_retry_count));
        }
        faults
    }

    /// The op spec of operations that the controller makes itself (contract 4.2).
    pub fn own_operation(&self) -> ClusterOpSpec {
        ClusterOpSpec {
            timeout: Some(self.cluster_op_timeout),
            parallelism: self.cluster_op_parallelism,
            failure_strategy: Some(FailureStrategy::Stop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_droves_bounds() {
        assert_eq!(Options::default().faults(), Vec::<String>::new());
        assert_eq!(Options::demo().faults(), Vec::<String>::new());
    }

    #[test]
    fn a_value_out_of_bounds_is_named() {
        let options = Options { job_retry_count: 33, ..Options::default() };
        assert_eq!(options.faults(), ["jobRetryCount is 33; it must be between 0 and 32"]);
    }
}
