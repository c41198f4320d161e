"""Exporting over HTTP: a project as a file, streamed. The embedded process has it alone."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from auth_service.accounts import Account
from contracts import project as project_contract
from contracts.codecs import PROJECT_CODEC
from contracts.project import Project, ProjectEvent
from kernel.http.app import create_app
from kernel.http.problems import not_found
from kernel.http.user_route import UserRoute, user_of
from kernel.identity.security import Authenticator, JwksClient, PersonalTokenClient
from kernel.identity.service_client import ServiceClient
from kernel.log.ids import is_id
from kernel.log.streams import Streams
from kernel.ports.event_store import EventStore
from kernel.process.platform import Platform
from taskledger import exporting
from taskledger.settings import AUTH_URL

MEDIA: Final = {"json": "application/json", "csv": "text/csv; charset=utf-8"}

People = Callable[[], Awaitable[Sequence[Account]]]


@dataclass(frozen=True, slots=True)
class _Deps:
    authenticator: Authenticator
    store: EventStore
    projects: Streams[Project, ProjectEvent]
    people: People


router = APIRouter(route_class=UserRoute)


@router.get("/api/exports/{project_id}")
async def export(request: Request, project_id: str, format: Literal["json", "csv"] = "json") -> Response:  # noqa: A002
    """A project with all its tasks as a file, for its members: JSON that can be imported, or CSV for spreadsheets."""
    deps: _Deps = request.app.state.deps
    if not is_id(project_id):
        raise not_found("project")
    project = (await deps.projects.latest(project_contract.stream_of(project_id))).state
    if project is None or project.deleted or project.role_of(user_of(request)) is None:
        raise not_found("project")
    names = {account.id: account.name for account in await deps.people() if not account.erased}
    written = exporting.as_json if format == "json" else exporting.as_csv
    file = quote(f"{project.key} {project.name}.{format}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{file}", "Cache-Control": "no-store"}
    return StreamingResponse(written(deps.store, [project], names), media_type=MEDIA[format], headers=headers)


def create_exports(environment: Mapping[str, str], platform: Platform, people: People) -> FastAPI:
    """The app, on the platform of the embedded process. `people`: everybody who is registered."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = await platform.event_store(environment["EVENT_STORE_URL"])
        http = await platform.http(AUTH_URL)
        secret = environment["SERVICE_SECRET"]
        auth = ServiceClient(http, service="task-service", secret=secret, audience="auth-service")
        app.state.deps = _Deps(
            authenticator=Authenticator(JwksClient(http), personal=PersonalTokenClient(auth), ended=platform.ended),
            store=store,
            projects=Streams(store, PROJECT_CODEC, project_contract.evolve),
            people=people,
        )
        yield

    app = create_app("Taskledger: exports", lifespan, openapi=False)
    app.router.routes.extend(router.routes)
    return app
