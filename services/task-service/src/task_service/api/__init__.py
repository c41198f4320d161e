"""The HTTP routes of task-service. Every one needs a person who is logged in."""

from typing import Final

from starlette.routing import BaseRoute

from task_service.api import comments, insights, lists, many, projects, tasks

_BUSIEST: Final = ("read_task", "list_tasks", "edit_task", "create_task")
_PARTS: Final = (tasks, many, lists, projects, comments, insights)
_ALL: Final = tuple(route for part in _PARTS for route in part.router.routes)


def _busy(route: BaseRoute) -> int:
    name = getattr(route, "name", "")
    return _BUSIEST.index(name) if name in _BUSIEST else len(_BUSIEST)


ROUTES: Final = tuple(sorted(_ALL, key=_busy))
"""Flat, and those called most often first: FastAPI matches an included router at three times the cost."""
