"""The live stream over real HTTP. Long because every test reads the stream of one started server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from sqlalchemy import bindparam, select

from contracts.task import TaskAssigned, TaskCommented, TaskDescriptionChanged, TaskStatusChanged
from kernel.ports.database import Database, Statement, Write
from kernel.process.platform import Platform
from kernel.process.serve import Server
from notify_service import tables
from notify_service.feed import Feed
from notify_service.main import create_app
from notify_service.settings import Settings
from notify_service.tables import insert_absent
from testkit.auth_stand_in import AUTH_URL, Auth
from testkit.notify import Caller, History, eventually


@dataclass
class Live:
    """The app served by uvicorn."""

    server: Server
    url: str
    feed: Feed
    database: Database
    auth: Auth
    history: History
    http: httpx.AsyncClient

    def person(self, name: str) -> Caller:
        user_id = self.auth.register(name)
        return Caller(user_id, self.http, self.auth.token(user_id))


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
                if event != Event():
                    self.last_id = event.id or self.last_id
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
async def serving(settings: Settings, auth: Auth | None = None) -> AsyncIterator[Live]:
    auth = auth or Auth()
    async with Platform(apps={AUTH_URL: auth.app()}) as platform:
        app = create_app(settings, platform)
        server = Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on", timeout_graceful_shutdown=20))
        running = asyncio.create_task(server.serve())
        try:
            while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.005)
            port = server.servers[0].sockets[0].getsockname()[1]
            url = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=url) as http:
                yield Live(
                    server=server,
                    url=url,
                    feed=app.state.deps.feed,
                    database=await platform.database(settings.notify_db_url),
                    auth=auth,
                    history=History(await platform.event_store(settings.event_store_url)),
                    http=http,
                )
        finally:
            server.should_exit = True
            await running


@pytest.fixture
async def live(settings: Settings) -> AsyncIterator[Live]:
    async with serving(settings) as running:
        yield running


@contextlib.asynccontextmanager
async def listening(
    live: Live, caller: Caller, *, last_id: str | None = None, by: str = "header", token: str = ""
) -> AsyncIterator[Listener]:
    headers = {"Authorization": f"Bearer {token or caller.token}"}
    params: dict[str, str] = {}
    if last_id is not None:
        (headers if by == "header" else params)["Last-Event-ID" if by == "header" else "last_event_id"] = last_id
    async with (
        httpx.AsyncClient(base_url=live.url, timeout=20) as http,
        http.stream("GET", "/api/stream", headers=headers, params=params) as response,
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


async def until(condition: Callable[[], object]) -> None:
    async def ask() -> bool:
        return bool(condition())

    await eventually(ask)


TO_DONE = TaskStatusChanged(old="waiting", new="done")


@dataclass
class Scene:
    """Ann and Bob in a project with a task, and Eve who is in no project of theirs."""

    live: Live
    ann: Caller
    bob: Caller
    eve: Caller
    project: str
    task: str

    async def comment(self, number: int) -> None:
        comment = TaskCommented(comment_id=f"c{number}", body=f"comment {number}")
        await self.live.history.on(self.task, comment, by=self.ann.id)

    async def seen(self, upto: int) -> None:
        """Return when the feed has the task's events up to a version."""
        source = f"task-{self.task}:{upto}"

        async def there() -> bool:
            return bool(await self.live.database.fetch(SEQ, {"source_": source}))

        await eventually(there)


SEQ = Statement(select(tables.feed.c.seq).where(tables.feed.c.source == bindparam("source_")))


@pytest.fixture
async def scene(live: Live) -> Scene:
    ann, bob, eve = (live.person(name) for name in ("Ann", "Bob", "Eve"))
    project = await live.history.project(ann.id, bob.id)
    task = await live.history.task(project, by=ann.id)
    made = Scene(live, ann, bob, eve, project, task)
    await made.seen(1)
    return made


async def test_a_member_sees_a_change_with_the_task_after_it(scene: Scene) -> None:
    async with listening(scene.live, scene.bob) as heard:
        [event] = await scene.live.history.on(scene.task, TO_DONE, by=scene.ann.id)
        await until(heard.changes)
        [change] = heard.of("change")
        assert change.data["task"]["status"] == "done"
        assert {name: value for name, value in change.data.items() if name != "task"} == {
            "type": "task.status-changed",
            "project_id": scene.project,
            "task_id": scene.task,
            "version": 2,
            "actor": scene.ann.id,
            "time": event.time.isoformat().replace("+00:00", "Z"),
            "project": None,
        }


async def test_a_change_of_the_project_comes_with_the_project(scene: Scene) -> None:
    async with listening(scene.live, scene.bob) as heard:
        await scene.live.history.let_in(scene.project, scene.eve.id, by=scene.ann.id)
        await until(heard.changes)
        [change] = heard.of("change")
        assert (change.data["type"], change.data["task"], change.data["task_id"]) == (
            "project.member-added",
            None,
            None,
        )
        assert [member["user_id"] for member in change.data["project"]["members"]] == [
            scene.ann.id,
            scene.bob.id,
            scene.eve.id,
        ]


async def test_a_new_item_of_the_inbox_is_told_to_its_reader_alone(scene: Scene) -> None:
    async with listening(scene.live, scene.bob) as bob, listening(scene.live, scene.ann) as ann:
        await scene.live.history.on(scene.task, TaskAssigned(user_id=scene.bob.id), by=scene.ann.id)
        await until(lambda: bob.of("notification") and ann.changes())
        [told] = bob.of("notification")
        assert told.data["unread"] == 1
        assert ann.of("notification") == []
        [item] = await scene.bob.inbox()
        assert told.data["id"] == item["id"]


async def test_strangers_see_nothing_and_who_is_let_in_sees_it_from_then_on(scene: Scene) -> None:
    async with listening(scene.live, scene.eve) as eve, listening(scene.live, scene.bob) as bob:
        await scene.live.history.on(scene.task, TO_DONE, by=scene.ann.id)
        await until(lambda: ("task.status-changed", 2) in bob.changes())
        await scene.live.history.let_in(scene.project, scene.eve.id, by=scene.ann.id)
        await until(lambda: eve.changes() == [("project.member-added", 3)])
        await scene.comment(1)
        await until(lambda: ("task.commented", 3) in eve.changes())


async def test_who_is_removed_hears_nothing_more(scene: Scene) -> None:
    async with listening(scene.live, scene.bob) as bob, listening(scene.live, scene.ann) as ann:
        await scene.comment(1)
        await until(lambda: ("task.commented", 2) in bob.changes())
        await scene.live.history.put_out(scene.project, scene.bob.id, by=scene.ann.id)
        await scene.comment(2)
        await until(lambda: ("task.commented", 3) in ann.changes())
        assert bob.changes() == [("task.commented", 2)]
    async with listening(scene.live, scene.bob, last_id="0") as again:  # nor what happened before
        await scene.comment(3)
        await until(lambda: again.comments)
        assert again.changes() == []


@pytest.mark.parametrize("by", ["header", "query"])
async def test_a_broken_stream_is_resumed_without_loss_or_duplicate(scene: Scene, by: str) -> None:
    heard: list[tuple[str, int]] = []
    last_id = None
    for number in range(4):
        async with listening(scene.live, scene.bob, last_id=last_id, by=by) as part:
            before = len(heard)
            await scene.comment(2 * number)
            await until(lambda: len(heard) + len(part.changes()) >= 2 * number + 1)  # noqa: B023 - used at once
            heard += part.changes()
            last_id = part.last_id
            assert len(heard) > before
        await scene.comment(2 * number + 1)
        await scene.seen(2 * number + 3)
    async with listening(scene.live, scene.bob, last_id=last_id, by=by) as part:
        await until(part.changes)
        heard += part.changes()
    assert heard == [("task.commented", version) for version in range(2, 10)]


@pytest.mark.slow
async def test_far_more_than_memory_keeps_is_resumed(scene: Scene) -> None:
    async with listening(scene.live, scene.bob) as first:
        start = first.last_id
        for number in range(600):
            await scene.comment(number)
        await until(lambda: len(first.changes()) == 600)
    async with listening(scene.live, scene.bob, last_id=start) as second:
        await until(lambda: len(second.changes()) == 600)
        assert second.events[1:] == first.events[1:]


async def test_who_breaks_off_before_the_first_event_loses_nothing(scene: Scene) -> None:
    async with listening(scene.live, scene.bob) as first:
        assert first.last_id
    await scene.comment(1)
    async with listening(scene.live, scene.bob, last_id=first.last_id) as second:
        await until(lambda: second.changes() == [("task.commented", 2)])


async def test_without_an_id_a_stream_begins_now(scene: Scene) -> None:
    async with listening(scene.live, scene.bob) as heard:
        await scene.comment(1)
        await until(heard.changes)
        assert heard.changes() == [("task.commented", 2)]


@pytest.mark.parametrize("last_id", ["1", "999999999", "nonsense", "9" * 5000])
async def test_an_id_that_is_not_kept_any_more_resets_the_client(scene: Scene, last_id: str) -> None:
    for number in range(5):
        await scene.comment(number)
    await scene.seen(6)
    await Feed(scene.live.database, scene.live.feed._projects, poll=1, max_age=timedelta(days=1), max_rows=2).purge()
    async with listening(scene.live, scene.bob, last_id=last_id) as heard:
        assert [event.name for event in heard.events[:1]] == ["reset"]
        await scene.comment(9)
        await until(heard.changes)
        assert heard.changes() == [("task.commented", 7)]


async def test_purging_keeps_what_is_new_and_always_the_last_row(scene: Scene) -> None:
    feed = scene.live.feed
    before = await feed.bounds()
    await feed.purge()
    assert await feed.bounds() == before
    old = Feed(scene.live.database, feed._projects, poll=1, max_age=timedelta(seconds=-60), max_rows=1000)
    await old.purge()
    assert await feed.bounds() == (before[1], before[1])


async def test_an_idle_stream_gives_signs_of_life(scene: Scene) -> None:
    async with listening(scene.live, scene.bob) as heard:
        await until(lambda: heard.comments >= 3)
        assert heard.changes() == []


async def test_a_stream_ends_when_its_token_expires(scene: Scene) -> None:
    short = scene.live.auth.token(scene.bob.id, seconds=0.5)
    async with listening(scene.live, scene.bob, token=short) as heard:
        await until(lambda: heard.ended)


async def test_what_another_process_writes_is_seen(scene: Scene) -> None:
    row = {"source": "elsewhere", "project_id": scene.project, "user_id": None, "created_at": 0, "data": b"{}"}
    async with listening(scene.live, scene.bob) as heard:
        await scene.live.database.write(Write(insert_absent(tables.feed), row))
        await until(lambda: heard.of("change"))


@pytest.mark.slow
async def test_a_stream_is_resumed_at_another_process_without_loss_or_duplicate(
    scene: Scene, settings: Settings
) -> None:
    """Both processes write the feed: each event is in the transaction of the one that was faster."""
    async with serving(settings, scene.live.auth) as other:
        heard: list[tuple[str, int]] = []
        last_id: str | None = None
        for number in range(12):
            at = scene.live if number % 2 else other
            async with listening(at, scene.bob, last_id=last_id) as part:
                for n in range(3):
                    await scene.comment(10 * number + n)
                await until(part.changes)
                heard += part.changes()
                last_id = part.last_id
            await scene.comment(10 * number + 3)
        async with (
            listening(other, scene.bob, last_id=last_id) as rest,
            listening(scene.live, scene.bob, last_id="0") as all_of_it,
        ):
            await until(lambda: len(heard) + len(rest.changes()) >= 48)
            await until(lambda: len(all_of_it.of("change")) >= 50)
            heard += rest.changes()
        assert heard == [("task.commented", version) for version in range(2, 50)]
        assert [change for change in all_of_it.changes() if change[0] == "task.commented"] == heard


async def test_a_client_that_does_not_read_holds_up_nobody(scene: Scene) -> None:
    headers = {"Authorization": f"Bearer {scene.bob.token}"}
    async with (
        httpx.AsyncClient(base_url=scene.live.url) as http,
        http.stream("GET", "/api/stream", headers=headers) as slow,
        listening(scene.live, scene.bob) as heard,
    ):
        assert slow.status_code == 200
        text = "x" * 40_000
        for number in range(100):
            old, new = (text, "") if number % 2 else ("", text)
            await scene.live.history.on(scene.task, TaskDescriptionChanged(old=old, new=new), by=scene.ann.id)
        await until(lambda: len(heard.changes()) == 100)
        late = Listener()
        await asyncio.wait([asyncio.create_task(late.read(slow))], timeout=0)
        await until(lambda: late.changes() == heard.changes())


async def test_many_listeners_all_hear_everything(scene: Scene) -> None:
    async with contextlib.AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(listening(scene.live, scene.bob)) for _ in range(20)]
        for number in range(30):
            await scene.comment(number)
        wanted = [("task.commented", version) for version in range(2, 32)]
        await until(lambda: all(heard.changes() == wanted for heard in listeners))


async def test_the_stream_ends_when_the_server_stops(settings: Settings) -> None:
    async with contextlib.AsyncExitStack() as stack:
        live = await stack.enter_async_context(serving(settings))
        heard = await stack.enter_async_context(listening(live, live.person("Ann")))
        live.server.should_exit = True
        await until(lambda: heard.ended)
