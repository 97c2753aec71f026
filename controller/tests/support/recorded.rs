//! The machines and options of the cluster that was recorded (`tests/recordings/README.md`).

use controller::{ControllerNode, Machine, NumaNode, Options, WorldConfig};
use std::collections::BTreeMap;

/// The cluster, with containers that behave by their image.
pub fn world() -> WorldConfig {
    WorldConfig {
        seed: 1,
        options: Options {
            allowed_mount_dirs: vec!["/tmp".into()],
            stale_check_interval: model::DroveDuration::parse("1m").unwrap(),
            ..Options::default()
        },
        controllers: vec![ControllerNode { hostname: "localhost".into(), port: 10_000 }],
        executors: machines(),
        behaviours: BTreeMap::new(),
    }
}

fn machines() -> Vec<Machine> {
    let machine = |port, tag: &[&str], numa: &[(u32, &[u32], i64)]| Machine {
        hostname: "localhost".into(),
        port,
        tags: tag.iter().map(|tag| (*tag).to_owned()).collect(),
        numa: numa
            .iter()
            .map(|(id, cores, memory_mb)| {
                (*id, NumaNode { cores: cores.iter().copied().collect(), memory_mb: *memory_mb })
            })
            .collect(),
    };
    vec![machine(3000, &[], &[(0, &[0], 6000), (1, &[1], 6000)]), machine(3010, &["gpu"], &[(0, &[0, 1], 4000)])]
}
