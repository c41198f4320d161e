"""Inbox, preferences, mail, delivery ledger and live feed."""
