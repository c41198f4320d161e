"""The published language: events, their folds, their JSON, and the tables of the read model."""
