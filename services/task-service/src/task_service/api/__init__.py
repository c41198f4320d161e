"""The HTTP routes of task-service. Every one needs a person who is logged in, but for who looks at an invitation."""

from typing import Final

from starlette.routing import BaseRoute

from task_service.api import (
    changes,
    comments,
    insights,
    internal,
    invitations,
    lists,
    many,
    projects,
    proofs,
    search,
    tasks,
    undo,
)

_BUSIEST: Final = ("read_task", "list_tasks", "edit_task", "create_task")
_PARTS: Final = (tasks, undo, many, lists, projects, comments, insights, invitations, changes, proofs, search, internal)
_ROUTERS: Final = (*(part.router for part in _PARTS), invitations.guests)
_ALL: Final = tuple(route for router in _ROUTERS for route in router.routes)


def _busy(route: BaseRoute) -> int:
    name = getattr(route, "name", "")
    return _BUSIEST.index(name) if name in _BUSIEST else len(_BUSIEST)


ROUTES: Final = tuple(sorted(_ALL, key=_busy))
"""Flat, and those called most often first: FastAPI matches an included router at three times the cost."""
