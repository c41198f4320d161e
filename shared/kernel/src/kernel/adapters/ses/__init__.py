"""SES: mails."""
