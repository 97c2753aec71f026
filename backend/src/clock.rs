//! The only reader of real time; demo time is wall time plus an offset.
