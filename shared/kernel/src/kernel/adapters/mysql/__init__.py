"""MySQL: SQL statements."""
