//! CREATE: validation, attempts to place the task, and the hand-over to an executor (contract 4.4, 5.5).

use super::{Controller, Deadline};
use crate::{
    Effect, InstanceOrder, Output, Reject, Reply,
    executor_pool::Allocation,
    random::Stream,
    runners::{CreateJob, Placed},
};
use model::{
    ClusterOpSpec, DroveDuration, ExecutorState, InstanceId, TaskKey, TaskSpec,
    fit::Demand,
    validate::{EngineLimits, engine},
};
use std::time::Duration;

/// From the decision to the executor's registering the task, in milliseconds (contract 5.1: 10 to 120 on loopback).
const DELIVERY_MILLIS: (u64, u64) = (8, 40);
/// From the last attempt to the end of the runner: the ID is taken for 2.05 s in all.
const END_OF_ATTEMPTS: Duration = Duration::from_millis(50);
/// A message is sent three times, 1 s apart, before an attempt counts as failed.
const SENDING: Duration = Duration::from_secs(2);
/// With this wait for the first report or less, building the wait itself fails and the runner is lost (contract 5.5).
const BROKEN_WAIT: Duration = Duration::from_secs(3);
/// When it is lost.
const BROKEN_WAIT_ENDS: Duration = Duration::from_millis(2_200);

impl Controller {
    pub(super) fn create(&mut self, spec: Box<TaskSpec>, op: &ClusterOpSpec) -> Result<Reply, Reject> {
        if self.in_maintenance(self.now) {
            return Err(Reject::in_maintenance());
        }
        let key = spec.key();
        // A run that is left over from a deleted record holds its ID until it ended.
        if self.runners.get(&key).is_some() || self.tasks.get(&key).is_some() || self.runs.of(&key).is_some() {
            return Err(Reject::exists(&key));
        }
        let entries = self.engine_entries(&spec);
        if !entries.is_empty() {
            return Err(Reject::Validation(entries));
        }
        let nth = self.runners.count(&key);
        let uuid = Stream::of(self.seed, "instance", &key, u64::from(nth)).uuid();
        let pull = spec.executable.as_ref().and_then(|executable| executable.docker_pull_timeout);
        let job = CreateJob {
            spec,
            instance_id: InstanceId(format!("TI-{uuid}")),
            attempts: 0,
            wait: span(op.timeout).max(span(pull)),
            placed: None,
        };
        self.runners.start(key.clone(), nth, job);
        self.attempt(&key, nth);
        Ok(Reply::Accepted { task_id: key.joined() })
    }

    /// Entries of the engine's validation, from what was taken over from the executors.
    pub(super) fn engine_entries(&self, spec: &TaskSpec) -> Vec<String> {
        let limits = EngineLimits {
            allowed_mount_dirs: self.options.allowed_mount_dirs.clone(),
            disable_cmdl_args: self.options.disable_cmdl_args,
            enable_raw_device_access: self.options.enable_raw_device_access,
        };
        engine(spec, self.pool.validation(), &limits)
    }

    /// One attempt: executors in random order, the first that takes the task wins (contract 6.3).
    pub(super) fn attempt(&mut self, key: &TaskKey, nth: u32) {
        let Some(job) = self.runners.create_job(key, nth) else { return };
        job.attempts += 1;
        let demand = Demand::of(&job.spec);
        let (seed, number) = (self.seed, u64::from(nth) << 32 | u64::from(job.attempts));
        let Some((node, allocation)) = self.pool.place(&demand, || Stream::of(seed, "placement", key, number)) else {
            self.try_again(key, nth, Duration::ZERO);
            return;
        };
        job.placed = Some(Placed { node, allocation });
        let millis = Stream::of(seed, "delivery", key, number).between(DELIVERY_MILLIS.0, DELIVERY_MILLIS.1);
        self.timers.set(self.now + Duration::from_millis(millis), Deadline::Deliver { key: key.clone(), nth });
    }

    /// The executor receives the order: it registers the run if it takes tasks (contract 5.1, step 4).
    pub(super) fn deliver(&mut self, key: &TaskKey, nth: u32) {
        let Some(Placed { node, allocation }) = self.runners.create_job(key, nth).and_then(|job| job.placed.take())
        else {
            return;
        };
        let accepts = |node: &crate::executor_pool::Node| node.reachable() && *node.state() == ExecutorState::Active;
        if !self.pool.get(node).is_some_and(accepts) {
            self.unlock(node, &allocation);
            self.try_again(key, nth, SENDING);
            return;
        }
        let (Some(job), Some(executor)) = (self.runners.placed(key), self.pool.get(node)) else { return };
        if job.wait <= BROKEN_WAIT {
            self.timers.set(self.now + BROKEN_WAIT_ENDS, Deadline::DropRunner { key: key.clone(), nth });
        }
        let order = InstanceOrder {
            run: self.runs.number(),
            key: key.clone(),
            nth,
            instance_id: job.instance_id,
            executor_id: executor.id().clone(),
            hostname: executor.hostname().to_owned(),
            cores: allocation.cores.clone(),
            numa: allocation.numa,
            spec: job.spec,
        };
        self.register(&order, node, allocation);
        self.effects.push_back(Effect::Pull(Box::new(order)));
    }

    /// All attempts failed: nothing is written, no event is raised, the ID is free (contract 5.5).
    pub(super) fn give_up(&mut self, key: &TaskKey, nth: u32) {
        if self.runners.create_job(key, nth).is_some() {
            self.runners.remove(key);
            self.outputs.push_back(Output::AttemptsEnded(key.clone()));
        }
    }

    /// Gives back what the scheduler locked for an order that is not carried out.
    pub(super) fn unlock(&mut self, node: usize, allocation: &Allocation) {
        if let Some(node) = self.pool.get_mut(node) {
            node.release(allocation);
        }
    }

    fn try_again(&mut self, key: &TaskKey, nth: u32, failing: Duration) {
        let attempts = 1 + self.options.job_retry_count;
        let Some(job) = self.runners.create_job(key, nth) else { return };
        let key = key.clone();
        if job.attempts < attempts {
            let interval = self.options.job_retry_interval.to_std();
            self.timers.set(self.now + failing + interval, Deadline::Attempt { key, nth });
        } else {
            self.timers.set(self.now + failing + END_OF_ATTEMPTS, Deadline::GiveUp { key, nth });
        }
    }
}

fn span(duration: Option<DroveDuration>) -> Duration {
    duration.map(DroveDuration::to_std).unwrap_or_default()
}
