"""The HTTP routes of auth-service."""

from typing import Final

from auth_service.api import oneself, people, sessions

_ROUTERS: Final = (oneself.router, people.router, sessions.tokens, sessions.public, sessions.router)

ROUTES: Final = tuple(route for router in (*_ROUTERS, people.services, people.public) for route in router.routes)
"""Flat, and those that every page needs first: FastAPI matches an included router at three times the cost."""
