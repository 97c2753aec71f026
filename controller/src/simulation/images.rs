//! The catalogue of simulated images (design section 7): names and defaults are fixed, people and tests rely on them.

use crate::{Behaviour, Ending, InstanceOrder, Pull, PullOutcome, RunPlan, Script, StartOutcome, random::Stream};
use std::collections::BTreeMap;

/// Docker refuses less memory than this, in MB; 0 is unlimited (contract 3.3).
const LEAST_MEMORY_MB: i64 = 6;
/// What a container without a limit finds on its machine, in MB.
const UNLIMITED_MB: i64 = 4_096;
/// Steps in which a container runs out of memory, one a second.
const OOM_STEPS: u64 = 8;

/// How a container of this order behaves.
pub(super) fn behaviour(order: &InstanceOrder, stream: &mut Stream) -> Behaviour {
    let image = order.image();
    let env = Env(order.spec.env.as_ref());
    let mut behaviour = catalogue(image, &env, order.spec.memory_mb(), stream);
    if (1..LEAST_MEMORY_MB).contains(&order.spec.memory_mb()) {
        behaviour.start =
            refused(format!("Status 400: {{\"message\":\"Minimum memory limit allowed is {LEAST_MEMORY_MB}MB\"}}\n"));
    }
    behaviour
}

fn catalogue(image: &str, env: &Env<'_>, memory_mb: i64, stream: &mut Stream) -> Behaviour {
    let seconds = |default| env.number("ITERATIONS").or_else(|| env.number("SECONDS")).unwrap_or(default);
    let ends = |seconds: u64, code| Some(Ending { millis: seconds * 1_000, code: env.code(code), oom_killed: false });
    // Ends that the image does not name come only when the environment does.
    let ends_if_told = |code| {
        let told = env.number("SECONDS").or_else(|| env.number("ITERATIONS"));
        told.and_then(|seconds| ends(seconds, code))
    };
    let pulled = pull(env, stream);
    let starts = StartOutcome::Starts { millis: stream.between(80, 220) };
    let runs =
        |script, ending| Behaviour { pull: pulled.clone(), start: starts.clone(), run: RunPlan { script, ending } };
    let fails_to_pull = |status: u16, message: String| {
        let error = format!("Error while pulling image {image}: Status {status}: {{\"message\":\"{message}\"}}\n");
        let pull = Pull { millis: 60, layers: 0, outcome: PullOutcome::Fails(error) };
        Behaviour { pull, ..runs(Script::Quiet, None) }
    };
    match without_latest(image) {
        "ghcr.io/appform-io/test-task" => {
            let count = seconds(30);
            runs(Script::Iterations { count }, ends(count, 0))
        }
        "demo/fails:1" => {
            let seconds = seconds(5);
            runs(Script::Complains { seconds, code: env.code(3) }, ends(seconds, 3))
        }
        "demo/oom:1" => {
            let steps = seconds(OOM_STEPS);
            let memory_mb = if memory_mb > 0 { memory_mb } else { UNLIMITED_MB };
            let ending = Ending { millis: steps * 1_000, code: 137, oom_killed: true };
            runs(Script::GrowsUntil { memory_mb, steps }, Some(ending))
        }
        "demo/slow-pull:1" => {
            let millis = env.number("PULL_SECONDS").unwrap_or(20) * 1_000;
            let count = seconds(10);
            let pull = Pull { millis, layers: 4, outcome: PullOutcome::Pulled };
            Behaviour { pull, ..runs(Script::Iterations { count }, ends(count, 0)) }
        }
        "demo/stalled-pull:1" => {
            let pull = Pull { millis: 0, layers: 3, outcome: PullOutcome::StallsAt(64) };
            Behaviour { pull, ..runs(Script::Quiet, None) }
        }
        "demo/missing:1" => {
            fails_to_pull(404, format!("manifest for {image} not found: manifest unknown: manifest unknown"))
        }
        "unreachable.invalid/x:1" => {
            let cause = "dial tcp: lookup unreachable.invalid: no such host";
            fails_to_pull(500, format!("Get \\\"https://unreachable.invalid/v2/\\\": {cause}"))
        }
        "demo/bad-command:1" => {
            let error = "Status 400: {\"message\":\"failed to create shim task: OCI runtime create failed: runc create \
                         failed: unable to start container process: exec: \\\"nosuchcommand\\\": executable file not \
                         found in $PATH: unknown\"}\n";
            Behaviour { start: refused(error.to_owned()), ..runs(Script::Quiet, None) }
        }
        "demo/colours:1" => {
            let seconds = seconds(20);
            runs(Script::Colours { seconds }, ends(seconds, 0))
        }
        "demo/unicode:1" => {
            let seconds = seconds(14);
            runs(Script::Unicode { seconds }, ends(seconds, 0))
        }
        "demo/chatty:1" => {
            let per_second = env.number("LINES_PER_SECOND").unwrap_or(200).min(MOST_LINES_PER_SECOND);
            runs(Script::Chatty { per_second }, ends_if_told(0))
        }
        "demo/forever:1" => runs(Script::Heartbeat, ends_if_told(0)),
        _ => {
            let seconds = env.number("SECONDS").or_else(|| env.number("ITERATIONS"));
            let seconds = seconds.unwrap_or_else(|| stream.between(20, 60));
            runs(Script::Stranger { image: image.to_owned() }, ends(seconds, 0))
        }
    }
}

/// A container that writes more than this would keep the demo from anything else.
const MOST_LINES_PER_SECOND: u64 = 5_000;
/// Longer spans are cut: a hundred years of milliseconds still count without overflow.
const MOST_SECONDS: u64 = 100 * 365 * 86_400;

/// By `PULL_SECONDS`, or 0 to 3 s by chance; 0 = the image is on the machine already.
fn pull(env: &Env<'_>, stream: &mut Stream) -> Pull {
    let millis = match env.number("PULL_SECONDS") {
        Some(seconds) => seconds * 1_000,
        None => stream.below(4) * stream.between(600, 1_000),
    };
    if millis == 0 {
        return Pull { millis: 5, layers: 0, outcome: PullOutcome::Pulled };
    }
    Pull { millis, layers: 2, outcome: PullOutcome::Pulled }
}

fn refused(error: String) -> StartOutcome {
    StartOutcome::Fails { millis: 40, error }
}

fn without_latest(image: &str) -> &str {
    image.strip_suffix(":latest").unwrap_or(image)
}

/// The environment as far as simulated images read it.
struct Env<'a>(Option<&'a BTreeMap<String, String>>);

impl Env<'_> {
    fn number(&self, name: &str) -> Option<u64> {
        let text = self.0?.get(name)?;
        text.trim().parse::<u64>().ok().map(|number| number.min(MOST_SECONDS))
    }

    /// `EXIT_CODE` as an exit code of a process.
    fn code(&self, default: i64) -> i64 {
        let text = self.0.and_then(|env| env.get("EXIT_CODE"));
        text.and_then(|text| text.trim().parse::<i64>().ok()).map_or(default, |code| code.rem_euclid(256))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::TaskKey;

    fn of(image: &str, env: &[(&str, &str)]) -> Behaviour {
        let env: BTreeMap<String, String> = env.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        catalogue(image, &Env(Some(&env)), 64, &mut Stream::of(1, "container", &TaskKey::new("A", "1"), 1))
    }

    fn ending(image: &str, env: &[(&str, &str)]) -> Option<(u64, i64)> {
        of(image, env).run.ending.map(|ending| (ending.millis / 1_000, ending.code))
    }

    #[test]
    fn images_end_by_default_as_the_catalogue_says() {
        for (image, expected) in [
            ("ghcr.io/appform-io/test-task", Some((30, 0))),
            ("ghcr.io/appform-io/test-task:latest", Some((30, 0))),
            ("demo/fails:1", Some((5, 3))),
            ("demo/oom:1", Some((8, 137))),
            ("demo/chatty:1", None),
            ("demo/forever:1", None),
        ] {
            assert_eq!(ending(image, &[]), expected, "{image}");
        }
        let (seconds, code) = ending("registry.example/any:3", &[]).unwrap();
        assert!((20..=60).contains(&seconds) && code == 0, "{seconds} s, exit {code}");
    }

    #[test]
    fn the_environment_decides() {
        for image in ["ghcr.io/appform-io/test-task", "demo/fails:1", "demo/colours:1", "demo/unicode:1", "any/other:2"]
        {
            assert_eq!(ending(image, &[("SECONDS", "7"), ("EXIT_CODE", "9")]), Some((7, 9)), "{image}");
            assert_eq!(ending(image, &[("ITERATIONS", "0"), ("EXIT_CODE", "0")]), Some((0, 0)), "{image}");
        }
        assert_eq!(ending("demo/forever:1", &[("SECONDS", "3")]), Some((3, 0)));
        assert_eq!(ending("demo/fails:1", &[("EXIT_CODE", "nonsense")]), Some((5, 3)));
        assert_eq!(ending("demo/fails:1", &[("EXIT_CODE", "-1")]), Some((5, 255)));
        assert_eq!(of("demo/slow-pull:1", &[]).pull.millis, 20_000);
        assert_eq!(of("demo/slow-pull:1", &[("PULL_SECONDS", "4")]).pull.millis, 4_000);
        assert_eq!(of("any/other:2", &[("PULL_SECONDS", "0")]).pull.layers, 0);
        assert_eq!(of("demo/chatty:1", &[]).run.script, Script::Chatty { per_second: 200 });
    }

    #[test]
    fn a_pull_takes_up_to_three_seconds_by_chance() {
        let longest =
            (0..50).map(|n| pull(&Env(None), &mut Stream::of(n, "container", &TaskKey::new("A", "1"), 1)).millis).max();
        assert!(longest.is_some_and(|millis| (1_000..=3_000).contains(&millis)), "{longest:?}");
    }
}
