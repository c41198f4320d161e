"""A made-up team with weeks of history, for whoever wants to look around."""
