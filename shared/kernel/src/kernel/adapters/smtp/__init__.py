"""SMTP: mails."""
