"""What the adapters for AWS share: credentials, signatures, connections."""
