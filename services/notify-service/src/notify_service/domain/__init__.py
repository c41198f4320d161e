"""Who is told of what. Pure."""
