"""What is decided about people and their accounts. Pure."""
