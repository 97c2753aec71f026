//! The long-lived parts of the running binary: start them, serve, stop them.
