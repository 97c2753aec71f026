//! The commands of the golden scripts.

use controller::{Command, Options, Output, Reject, Reply, Simulation, scenario::demo_world};
use model::{
    ClusterOpSpec, DroveDuration, DroveEvent, Executable, ExecutorId, PlacementPolicy, ResourceRequirement, TaskInfo,
    TaskKey, TaskSpec, Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

const START: Timestamp = Timestamp(1_795_572_000_000);

/// The demo's machines, and what has been written about them.
pub struct World {
    simulation: Simulation,
    now: Timestamp,
    heard: Timestamp,
    logs: BTreeMap<u64, Vec<u8>>,
}

impl Default for World {
    fn default() -> Self {
        let simulation = Simulation::new(&demo_world(1, Options::demo()), START);
        Self { simulation, now: START, heard: Timestamp(START.millis() - 1), logs: BTreeMap::new() }
    }
}

impl World {
    /// Carries out one command and says what came of it.
    pub fn command(&mut self, line: &str) -> Vec<String> {
        let mut words = line.split_whitespace();
        let verb = words.next().unwrap();
        let rest: Vec<&str> = words.collect();
        let first = rest.first().copied().unwrap_or_default();
        match verb {
            "advance" => self.advance(DroveDuration::parse(first).unwrap().to_std()),
            "resume" => {
                self.now = self.now + DroveDuration::parse(first).unwrap().to_std();
                self.simulation.resume(self.now);
                self.news()
            }
            "restart" => {
                let saved = serde_json::to_string(&self.simulation).unwrap();
                self.simulation = serde_json::from_str(&saved).unwrap();
                vec!["restored".into()]
            }
            "create" => {
                let (spec, op) = create(first, &rest[1..]);
                self.submit(Command::Create { spec: Box::new(spec), op })
            }
            "burst" => (0..rest[1].parse().unwrap())
                .flat_map(|n: u32| {
                    let (spec, op) = create(&format!("{first}{n}"), &rest[2..]);
                    self.submit(Command::Create { spec: Box::new(spec), op })
                })
                .collect(),
            "validate" => {
                let (spec, _) = create(first, &rest[1..]);
                let entries = self.simulation.controller().validate(&spec, self.now);
                if entries.is_empty() { vec!["valid".into()] } else { entries }
            }
            "kill" => self.submit(Command::Kill { key: key(first), op: ClusterOpSpec::default() }),
            "delete" => self.submit(Command::Delete { key: key(first) }),
            "blacklist" => self.submit(Command::Blacklist { ids: self.ids(&rest) }),
            "unblacklist" => self.submit(Command::Unblacklist { ids: self.ids(&rest) }),
            "maintenance-on" => self.submit(Command::SetMaintenance),
            "maintenance-off" => self.submit(Command::UnsetMaintenance),
            "silence" => self.submit(Command::SilenceExecutor { id: ExecutorId(self.ids(&rest).remove(0)) }),
            "restore" => self.submit(Command::RestoreExecutor { id: ExecutorId(self.ids(&rest).remove(0)) }),
            "options" => {
                let given: serde_json::Map<_, _> =
                    rest.iter().map(|o| o.split_once('=').unwrap()).map(|(n, v)| (n.to_owned(), v.into())).collect();
                self.submit(Command::SetOptions { options: serde_json::from_value(given.into()).unwrap() })
            }
            "task" => vec![self.simulation.controller().task(&key(first)).map_or("none".into(), describe)],
            "tasks" => self.simulation.controller().active_tasks().into_iter().map(describe).collect(),
            "executors" => self.executors(),
            "summary" => vec![match self.simulation.controller().summary() {
                None => "not computed yet".into(),
                Some(s) => format!(
                    "{} {} executors={} tasks={} cores={}/{} memory={}/{}",
                    s.leader,
                    s.state,
                    s.num_executors,
                    s.num_active_tasks,
                    s.used_cores,
                    s.total_cores,
                    s.used_memory,
                    s.total_memory
                ),
            }],
            "log" => self.log(first),
            other => panic!("no command {other}"),
        }
    }

    fn advance(&mut self, span: Duration) -> Vec<String> {
        self.now = self.now + span;
        self.simulation.handle_timeout(self.now);
        self.news()
    }

    fn submit(&mut self, command: Command) -> Vec<String> {
        let answer = self.simulation.handle_command(command, self.now);
        let mut lines = match answer {
            Ok(Reply::Accepted { task_id }) => vec![format!("accepted {task_id}")],
            Ok(Reply::Deleted) => vec!["deleted".into()],
            Ok(Reply::Cluster(data)) => vec![format!("{} since {}", data.state, since(data.updated))],
            Ok(Reply::Blacklist(answer)) => vec![self.blacklist_answer(&answer)],
            Ok(Reply::Wait(_)) => vec!["to be answered".into()],
            Ok(Reply::Done) => vec!["done".into()],
            Err(Reject::Validation(entries)) => entries.into_iter().map(|entry| format!("refused: {entry}")).collect(),
            Err(Reject::Failed(message)) => vec![format!("failed: {message}")],
        };
        lines.extend(self.news());
        lines
    }

    /// Events and outputs since the last time, and bytes of log put away.
    fn news(&mut self) -> Vec<String> {
        let mut told = Vec::new();
        while let Some(output) = self.simulation.poll_output() {
            match output {
                Output::Log { run, offset, bytes, .. } => {
                    let log = self.logs.entry(run).or_default();
                    assert_eq!(log.len() as u64, offset, "a gap in the log of run {run}");
                    log.extend(bytes);
                }
                Output::RemoveLogs { run } => {
                    self.logs.remove(&run);
                    told.push(format!("logs of run {run} may go"));
                }
                Output::AttemptsEnded(key) => told.push(format!("{key}: attempts ended, no record")),
                Output::Completed(_, answer) => told.push(format!("answer: {}", self.blacklist_answer(&answer))),
                Output::Touched(_) => {}
            }
        }
        let list = self.simulation.controller().events(self.heard, usize::MAX);
        self.heard = list.last_sync_time;
        list.events.iter().rev().map(|event| self.event(event)).chain(told).collect()
    }

    fn event(&self, event: &DroveEvent) -> String {
        let at = since(event.time);
        let Some((key, state)) = event.task_state_change() else {
            let whom = event.text("EXECUTOR_ID").map_or("", |id| self.name(id));
            return format!("{at} {} {whom}", event.kind).trim_end().to_owned();
        };
        let result = event
            .text("RESULT_STATUS")
            .map_or(String::new(), |status| format!(" {status}/{}", event.number("RESULT_EXIT_CODE").unwrap()));
        let error = event.text("ERROR").map_or(String::new(), |error| format!(" {}", error.trim_end()));
        format!("{at} {key} {state} on {}{result}{error}", self.name(event.text("EXECUTOR_ID").unwrap()))
    }

    fn executors(&self) -> Vec<String> {
        let core = self.simulation.controller();
        let tasks = |id| core.executor(id).map_or("no detail".into(), |data| format!("{} tasks", data.tasks.len()));
        core.executors()
            .iter()
            .map(|e| {
                let (cores, memory) = (e.free_cores + e.used_cores, e.free_memory + e.used_memory);
                let figures = format!("cores={}/{cores} memory={}/{memory}", e.used_cores, e.used_memory);
                format!("{} {} {figures} {}", e.hostname, e.state, tasks(&e.executor_id))
            })
            .collect()
    }

    /// The container's lines of a log, without their dates.
    fn log(&self, name: &str) -> Vec<String> {
        let Some(run) = self.simulation.controller().log_number(&key(name)) else { return vec!["none".into()] };
        let text = String::from_utf8(self.logs[&run].clone()).unwrap();
        let worth = ["InstanceLogHandler", "ImagePullProgressHandler", "TaskMonitoringAction"];
        text.lines()
            .map(|line| line.splitn(4, " | ").collect::<Vec<_>>())
            .filter(|parts| worth.contains(&parts[2].trim_end()))
            .map(|parts| {
                format!("{} {}", parts[0], parts[3].escape_debug().to_string().chars().take(150).collect::<String>())
            })
            .collect()
    }

    fn blacklist_answer(&self, answer: &model::BlacklistOperationResponse) -> String {
        let names = |ids: &std::collections::BTreeSet<String>| {
            ids.iter().map(|id| self.name(id).to_owned()).collect::<Vec<_>>().join(" ")
        };
        format!("{} (successful: {}; failed: {})", answer.message, names(&answer.successful), names(&answer.failed))
    }

    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        NAMES.with(|names| names.get(id).copied()).unwrap_or(id)
    }

    fn ids(&self, names: &[&str]) -> Vec<String> {
        let id = |name: &&str| NAMES.with(|names| names.iter().find(|(_, n)| *n == name).map(|(id, _)| id.clone()));
        names.iter().map(|name| id(name).unwrap_or_else(|| (*name).to_owned())).collect()
    }
}

thread_local! {
    /// Executors by ID.
    static NAMES: BTreeMap<String, &'static str> = demo_world(1, Options::demo())
        .executors
        .iter()
        .zip(["exec-1", "exec-2", "exec-3", "exec-4", "exec-5", "exec-6"])
        .map(|(machine, name)| (machine.executor_id().0, name))
        .collect();
}

fn key(text: &str) -> TaskKey {
    TaskKey::parse(text).unwrap()
}

/// Minutes, seconds and milliseconds since the world began.
fn since(at: Timestamp) -> String {
    let millis = at.millis() - START.millis();
    format!("{:02}:{:02}.{:03}", millis / 60_000, millis / 1_000 % 60, millis % 1_000)
}

fn describe(info: &TaskInfo) -> String {
    let result = info.task_result.as_ref().map_or(String::new(), |r| format!(" {}/{}", r.status, r.exit_code));
    let error =
        if info.error_message.is_empty() { String::new() } else { format!(" {}", info.error_message.trim_end()) };
    format!("{} {} heard at {}{result}{error}", info.key(), info.state, since(info.updated))
}

/// `cpu`, `memory`, `image`, `tag`, `policy`, `timeout`, `pull-timeout`, `mount`; capital names are environment.
fn create(name: &str, options: &[&str]) -> (TaskSpec, ClusterOpSpec) {
    let key = key(name);
    let (mut cores, mut memory, mut image) = (1, 512, "ghcr.io/appform-io/test-task");
    let mut policy = PlacementPolicy::Any;
    let mut op = ClusterOpSpec::default();
    let mut pull_timeout = DroveDuration::seconds(100);
    let mut env = BTreeMap::new();
    let mut volumes = Vec::new();
    for option in options {
        let (name, value) = option.split_once('=').unwrap();
        match name {
            "cpu" => cores = value.parse().unwrap(),
            "memory" => memory = value.parse().unwrap(),
            "image" => image = value,
            "tag" => policy = PlacementPolicy::MatchTag { tag: value.to_owned() },
            "policy" if value == "ONE_PER_HOST" => policy = PlacementPolicy::OnePerHost,
            "policy" => policy = PlacementPolicy::RuleBased { rule: value.to_owned(), rule_type: None },
            "timeout" => op.timeout = Some(DroveDuration::parse(value).unwrap()),
            "pull-timeout" => pull_timeout = DroveDuration::parse(value).unwrap(),
            "mount" => volumes.push(model::MountedVolume {
                path_in_container: "/data".into(),
                path_on_host: value.into(),
                mode: Some(model::MountMode::ReadOnly),
            }),
            name => {
                assert!(name.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "no option {name}");
                env.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    let spec = TaskSpec {
        source_app_name: key.app,
        task_id: key.id,
        executable: Some(Executable { url: image.to_owned(), docker_pull_timeout: Some(pull_timeout) }),
        resources: vec![ResourceRequirement::Cpu { count: cores }, ResourceRequirement::Memory { size_in_mb: memory }],
        placement_policy: Some(policy),
        env: Some(env),
        volumes: (!volumes.is_empty()).then_some(volumes),
        ..TaskSpec::default()
    };
    (spec, op)
}
