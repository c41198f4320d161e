"""The published language: the events of each aggregate and their fold."""
