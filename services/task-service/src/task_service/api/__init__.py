"""The HTTP routes of task-service. Every one needs a person who is logged in."""

from fastapi import APIRouter

from task_service.api import comments, projects, tasks

router = APIRouter()
for _part in (projects, tasks, comments):
    router.include_router(_part.router)
