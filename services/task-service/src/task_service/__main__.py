"""`python -m task_service`: what the container runs."""

from task_service.main import run

run()
