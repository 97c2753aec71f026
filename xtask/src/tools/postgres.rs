//! A PostgreSQL server of our own, for the tests of a ledger that replicas share: on a socket, and on loopback for those
//! who come with TLS and a password; in a folder that goes with it, run by a user that is not root.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{Outcome, files, process, tools::apt};

/// Tells the tests where the server is.
pub const VARIABLE: &str = "DROVE_DASHBOARD_TEST_POSTGRES";

/// Debian puts each version into a folder of its own.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The user that Debian's package brings.
const USER: &str = "postgres";
/// The certificate for 127.0.0.1 that other tests have, too, and its key.
const CERTIFICATE: [(&str, &str); 2] = [
    ("server.crt", "backend/tests/cluster/tls/controller.pem"),
    ("server.key", "backend/tests/cluster/tls/controller.key"),
];
/// Without TLS only those come in who reach the socket.
const WHO_MAY: &str = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
const LONGEST_START: Duration = Duration::from_secs(60);

/// A running server; it ends when this is dropped.
pub struct Server {
    process: Child,
    folder: PathBuf,
    port: u16,
    programs: PathBuf,
}

/// Installs PostgreSQL unless it is there.
///
/// # Errors
/// When it is missing and cannot be installed.
pub fn install() -> Outcome {
    if programs().is_some() { Ok(()) } else { apt::install(&["postgresql"], "tests of the ledger") }
}

impl Server {
    /// Starts a server that nobody else can use.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start() -> Outcome<Server> {
        let programs = programs().ok_or("PostgreSQL is not installed")?;
        // Outside of the checkout, which its user may not be able to enter.
        let folder = env::temp_dir().join(format!("drove-dashboard-postgres-{}", std::process::id()));
        process::read(&mut as_user(Path::new("mkdir"), |make| make.arg("-m700").arg(&folder)))?;
        process::read(&mut as_user(&programs.join("initdb"), |init| {
            init.args(["--auth=trust", "--username=dashboard", "--no-sync", "--encoding=UTF8", "--pgdata"])
                .arg(folder.join("data"))
        }))?;
        write(&folder.join("data/pg_hba.conf"), WHO_MAY)?;
        for (name, source) in CERTIFICATE {
            write(&folder.join("data").join(name), &files::text(Path::new(source))?)?;
        }
        let port = free_port()?;
        let mut serve = as_user(&programs.join("postgres"), |serve| {
            serve.arg("-D").arg(folder.join("data")).arg("-k").arg(&folder);
            // Nothing in it outlives the tests.
            serve.args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "ssl=on",
                "-c",
                "fsync=off",
                "-c",
                "max_connections=500",
            ]);
            serve.arg("-p").arg(port.to_string())
        });
        let quiet = || Stdio::null();
        let process = serve.stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
        let process = process.map_err(|error| format!("cannot start PostgreSQL: {error}"))?;
        let server = Server { process, folder, port, programs };
        server.wait()?;
        Ok(server)
    }

    /// Where it is, for [`VARIABLE`].
    pub fn url(&self) -> String {
        format!("postgres://dashboard@localhost:{}/postgres?host={}", self.port, self.folder.display())
    }

    fn wait(&self) -> Outcome {
        let begun = Instant::now();
        let ready = || {
            process::read(&mut as_user(&self.programs.join("pg_isready"), |ask| {
                ask.arg("-h").arg(&self.folder).arg("-p").arg(self.port.to_string())
            }))
            .is_ok()
        };
        while !ready() {
            if begun.elapsed() > LONGEST_START {
                return Err("PostgreSQL does not start".into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What goes wrong here leaves a process or a folder behind, and nothing can be done about it.
        let _ = process::read(&mut as_user(&self.programs.join("pg_ctl"), |stop| {
            stop.args(["stop", "--mode=immediate", "--pgdata"]).arg(self.folder.join("data"))
        }));
        let _ = self.process.wait();
        let _ = process::read(&mut as_user(Path::new("rm"), |remove| remove.arg("-r").arg(&self.folder)));
    }
}

/// The folder with the programs of the newest version.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).ok()?.filter_map(|entry| entry.ok().map(|entry| entry.path().join("bin")));
    let number = |path: &PathBuf| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    versions.filter(|bin| bin.join("initdb").is_file()).max_by_key(number)
}

/// Writes a file that only the server's user can read, as that user.
fn write(path: &Path, text: &str) -> Outcome {
    process::read(&mut as_user(Path::new("sh"), |shell| {
        shell.args(["-c", r#"umask 077; printf %s "$1" >"$0""#]).arg(path).arg(text)
    }))
    .map(drop)
}

/// A port that was free a moment ago.
fn free_port() -> Outcome<u16> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    port.map(|address| address.port()).map_err(|error| format!("no port is free: {error}"))
}

/// A program run by whoever runs this, but never by root, whom PostgreSQL refuses.
fn as_user(program: &Path, with: impl FnOnce(&mut Command) -> &mut Command) -> Command {
    let mut command = if apt::is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", USER, "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    // The checkout may be a folder that this user cannot enter.
    with(command.current_dir(env::temp_dir()));
    command
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn a_server_comes_and_goes_with_its_folder() {
        let server = Server::start().unwrap();
        let folder = server.folder.clone();
        assert!(folder.is_dir() && server.url().contains(folder.to_str().unwrap()));
        drop(server);
        assert!(!folder.exists());
    }
}
