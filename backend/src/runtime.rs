//! The embedded cluster: the core, its journal, its log files, and the worker that drives it.
