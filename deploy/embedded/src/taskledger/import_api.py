"""Importing over HTTP: what a file holds, and imports that run while one watches. The embedded process has it alone."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import StringConstraints

from auth_service.accounts import Account
from contracts import project as project_contract
from contracts.codecs import PROJECT_CODEC
from contracts.project import Project, ProjectEvent
from kernel.http.app import create_app
from kernel.http.problems import Problem, invalid, not_found
from kernel.http.requests import JSON, Body
from kernel.http.routes import Handle, Route
from kernel.identity.security import Authenticator, JwksClient, PersonalTokenClient, ServiceClient, authenticate_user
from kernel.log.streams import Streams
from kernel.ports.event_store import EventStore
from kernel.process.platform import Platform
from taskledger.board import BadFile, Board
from taskledger.csv_board import read_csv
from taskledger.import_jobs import Job, Jobs
from taskledger.importing import Importer
from taskledger.settings import AUTH_URL
from taskledger.trello import read_trello

MAX_FILE_BYTES: Final = 32 * 1024 * 1024
"""The largest file: a Trello board with a thousand actions has some 5 MB."""

People = Callable[[], Awaitable[Sequence[Account]]]


@dataclass(frozen=True, slots=True)
class _Deps:
    authenticator: Authenticator
    store: EventStore
    projects: Streams[Project, ProjectEvent]
    people: People
    jobs: Jobs


class _UserRoute(Route):
    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def authenticated(request: Request) -> Response:
            principal = await authenticate_user(request, _deps(request).authenticator)
            request.state.user_id = principal.id
            return await handle(request)

        return authenticated


class File(Body):
    """A file as text, and the project that it goes into; without one, it becomes a project of its own."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    text: str
    project_id: str | None = None


router = APIRouter(route_class=_UserRoute)


@router.post("/api/imports/preview")
async def preview(request: Request, body: File) -> Response:
    """What a file holds and what would become of it; nothing is written. 422 names the line that is wrong."""
    board, importer, into = await _read(request, body)
    await _checked(importer, board, into)
    people = {person: None for card in board.cards for person in card.people}
    return _json(
        {
            "name": board.name,
            "tasks": sum(not card.archived for card in board.cards),
            "archived": sum(card.archived for card in board.cards),
            "comments": sum(len(card.comments) for card in board.cards),
            "statuses": [status.name for status in board.statuses],
            "titles": [card.title for card in board.cards[:5]],
            "people": [{"name": person.name, "known": importer.account(person) is not None} for person in people],
            "notes": board.notes,
        }
    )


@router.post("/api/imports", status_code=202)
async def start(request: Request, body: File) -> Response:
    """Begin to import. 409 while an import of the caller's runs."""
    board, importer, into = await _read(request, body)
    await _checked(importer, board, into)
    jobs, user_id = _deps(request).jobs, request.state.user_id
    if jobs.running(user_id):
        raise Problem(409, "conflict", "Another import of yours is running. Wait for it, or stop it.")
    return _json(_document(jobs.start(user_id, importer, board, into)), 202)


@router.get("/api/imports/{job_id}")
async def read(request: Request, job_id: str) -> Response:
    """How far an import is, and what it did."""
    return _json(_document(_job(request, job_id)))


@router.delete("/api/imports/{job_id}")
async def stop(request: Request, job_id: str) -> Response:
    """End an import after the task that it is at. What it has written stays."""
    job = _job(request, job_id)
    job.stopping = True
    return _json(_document(job))


def create_imports(environment: Mapping[str, str], platform: Platform, *, people: People) -> FastAPI:
    """The app, on the platform of the embedded process. `people`: everybody who is registered."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = await platform.event_store(environment["EVENT_STORE_URL"])
        http = await platform.http(AUTH_URL)
        secret = environment["SERVICE_SECRET"]
        auth = ServiceClient(http, service="task-service", secret=secret, audience="auth-service")
        jobs = Jobs()
        app.state.deps = _Deps(
            authenticator=Authenticator(JwksClient(http), personal=PersonalTokenClient(auth), ended=platform.ended),
            store=store,
            projects=Streams(store, PROJECT_CODEC, project_contract.evolve),
            people=people,
            jobs=jobs,
        )
        yield
        await jobs.close()

    app = create_app("Taskledger: imports", lifespan, openapi=False, max_body_bytes=MAX_FILE_BYTES)
    app.include_router(router)
    return app


def _deps(request: Request) -> _Deps:
    deps: _Deps = request.app.state.deps
    return deps


async def _read(request: Request, file: File) -> tuple[Board, Importer, Project | None]:
    deps, user_id = _deps(request), request.state.user_id
    into = None if file.project_id is None else await _project(deps, file.project_id, user_id)
    people = await deps.people()
    owner = next((account for account in people if account.id == user_id), None)
    if owner is None:
        raise not_found("account")
    raw = file.text.encode()
    trello = file.name.lower().endswith(".json") or raw.lstrip()[:1] in (b"{", b"[")
    try:
        board = read_trello(raw) if trello else read_csv(raw, PurePath(file.name).stem)
    except BadFile as error:
        raise invalid(error.where, error.problem, "bad_file") from error
    return board, Importer(deps.store, owner, people), into


async def _project(deps: _Deps, project_id: str, user_id: str) -> Project:
    """A project that is the caller's own: whoever is in the file is let into it."""
    project = (await deps.projects.latest(project_contract.stream_of(project_id))).state
    role = None if project is None else project.role_of(user_id)
    if project is None or role is None or project.deleted:
        raise not_found("project")
    if role != "owner":
        raise Problem(403, "forbidden", "Only its owners can import into a project.")
    return project


async def _checked(importer: Importer, board: Board, into: Project | None) -> None:
    try:
        await importer.check(board, into)
    except BadFile as error:
        raise invalid(error.where, error.problem, "bad_file") from error


def _job(request: Request, job_id: str) -> Job:
    job = _deps(request).jobs.of(request.state.user_id, job_id)
    if job is None:
        raise not_found("import")
    return job


def _document(job: Job) -> dict[str, Any]:
    report = job.report
    return {
        "id": job.id,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "problem": job.problem,
        "result": report
        and {
            "project_id": report.project.id,
            "project_name": report.project.name,
            "added": report.added,
            "known": report.known,
            "comments": report.comments,
            "notes": report.notes,
        },
    }


def _json(document: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type=JSON)
