"""The AWS shape on one machine, for development and tests."""
