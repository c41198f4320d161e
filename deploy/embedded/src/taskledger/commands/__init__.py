"""The commands, one file per subject. Each imports what it needs when it runs, so that all of them start fast."""
