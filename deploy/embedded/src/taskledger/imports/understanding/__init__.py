"""What words mean: columns, statuses, dates, priorities. Nothing here reads a file or writes a task."""
