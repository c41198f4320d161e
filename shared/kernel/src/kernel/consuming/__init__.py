"""Consumers of the log: hints, checkpoints, what is applied and what is blocked."""
