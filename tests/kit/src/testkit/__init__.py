"""What tests and benchmarks of several folders share. It is in no image."""
