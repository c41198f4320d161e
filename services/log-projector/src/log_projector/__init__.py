"""The read model, kept current from the log."""
