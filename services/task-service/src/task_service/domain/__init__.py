"""The rules of projects and tasks: commands and pure decisions. No clock, no randomness, no input or output."""
