"""A maildir: mails that stay on the machine."""
