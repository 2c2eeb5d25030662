//! An application whose routes load when they are first opened.
