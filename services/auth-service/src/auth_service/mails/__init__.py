"""Mails of auth-service: invitations, and what concerns one's own account."""
