"""`python -m auth_service`: what the container runs."""

from auth_service.main import run

run()
