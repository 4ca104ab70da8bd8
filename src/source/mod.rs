//! Where text comes from: standard input, files, folders. Knows no dialect.
