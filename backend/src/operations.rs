//! The path of CREATE and KILL: intent recorded, sent upstream, answer recorded.
