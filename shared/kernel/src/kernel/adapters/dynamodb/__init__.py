"""DynamoDB: the log, and keys and values."""
