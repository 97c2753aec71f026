//! The dashboard as a process of its own, on a free port, with a data directory of its own.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use model::dashboard::{ClockRequest, ClockState};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::{http::Http, places, wait};

/// Any free port.
const ANY: &str = "127.0.0.1:0";

/// A running dashboard, of the demo unless said otherwise; it is killed when this is dropped.
pub struct Server {
    // Declared before the directory it writes into, so that it ends first.
    process: Child,
    address: String,
    data: TempDir,
    /// What it is started with again, beside where it listens.
    again: Vec<String>,
}

impl Server {
    /// Starts a demo and waits until it says where it listens.
    ///
    /// # Errors
    /// When it does not; then with what it wrote to standard error.
    pub async fn demo(scenario: &str) -> Result<Server> {
        Self::demo_after(scenario, |_| Ok(())).await
    }

    /// As [`Self::demo`], once `prepare` has laid something into its data directory.
    ///
    /// # Errors
    /// When it does not start, or `prepare` fails.
    pub async fn demo_after(scenario: &str, prepare: impl FnOnce(&Path) -> Result<()>) -> Result<Server> {
        let data = TempDir::new()?;
        prepare(&data.path().join("data"))?;
        let (process, address) = start(data.path(), &["demo", "--listen", ANY, "--scenario", scenario]).await?;
        Ok(Server { process, address, data, again: vec!["demo".to_owned()] })
    }

    /// As [`Server::demo`], with the page in `folder` instead of the one in the binary.
    ///
    /// # Errors
    /// As [`Server::demo`].
    pub async fn demo_with_page(scenario: &str, folder: &Path) -> Result<Server> {
        let data = TempDir::new()?;
        let folder = folder.to_str().context("the path is no text")?;
        let flags = ["demo", "--listen", ANY, "--scenario", scenario, "--page-dir", folder];
        let (process, address) = start(data.path(), &flags).await?;
        Ok(Server { process, address, data, again: vec!["demo".to_owned()] })
    }

    /// As [`Server::demo`] in an empty world whose time stands still, served below `base`.
    ///
    /// # Errors
    /// As [`Server::demo`].
    pub async fn demo_below(base: &str) -> Result<Server> {
        let data = TempDir::new()?;
        let flags = ["demo", "--listen", ANY, "--scenario", "empty", "--base-path", base];
        let (process, address) = start(data.path(), &flags).await?;
        let again = ["demo", "--base-path", base].map(str::to_owned).to_vec();
        let server = Server { process, address, data, again };
        server.clock(ClockRequest::Pause).await?;
        Ok(server)
    }

    /// As [`Server::demo`] in an empty world, where the system allows `descriptors` open files.
    ///
    /// # Errors
    /// As [`Server::demo`].
    pub async fn demo_with_descriptors(descriptors: u32) -> Result<Server> {
        let data = TempDir::new()?;
        let mut limited = Command::new("sh");
        limited.args(["-c", &format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"")]).arg(places::dashboard()?);
        let (process, address) =
            start_by(limited, data.path(), &["demo", "--listen", ANY, "--scenario", "empty"], &[]).await?;
        Ok(Server { process, address, data, again: vec!["demo".to_owned()] })
    }

    /// As [`Server::demo`] in an empty world, with the users of a configuration file.
    ///
    /// # Errors
    /// As [`Server::demo`].
    pub async fn with_users(users: &str) -> Result<Server> {
        let data = TempDir::new()?;
        let file = data.path().join("users.toml");
        std::fs::write(&file, users)?;
        let file = file.to_str().context("the path is no text")?;
        let (process, address) =
            start(data.path(), &["demo", "--listen", ANY, "--scenario", "empty", "--config", file]).await?;
        Ok(Server { process, address, data, again: vec!["demo".to_owned()] })
    }

    /// Kills the process and starts another one on its data, at another address.
    ///
    /// # Errors
    /// When it cannot be killed, or does not start again.
    pub async fn crash_and_start_again(&mut self) -> Result<()> {
        self.stop().await?;
        (self.process, self.address) = start(self.data.path(), &self.flags(ANY)).await?;
        Ok(())
    }

    /// Starts one that was stopped again, where it was.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_again(&mut self) -> Result<()> {
        let listen = self.address.trim_start_matches("http://").to_owned();
        (self.process, self.address) = start(self.data.path(), &self.flags(&listen)).await?;
        Ok(())
    }

    /// A dashboard of real clusters, as a configuration file describes them. Each cluster of a test is a demo.
    ///
    /// # Errors
    /// As [`Server::demo`].
    pub async fn serve(config: &str) -> Result<Server> {
        let data = TempDir::new()?;
        let file = data.path().join("clusters.toml");
        std::fs::write(&file, config)?;
        let file = file.to_str().context("the path is no text")?;
        let again = ["serve", "--config", file].map(str::to_owned).to_vec();
        let (process, address) = start(data.path(), &["serve", "--listen", ANY, "--config", file]).await?;
        Ok(Server { process, address, data, again })
    }

    fn flags<'a>(&'a self, listen: &'a str) -> Vec<&'a str> {
        self.again.iter().map(String::as_str).chain(["--listen", listen]).collect()
    }

    /// As [`Server::serve`], but all it is told stands in its environment.
    ///
    /// # Errors
    /// As [`Server::demo`].
    pub async fn serve_by_environment(variables: &[(&str, &str)]) -> Result<Server> {
        let data = TempDir::new()?;
        let (process, address) = start_in(data.path(), &["serve"], variables).await?;
        Ok(Server { process, address, data, again: vec!["serve".to_owned()] })
    }

    /// `http://127.0.0.1:PORT`, and the base path if there is one.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The number of its process, while it runs.
    pub fn process_id(&self) -> Option<u32> {
        self.process.id()
    }

    /// A client that is signed in as `admin`.
    pub fn admin(&self) -> Http {
        Http::new(&self.address).sign_in("admin", "admin")
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.data.path().join("data")
    }

    /// Bytes of all files of the ledger.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn ledger_bytes(&self) -> Result<u64> {
        let (mut bytes, mut folders) = (0, vec![self.data.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                match entry.file_type()?.is_dir() {
                    true => folders.push(entry.path()),
                    false if entry.file_name().to_string_lossy().contains("ledger") => bytes += entry.metadata()?.len(),
                    false => {}
                }
            }
        }
        Ok(bytes)
    }

    /// What the dashboard logged so far.
    pub fn log(&self) -> String {
        text(&self.data.path().join("stderr.log"))
    }

    /// Kills the process, as a crash would.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn stop(&mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }

    /// Demo time stands still, goes on, or jumps; all that is due on the way has happened when this comes back.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn clock(&self, change: ClockRequest) -> Result<ClockState> {
        self.admin().post("/api/demo/clock", &change).await?.read()
    }

    /// Demo time jumps forward.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn step(&self, by: Duration) -> Result<ClockState> {
        self.clock(ClockRequest::Step { millis: u64::try_from(by.as_millis())? }).await
    }
}

async fn start(folder: &Path, flags: &[&str]) -> Result<(Child, String)> {
    start_in(folder, flags, &[]).await
}

async fn start_in(folder: &Path, flags: &[&str], variables: &[(&str, &str)]) -> Result<(Child, String)> {
    start_by(Command::new(places::dashboard()?), folder, flags, variables).await
}

async fn start_by(
    mut dashboard: Command,
    folder: &Path,
    flags: &[&str],
    variables: &[(&str, &str)],
) -> Result<(Child, String)> {
    let log = folder.join("stderr.log");
    let mut process = dashboard
        .args(flags)
        .arg("--data-dir")
        .arg(folder.join("data"))
        .env_remove("RUST_LOG")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&log)?)
        .kill_on_drop(true)
        .spawn()
        .context("cannot start the dashboard")?;
    let output = process.stdout.take().context("the dashboard has no standard output")?;
    let mut lines = BufReader::new(output).lines();
    let first = timeout(wait::DEADLINE, lines.next_line()).await;
    let Ok(Ok(Some(line))) = first else { bail!("the dashboard did not start: {}", text(&log)) };
    let address = line.strip_prefix("Drove dashboard at ").with_context(|| format!("unexpected output: {line}"))?;
    Ok((process, address.trim_end_matches('/').to_owned()))
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}
