//! Flags, environment and the TOML file, folded into one value.
