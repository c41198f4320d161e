"""The live stream over real HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from kernel.contracts.task import TaskStatusChanged
from kernel.platform import Platform
from kernel.serve import Server
from notify_service.feed import Feed
from notify_service.main import create_app
from notify_service.settings import Settings
from notify_service.testing import AUTH_URL, Auth, Caller, History, eventually


@dataclass
class Live:
    """The app served by uvicorn."""

    server: Server
    url: str
    feed: Feed
    auth: Auth
    history: History

    def person(self, name: str) -> Caller:
        user_id = self.auth.register(name)
        return Caller(user_id, httpx.AsyncClient(), self.auth.token(user_id))


@dataclass
class Event:
    """A server-sent event, or the id alone."""

    name: str = ""
    id: str = ""
    data: Any = None


@dataclass
class Listener:
    """Reads a stream in the background."""

    events: list[Event] = field(default_factory=list)
    last_id: str = ""
    comments: int = 0
    ended: bool = False

    def of(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]

    def changes(self) -> list[tuple[str, int]]:
        return [(event.data["type"], event.data["version"]) for event in self.of("change")]

    async def read(self, response: httpx.Response) -> None:
        event = Event()
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            if not line:
                if event.id:
                    self.last_id = event.id
                self.events.append(event)
                event = Event()
            elif line.startswith(":"):
                self.comments += 1
            elif name == "event":
                event.name = value
            elif name == "id":
                event.id = value
            elif name == "data":
                event.data = orjson.loads(value)
        self.ended = True


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Live]:
    auth = Auth()
    async with Platform(apps={AUTH_URL: auth.app()}) as platform:
        app = create_app(settings, platform)
        server = Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on", timeout_graceful_shutdown=20))
        running = asyncio.create_task(server.serve())
        try:
            while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.005)
            port = server.servers[0].sockets[0].getsockname()[1]
            history = History(await platform.event_store(settings.event_store_url))
            yield Live(server, f"http://127.0.0.1:{port}", app.state.deps.feed, auth, history)
        finally:
            server.should_exit = True
            await running


@pytest.fixture
async def live(settings: Settings) -> AsyncIterator[Live]:
    async with serving(settings) as running:
        yield running


@contextlib.asynccontextmanager
async def listening(live: Live, caller: Caller, last_id: str | None = None, token: str = "") -> AsyncIterator[Listener]:
    headers = {"Authorization": f"Bearer {token or caller.token}"}
    if last_id is not None:
        headers["Last-Event-ID"] = last_id
    async with (
        httpx.AsyncClient(base_url=live.url, timeout=20) as http,
        http.stream("GET", "/api/stream", headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        listener = Listener()
        reading = asyncio.create_task(listener.read(response))
        await until(lambda: bool(listener.events))
        try:
            yield listener
        finally:
            reading.cancel()
            await asyncio.wait([reading])


async def until(condition: Any, seconds: float = 10) -> None:
    async def ask() -> bool:
        return bool(condition())

    await eventually(ask, seconds=seconds)


async def test_a_member_sees_a_change_with_the_task_after_it(live: Live) -> None:
    ann, bob = live.person("Ann"), live.person("Bob")
    project = await live.history.project(ann.id, bob.id)
    task = await live.history.task(project, by=ann.id)
    async with listening(live, bob) as heard:
        await live.history.on(task, TaskStatusChanged(old="waiting", new="done"), by=ann.id)
        await until(lambda: ("task.status-changed", 2) in heard.changes())
        change = heard.of("change")[-1].data
        assert change["task"]["status"] == "done"
        assert change["task"]["version"] == 2
        assert (change["project_id"], change["task_id"], change["actor"]) == (project, task, ann.id)
        assert change["project"] is None


async def test_the_stream_ends_when_the_server_stops(settings: Settings) -> None:
    async with contextlib.AsyncExitStack() as stack:
        live = await stack.enter_async_context(serving(settings))
        heard = await stack.enter_async_context(listening(live, live.person("Ann")))
        live.server.should_exit = True
        await until(lambda: heard.ended)
