"""What services say to people, in the language of each reader."""
