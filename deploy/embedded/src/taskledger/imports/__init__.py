"""What people have elsewhere, read, understood, shown, and only then written: files of boards and tables of tasks."""
