//! The sizes of a program: what the table after a build and `--json` show.
