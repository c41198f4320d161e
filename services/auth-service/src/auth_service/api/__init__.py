"""The HTTP routes of auth-service."""

from typing import Final

from auth_service.api import admin, factors, internal, oneself, people, recovery, sessions

_ROUTERS: Final = (
    oneself.router,
    people.router,
    sessions.tokens,
    sessions.public,
    sessions.registering,
    sessions.router,
    admin.router,
    factors.public,
    factors.router,
    recovery.public,
    recovery.router,
)

_SERVICES: Final = (people.services, people.public, internal.router)

ROUTES: Final = tuple(route for router in (*_ROUTERS, *_SERVICES) for route in router.routes)
"""Flat, and those that every page needs first: FastAPI matches an included router at three times the cost."""
