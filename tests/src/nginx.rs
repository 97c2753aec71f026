//! An nginx of our own, on a free port of loopback.

use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Result, ensure};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::wait;

/// A running nginx, which stops when this is dropped.
pub struct Nginx {
    folder: TempDir,
    address: String,
}

impl Nginx {
    /// Starts it with what `http` puts into its `http` block: a server that listens on the port it is given.
    ///
    /// # Errors
    /// When it is not installed, or refuses the configuration.
    pub async fn start(http: impl FnOnce(u16) -> String) -> Result<Self> {
        let folder = TempDir::new()?;
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let text = format!(
            "worker_processes auto;\npid {dir}/nginx.pid;\nerror_log {dir}/error.log;\nevents {{ worker_connections 1024; }}\n\
             http {{\n access_log off;\n client_body_temp_path {dir}/body;\n proxy_temp_path {dir}/proxy;\n\
             fastcgi_temp_path {dir}/fastcgi;\n uwsgi_temp_path {dir}/uwsgi;\n scgi_temp_path {dir}/scgi;\n{http}\n}}\n",
            dir = folder.path().display(),
            http = http(port),
        );
        std::fs::write(folder.path().join("nginx.conf"), text)?;
        let nginx = Self { folder, address: format!("http://127.0.0.1:{port}") };
        ensure!(
            nginx.command(&[])?.success(),
            "cannot start nginx: `cargo xtask test` and `cargo xtask bench` install it"
        );
        wait::until("nginx to listen", async || Ok(TcpStream::connect(("127.0.0.1", port)).await.ok())).await?;
        Ok(nginx)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Runs nginx's command; without arguments it starts in the background.
    fn command(&self, arguments: &[&str]) -> std::io::Result<ExitStatus> {
        let quiet = Stdio::null;
        let mut command = Command::new("nginx");
        command.arg("-c").arg(self.folder.path().join("nginx.conf")).args(["-e", "stderr"]).args(arguments);
        command.stdin(quiet()).stdout(quiet()).stderr(quiet()).status()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers would survive a kill of the first process. A failure leaves them behind, and nothing can be done
        // about it.
        drop(self.command(&["-s", "stop"]));
    }
}
