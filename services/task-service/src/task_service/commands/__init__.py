"""What the routes call: load, authorise, decide, append. Everything is decided on the log's newest state."""
