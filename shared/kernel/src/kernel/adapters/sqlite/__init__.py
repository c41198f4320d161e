"""SQLite files: the log and its tail, keys and values, SQL statements."""
