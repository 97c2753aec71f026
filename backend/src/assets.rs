//! The page's files, embedded in the binary.
