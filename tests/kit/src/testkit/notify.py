"""What tests of notify-service need: a log to write history into, people, auth-service's HTTP contract stood in for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

from contracts import project, task
from contracts.codecs import PROJECT_CODEC, TASK_CODEC, USER_CODEC
from contracts.project import DEFAULT_STATUSES, MemberAdded, MemberRemoved, ProjectCreated, Role
from contracts.task import TaskCreated
from kernel.log.codec import Codec
from kernel.log.envelope import Envelope, kind_of
from kernel.log.ids import new_id
from kernel.ports.event_store import EventStore, StreamAppend
from testkit.auth_stand_in import Auth

T = TypeVar("T")

_CODECS: Mapping[str, Codec[Any]] = {"task": TASK_CODEC, "project": PROJECT_CODEC, "user": USER_CODEC}


@dataclass
class History:
    """Writes events into the log, one command at a time."""

    store: EventStore
    versions: dict[str, int] = field(default_factory=dict)

    async def append(
        self,
        stream: str,
        *events: Any,
        actor: str | None,
        time: datetime | None = None,
        correlation_id: str = "a-request",
        command_id: str | None = None,
        imported: bool = False,
    ) -> Sequence[Envelope]:
        """The events of one command."""
        expected = self.versions.get(stream, 0)
        command_id = command_id or new_id()
        envelopes: list[Envelope] = []
        for version, event in enumerate(events, expected + 1):
            name, schema_version, data = _CODECS[kind_of(stream)].encode(event)
            envelopes.append(
                Envelope(
                    stream=stream,
                    version=version,
                    type=name,
                    schema_version=schema_version,
                    time=time or datetime.now(UTC),
                    data=data,
                    actor=actor,
                    command_id=command_id,
                    correlation_id=correlation_id,
                    continued=version < expected + len(events),
                    imported=imported,
                )
            )
        await self.store.append([StreamAppend(stream=stream, expected=expected, events=envelopes)])
        self.versions[stream] = expected + len(events)
        return envelopes

    async def project(self, owner: str, *members: str, name: str = "Operations") -> str:
        """A project with its owner and members; returns the id."""
        project_id = new_id()
        created = ProjectCreated(key="OPS", name=name, statuses=DEFAULT_STATUSES, owner=owner)
        await self.append(project.stream_of(project_id), created, actor=owner)
        for member in members:
            await self.let_in(project_id, member, by=owner)
        return project_id

    async def let_in(self, project_id: str, user_id: str, *, by: str, role: Role = "member") -> None:
        """Make someone a member."""
        await self.append(project.stream_of(project_id), MemberAdded(user_id=user_id, role=role), actor=by)

    async def put_out(self, project_id: str, user_id: str, *, by: str) -> None:
        """Remove a member."""
        await self.append(project.stream_of(project_id), MemberRemoved(user_id=user_id, role="member"), actor=by)

    async def task(self, project_id: str, *, by: str, title: str = "Fix it", **more: Any) -> str:
        """A task; returns the id."""
        task_id = new_id()
        fields = new_task(project_id, title)
        options: dict[str, Any] = {}
        for name, value in more.items():
            (fields if name in TaskCreated.__dataclass_fields__ else options)[name] = value
        await self.append(task.stream_of(task_id), TaskCreated(**fields), actor=by, **options)
        return task_id

    async def on(self, task_id: str, *events: Any, by: str | None, **options: Any) -> Sequence[Envelope]:
        """One command on a task."""
        return await self.append(task.stream_of(task_id), *events, actor=by, **options)


def new_task(project_id: str, title: str = "Fix it") -> dict[str, Any]:
    """The fields of a task's creation."""
    return {
        "project_id": project_id,
        "number": 12,
        "key": "OPS-12",
        "title": title,
        "description": "",
        "status": "waiting",
        "priority": "none",
        "due": None,
        "labels": (),
        "assignees": (),
    }


@dataclass
class World:
    """The running app: who is in it, what happens in it, and how to call it."""

    app: FastAPI
    http: httpx.AsyncClient
    history: History
    auth: Auth

    def person(self, name: str, **details: Any) -> "Caller":
        """A registered person."""
        user_id = self.auth.register(name, **details)
        return Caller(user_id, self.http, self.auth.token(user_id))


@dataclass
class Caller:
    """A person with a token."""

    id: str
    http: httpx.AsyncClient
    token: str

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Any request."""
        sent = {"Authorization": f"Bearer {self.token}"} | {name.replace("_", "-"): v for name, v in headers.items()}
        return await self.http.request(method, f"/api{path}", headers=sent, json=body if body is not None else None)

    async def get(self, path: str) -> Any:
        """The JSON of a good answer."""
        return good(await self.call("GET", path))

    async def inbox(self) -> list[dict[str, Any]]:
        """The items of the inbox, newest first."""
        items: list[dict[str, Any]] = (await self.get("/notifications"))["items"]
        return items

    async def ledger(self, task_id: str, channel: str | None = None) -> list[dict[str, Any]]:
        """The ledger of a task, newest first."""
        items = (await self.get(f"/notifications/deliveries?task={task_id}&limit=200"))["items"]
        return [item for item in items if channel in (None, item["channel"])]


def good(answer: httpx.Response) -> Any:
    """The JSON of an answer that must be good."""
    if answer.status_code != 200:
        raise AssertionError(f"{answer.status_code}: {answer.text}")
    return answer.json()


async def eventually(ask: Callable[[], Awaitable[T]], wanted: Callable[[T], bool] = bool, seconds: float = 10) -> T:
    """What is asked for, as soon as it is as wanted. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not wanted(answer := await ask()):  # noqa: ASYNC110 - a condition on anything has no event to wait for
            await asyncio.sleep(0.005)
    return answer
