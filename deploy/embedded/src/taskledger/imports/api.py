"""Importing over HTTP: a file is taken, read, shown as a plan, changed, carried out, and taken back.

The embedded process has it alone. All work on a file is done by a process of its own; here are only its answers.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, FastAPI, Query, Request, Response
from pydantic import Field, StringConstraints

from kernel.http.app import create_app
from kernel.http.problems import Problem, invalid, not_found
from kernel.http.requests import JSON, Body
from kernel.http.user_route import UserRoute, user_of
from kernel.identity.security import Authenticator, JwksClient, PersonalTokenClient
from kernel.identity.service_client import ServiceClient
from kernel.ports.key_value_store import KeyValueStore
from kernel.process.platform import Platform
from taskledger.imports.choices import choices_of
from taskledger.imports.model import MAX_FILE_BYTES, BadFile
from taskledger.imports.records import Records
from taskledger.imports.runs import Run, Runs
from taskledger.settings import AUTH_URL

_LISTED: Final = 20


@dataclass(frozen=True, slots=True)
class _Deps:
    authenticator: Authenticator
    keys: KeyValueStore
    runs: Runs


Texts = dict[Annotated[str, StringConstraints(max_length=500)], Annotated[str, StringConstraints(max_length=200)]]


class Choices(Body):
    """What whoever imports has decided; see `imports.choices`. Without a project it becomes one of its own."""

    project_id: str | None = None
    name: Annotated[str, Field(max_length=200)] | None = None
    board: Annotated[str, Field(max_length=500)] | None = None
    columns: Annotated[Texts, Field(max_length=1000, default_factory=dict)]
    statuses: Annotated[Texts, Field(max_length=1000, default_factory=dict)]
    people: Annotated[Texts, Field(max_length=5000, default_factory=dict)]
    time_zone: Annotated[str, Field(max_length=64)] = "UTC"
    encoding: Annotated[str, Field(max_length=40)] | None = None
    delimiter: Annotated[str, Field(max_length=1)] | None = None
    date_order: Annotated[str, Field(max_length=5)] | None = None
    strict: bool = False


router = APIRouter(route_class=UserRoute)


@router.post("/api/imports", status_code=201)
async def add(
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=255)],
    time_zone: Annotated[str, Query(max_length=64)] = "UTC",
    project_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Take a file, its bytes being the body, and begin to read it. Nothing is written before `start`."""
    runs, user_id = _deps(request).runs, user_of(request)
    if runs.working(user_id):
        raise Problem(
            409, "conflict", "Another import of yours is running. Wait for it, or stop it.", reason="import_running"
        )
    choices = {"time_zone": time_zone}
    _check(choices)
    run = await runs.add(user_id, name, await request.body(), project_id, choices)
    return _json(_document(run), 201)


@router.get("/api/imports")
async def newest(request: Request) -> Response:
    """One's newest imports, those that can be taken back among them."""
    records = Records(_deps(request).keys, user_of(request))
    names = ("project_id", "project_name", "format", "at", "state", "added", "changed")
    found = await records.newest(_LISTED)
    return _json({"items": [{"id": id_, **{name: record[name] for name in names}} for id_, record in found]})


@router.put("/api/imports/{import_id}/choices")
async def choose(request: Request, import_id: str, body: Choices) -> Response:
    """Read the file again with other choices, also while it is being read. 409 once it is being carried out."""
    run = await _run(request, import_id)
    if run.state not in ("reading", "planned", "refused") or run.file is None:
        raise Problem(409, "conflict", "The file is being worked on, or was imported already.", reason="import_over")
    choices = body.model_dump(exclude={"project_id"})
    _check(choices)
    _deps(request).runs.again(run, body.project_id, choices)
    return _json(_document(run))


@router.post("/api/imports/{import_id}/start", status_code=202)
async def start(request: Request, import_id: str) -> Response:
    """Carry out the plan. 409 unless there is one without an open question."""
    run = await _run(request, import_id)
    if run.state != "planned" or run.plan is None or run.file is None:
        raise Problem(409, "conflict", "There is no plan to carry out.", reason="import_over")
    if run.plan["questions"]:
        raise Problem(
            409, "question_open", "A question about the file has to be answered first.", reason="question_open"
        )
    _deps(request).runs.execute(run)
    return _json(_document(run), 202)


@router.get("/api/imports/{import_id}")
async def read(request: Request, import_id: str) -> Response:
    """How far an import is, its plan, and what it did."""
    return _json(_document(await _run(request, import_id)))


@router.delete("/api/imports/{import_id}")
async def stop(request: Request, import_id: str) -> Response:
    """End an import behind the tasks that are on their way. What it has written stays."""
    run = await _run(request, import_id)
    _deps(request).runs.stop(run)
    return _json(_document(run))


@router.post("/api/imports/{import_id}/undo", status_code=202)
async def undo(request: Request, import_id: str) -> Response:
    """Take an import back: what it made is deleted, what it changed is as before where nobody has changed it since."""
    run = await _run(request, import_id)
    if run.state not in ("done", "stopped", "failed"):
        raise Problem(409, "conflict", "There is nothing to take back.", reason="import_over")
    if _deps(request).runs.working(run.user_id):
        raise Problem(
            409, "conflict", "Another import of yours is running. Wait for it, or stop it.", reason="import_running"
        )
    _deps(request).runs.undo(run)
    return _json(_document(run), 202)


def create_imports(environment: Mapping[str, str], platform: Platform) -> FastAPI:
    """The app, on the platform of the embedded process."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        http = await platform.http(AUTH_URL)
        secret = environment["SERVICE_SECRET"]
        auth = ServiceClient(http, service="task-service", secret=secret, audience="auth-service")
        runs = Runs(environment)
        app.state.deps = _Deps(
            authenticator=Authenticator(
                JwksClient(http),
                personal=PersonalTokenClient(auth),
                ended=platform.ended,
                secure=environment["PUBLIC_URL"].startswith("https:"),
            ),
            keys=await platform.key_value_store(environment["KEY_VALUE_URL"]),
            runs=runs,
        )
        yield
        await runs.close()

    app = create_app("Taskledger: imports", lifespan, openapi=False, max_body_bytes=MAX_FILE_BYTES, files=True)
    app.router.routes.extend(router.routes)
    return app


def _deps(request: Request) -> _Deps:
    deps: _Deps = request.app.state.deps
    return deps


def _check(choices: Mapping[str, Any]) -> None:
    try:
        choices_of(choices)
    except BadFile as error:
        raise invalid(error.where, error.problem) from error


async def _run(request: Request, import_id: str) -> Run:
    deps, user_id = _deps(request), user_of(request)
    run = deps.runs.of(user_id, import_id)
    if run is None:
        record = await Records(deps.keys, user_id).get(import_id)
        if record is None:
            raise not_found("import")
        run = deps.runs.remembered(user_id, import_id, record)
    return run


def _document(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "name": run.name,
        "state": run.state,
        "done": run.done,
        "total": run.total,
        "choices": {**run.choices, "project_id": run.project_id},
        "plan": run.plan,
        "result": run.result,
        "undone": run.undone,
        "problem": run.problem,
    }


def _json(document: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type=JSON)
