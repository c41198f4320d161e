"""`python -m log_projector`: what the container runs."""

from log_projector.main import run

run()
