"""One file per technology behind the ports."""
