"""Who is asking: tokens, service tokens, ended sessions."""
