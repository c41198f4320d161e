"""From bytes to text, rows or JSON. Nothing here knows what a task is."""
