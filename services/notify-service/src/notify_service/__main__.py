"""`python -m notify_service`: what the container runs."""

from notify_service.main import run

run()
