"""What tests of task-service need: people, their calls, a stand-in for auth-service behind its HTTP contract."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import httpx
from fastapi import FastAPI

from contracts import read_model
from contracts.codecs import USER_CODEC
from contracts.user import UserErased, UserRegistered, stream_of
from kernel.log.decider import Rejection
from kernel.log.envelope import Envelope
from kernel.log.event import Recorded
from kernel.log.ids import new_id
from kernel.ports.database import Database, Write
from kernel.ports.event_store import EventStore, StreamAppend
from kernel.process.platform import Platform
from task_service.main import create_app
from task_service.settings import Settings
from testkit.auth_stand_in import AUTH_URL, Auth
from testkit.log import NOON

S = TypeVar("S")
E = TypeVar("E")


@dataclass
class World:
    """The running app: who is in it, how to call it, and what is in its log."""

    app: FastAPI
    http: httpx.AsyncClient
    store: EventStore
    read_model: Database
    auth: Auth

    async def user(self, name: str = "") -> "User":
        """A registered person."""
        user_id = new_id()
        await self._append_user_event(user_id, 0, UserRegistered())
        if name:
            self.auth.people[user_id] = {"id": user_id, "name": name}
        return User(user_id, self.http, self.auth.token(user_id))

    async def erase(self, user: "User") -> None:
        await self._append_user_event(user.id, 1, UserErased())

    async def _append_user_event(self, user_id: str, expected: int, event: UserRegistered | UserErased) -> None:
        name, schema_version, data = USER_CODEC.encode(event)
        envelope = Envelope(
            stream=stream_of(user_id),
            version=expected + 1,
            type=name,
            schema_version=schema_version,
            time=datetime.now(UTC),
            data=data,
            actor=user_id,
            command_id=new_id(),
            correlation_id="test",
        )
        await self.store.append([StreamAppend(stream=stream_of(user_id), expected=expected, events=[envelope])])

    async def log_length(self) -> int:
        """How many events there are in all streams together."""
        return sum([head.version async for head in self.store.heads()])


@dataclass
class User:
    """A person with a token."""

    id: str
    http: httpx.AsyncClient
    token: str

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        if_match: str | int | None = None,
        **arguments: Any,
    ) -> httpx.Response:
        headers: dict[str, str] = {"Authorization": f"Bearer {self.token}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if if_match is not None:
            headers["If-Match"] = f'"{if_match}"' if isinstance(if_match, int) else if_match
        if body is not None:
            arguments["json"] = body
        return await self.http.request(method, f"/api{path}", headers=headers, **arguments)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.call("GET", path, params=params)

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return await self.call("POST", path, body, **options)

    async def patch(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return await self.call("PATCH", path, body, **options)

    async def put(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return await self.call("PUT", path, body, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self.call("DELETE", path, **options)

    async def project(self, name: str = "Operations", **fields: Any) -> dict[str, Any]:
        """Make a project and return it."""
        return expect(await self.post("/projects", {"name": name, **fields}), 201)

    async def task(self, project: Mapping[str, Any], title: str = "Do it", **fields: Any) -> dict[str, Any]:
        """Make a task and return it."""
        return expect(await self.post(f"/projects/{project['id']}/tasks", {"title": title, **fields}), 201)

    async def let_in(self, project: Mapping[str, Any], other: "User", role: str = "member") -> dict[str, Any]:
        """Make someone a member of a project."""
        answer = await self.put(f"/projects/{project['id']}/members/{other.id}", {"role": role})
        return expect(answer, 200)


def expect(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The body of an answer with this status."""
    if answer.status_code != status:
        raise AssertionError(f"{answer.status_code} instead of {status}: {answer.text}")
    return dict(answer.json())


async def _an_empty_read_model(database: Database) -> None:
    """What log-projector makes of an empty log; lists over more are tested with log-projector."""
    await database.create(read_model.metadata)
    await database.create(read_model.tables(0).metadata)
    await database.write(Write(read_model.ACTIVATE, {"schema_version": read_model.SCHEMA, "number": 0}))


@asynccontextmanager
async def running(folder: Path, read_model_url: str | None = None, **more: Any) -> AsyncIterator[World]:
    """The service on files in a folder, over an empty read model, which may be elsewhere."""
    auth = Auth()
    settings = Settings(
        event_store_url=f"sqlite:///{folder}/log.db",
        read_model_url=read_model_url or f"sqlite:///{folder}/read.db",
        auth_url=AUTH_URL,
        min_version_wait=0.2,
        **more,
    )
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform(apps={AUTH_URL: auth.app()}))
        database = await platform.database(settings.read_model_url)
        await _an_empty_read_model(database)
        app = create_app(settings, platform)
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://tasks"))
        yield World(app, http, await platform.event_store(settings.event_store_url), database, auth)


# --- given events, when a command, then events or a Rejection ---


@dataclass(frozen=True, slots=True)
class Given(Generic[S, E]):
    """The past of a stream; `when` asks what a command would add to it."""

    past: Sequence[E]
    decide: Callable[[Any, S | None], Sequence[E]]
    evolve: Callable[[S | None, Recorded[E]], S]
    stream: str
    actor: str

    def state(self) -> S | None:
        """The past, folded."""
        state: S | None = None
        for version, event in enumerate(self.past, 1):
            state = self.evolve(
                state,
                Recorded(stream=self.stream, version=version, type="", time=NOON, actor=self.actor, data=event),
            )
        return state

    def when(self, command: object) -> "Then[E]":
        """What comes of a command."""
        try:
            return Then(list(self.decide(command, self.state())), None)
        except Rejection as rejection:
            return Then([], rejection)


@dataclass(frozen=True, slots=True)
class Then(Generic[E]):
    """What came of a command."""

    events: Sequence[E]
    rejection: Rejection | None

    def then(self, *events: E) -> None:
        """It caused exactly these events."""
        assert self.rejection is None, f"rejected: {self.rejection}"
        assert list(self.events) == list(events), f"{list(self.events)} instead of {list(events)}"

    def then_nothing(self) -> None:
        """It was accepted and changed nothing."""
        self.then()

    def then_rejected(self, status: int, code: str, field: str | None = None) -> None:
        """It was rejected, so."""
        assert self.rejection is not None, f"not rejected, but {self.events}"
        found = (self.rejection.status, self.rejection.code, self.rejection.field)
        assert found == (status, code, field), f"{found} instead of {(status, code, field)}"
