//! Drove's own command line client, unmodified.

use std::{ffi::OsStr, path::Path, process::Stdio};

use anyhow::{Context, Result, ensure};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use crate::{places, wait};

/// The client, told where the server is and who asks.
pub struct Drove {
    address: String,
    user: String,
}

impl Drove {
    /// Asks `address` as a user whose password equals the name.
    pub fn new(address: &str, user: &str) -> Drove {
        Drove { address: address.to_owned(), user: user.to_owned() }
    }

    /// Runs a command to its end and gives what it printed. The client exits with 0 whatever happens: only its words
    /// tell.
    ///
    /// # Errors
    /// When it does not end in time or crashes.
    pub async fn run(&self, args: &[&str]) -> Result<String> {
        self.run_on(args, None).await
    }

    /// As [`Drove::run`], with a file as the last argument.
    ///
    /// # Errors
    /// As [`Drove::run`].
    pub async fn run_with_file(&self, args: &[&str], file: &Path) -> Result<String> {
        self.run_on(args, Some(file.as_os_str())).await
    }

    /// Starts a command that goes on until it is dropped; its standard output can be read.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, args: &[&str]) -> Result<Child> {
        self.command(args)?.spawn().context("cannot start drove")
    }

    async fn run_on(&self, args: &[&str], file: Option<&OsStr>) -> Result<String> {
        let mut command = self.command(args)?;
        command.args(file);
        let output = timeout(wait::DEADLINE, command.output())
            .await
            .with_context(|| format!("drove {} did not end", args.join(" ")))??;
        let words = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "drove {}: {}\n{words}\n{complaint}", args.join(" "), output.status);
        Ok(words)
    }

    fn command(&self, args: &[&str]) -> Result<Command> {
        let mut command = Command::new(places::drove_cli()?);
        command.args(["-e", &self.address, "-u", &self.user, "-p", &self.user]).args(args);
        // Python must not hold back what it prints into a pipe.
        command.env("PYTHONUNBUFFERED", "1").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        Ok(command)
    }
}
