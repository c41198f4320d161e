"""SQS: queues of hints."""
