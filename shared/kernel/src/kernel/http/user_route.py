"""Routes for people who are logged in."""

from typing import Protocol

from fastapi import Request, Response

from kernel.http.routes import Handle, Route
from kernel.identity.scopes import PROJECTS
from kernel.identity.security import Authenticator, Principal, authenticate_user


class Deps(Protocol):
    """What an app with such routes has as `app.state.deps`."""

    @property
    def authenticator(self) -> Authenticator:
        """Knows whose a token is."""
        ...


class UserRoute(Route):
    """A route for people who are logged in; whoever is not gets to know nothing else.

    A router that makes no other routes cannot forget it on one. A token that is bound to projects is so in all of it.
    """

    def get_route_handler(self) -> Handle:
        """The handler, behind the authentication."""
        handle = super().get_route_handler()

        async def authenticated(request: Request) -> Response:
            deps: Deps = request.app.state.deps
            principal = await authenticate_user(request, deps.authenticator)
            request.state.principal = principal
            if principal.projects is None:
                return await handle(request)
            bound = PROJECTS.set(principal.projects)
            try:
                return await handle(request)
            finally:
                PROJECTS.reset(bound)

        return authenticated


def principal_of(request: Request) -> Principal:
    """Who is asking, on a UserRoute."""
    principal: Principal = request.state.principal
    return principal


def user_of(request: Request) -> str:
    """The id of who is asking, on a UserRoute."""
    return principal_of(request).id
