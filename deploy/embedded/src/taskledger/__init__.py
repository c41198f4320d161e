"""Taskledger in one process."""
