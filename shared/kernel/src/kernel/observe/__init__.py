"""What is told of a running process: logs, metrics, traces."""
