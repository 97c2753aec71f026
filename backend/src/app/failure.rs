use crate::{
    config::{ConfigFault, DataDirFault},
    ledger::LedgerError,
    runtime::StartError,
    upstream::trust::TrustFault,
};
use std::{io, net::SocketAddr, process::ExitCode};

/// Why the process ends other than by a signal: one sentence, and the exit code that says whose turn it is.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Exit code 2: flags or configuration must change.
    #[error("{0}")]
    Told(String),
    /// Exit code 1: it could not start, or failed while running.
    #[error("{0}")]
    Running(String),
}

impl Failure {
    /// The exit code of design section 6.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Told(_) => ExitCode::from(2),
            Failure::Running(_) => ExitCode::from(1),
        }
    }

    /// The listen address cannot be had.
    pub(super) fn bind(address: SocketAddr, error: &io::Error) -> Self {
        Failure::Running(if error.kind() == io::ErrorKind::AddrInUse {
            format!(
                "port {} of {} is in use by another process: stop that one, or choose another by --listen",
                address.port(),
                address.ip()
            )
        } else {
            format!("cannot listen on {address}: {error}")
        })
    }
}

impl From<ConfigFault> for Failure {
    fn from(fault: ConfigFault) -> Self {
        Failure::Told(fault.to_string())
    }
}

impl From<DataDirFault> for Failure {
    fn from(fault: DataDirFault) -> Self {
        Failure::Running(fault.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::WorldDiffers { .. } | StartError::UnknownScenario { .. } => Failure::Told(error.to_string()),
            StartError::Journal { .. } | StartError::Logs { .. } | StartError::Entropy(_) => {
                Failure::Running(error.to_string())
            }
        }
    }
}

impl From<TrustFault> for Failure {
    fn from(fault: TrustFault) -> Self {
        Failure::Told(fault.to_string())
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Failure::Running(error.to_string())
    }
}
