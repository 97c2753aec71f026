//! Extractors whose rejections are answered like every other error.
