//! Tests of the border between page and audio thread.
