"""How each channel hands over what is told: one file each. `domain/channel.py` lists them, `main.py` has them run."""
