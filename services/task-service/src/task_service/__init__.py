"""Projects and tasks: commands and queries."""
