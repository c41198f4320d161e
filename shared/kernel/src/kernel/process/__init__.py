"""A process: its settings, its adapters, its server, its background work."""
