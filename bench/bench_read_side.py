"""The read side without HTTP: projection, rebuild, lists, and how soon a change is seen in a list.

Everything is measured in one run on one file system; read the ratios. `python bench/bench_read_side.py [tasks]`.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from seed import seed_project

from contracts import project, task
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.read_model import consumer_name
from contracts.task import TaskCommented, TaskEvent, TaskPriorityChanged, TaskStatusChanged, TaskTitleChanged
from kernel.consuming.consumer import Consumer
from kernel.log.envelope import Envelope
from kernel.log.ids import new_id
from kernel.ports.database import Database, Write
from kernel.ports.event_store import EventStore, StreamAppend
from kernel.ports.subscription import Message
from kernel.process.platform import Platform
from kernel.process.settings import Settings
from log_projector.fill import Filler
from log_projector.generations import Generations
from log_projector.projections import Values
from log_projector.projector import NAME, Projector
from log_projector.verify import verify
from log_projector.writes import GenerationWriter, Handler, Projection
from task_service.asked import Asker, asked_of
from task_service.domain.query import parse
from task_service.queries import Queries, TaskFilters

USER = "01990000-0000-7000-8000-000000000c00"
CHANGES: Sequence[TaskEvent] = (
    TaskStatusChanged(old="waiting", new="in_progress"),
    TaskTitleChanged(old="As it was", new="A task with a title of usual length"),
    TaskCommented(comment_id="01990000-0000-7000-8000-00000000c000", body="Looked at it; it will take until Friday."),
    TaskPriorityChanged(old="none", new="high"),
)


def encoded(stream: str, version: int, event: TaskEvent, at: datetime) -> Envelope:
    """An event of a task as task-service appends it."""
    name, schema, data = TASK_CODEC.encode(event)
    return Envelope(
        stream=stream,
        version=version,
        type=name,
        schema_version=schema,
        time=at,
        data=data,
        actor=USER,
        command_id=new_id(),
        correlation_id="4bf92f3577b34da6a3ce929d0e0e4736",
    )


async def new_project(store: EventStore) -> str:
    """An empty project in the log; its id."""
    made = project.ProjectCreated(key="B", name="Bench", statuses=project.DEFAULT_STATUSES, owner=USER)
    name, schema, data = PROJECT_CODEC.encode(made)
    project_id = new_id()
    stream = project.stream_of(project_id)
    any_event = encoded(stream, 1, CHANGES[0], datetime.now(UTC))
    created = replace(any_event, type=name, schema_version=schema, data=data)
    await store.append([StreamAppend(stream=stream, expected=0, events=[created])])
    return project_id


async def change_all(store: EventStore, project_id: str) -> None:
    """Append `CHANGES` to every task of a project."""
    streams = [head.stream async for head in store.heads() if head.stream.startswith("task-")]
    for stream in streams:
        (created,) = await store.load(stream)
        if created.data["project_id"] == project_id:
            at = created.time + timedelta(hours=1)
            events = [encoded(stream, version, change, at) for version, change in enumerate(CHANGES, 2)]
            await store.append([StreamAppend(stream=stream, expected=1, events=events)])


async def fill(store: EventStore, database: Database) -> tuple[int, float]:
    """Fill a new generation; its number and how many events a second went in."""
    generations = Generations(database)
    await generations.prepare()
    number = await generations.begin()
    events = 0

    def progress(_: int, so_far: int) -> None:
        nonlocal events
        events = so_far

    started = time.perf_counter()
    await Filler(store, generations, number).fill(progress)
    rate = events / (time.perf_counter() - started)
    await generations.mark(number, "live")
    await generations.activate(number)
    return number, rate


async def median_us(operation: Callable[[], Awaitable[object]], times: int) -> float:
    """The median duration of an operation in microseconds."""
    taken: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        await operation()
        taken.append(time.perf_counter() - started)
    return 1e6 * statistics.median(taken)


async def bench_live(platform: Platform, folder: Path, tasks: int) -> None:
    """Events through a consumer as they come, against the same rows written straight by executemany."""
    store = await platform.event_store(f"sqlite:///{folder}/live-log.db")
    database = await platform.database(f"sqlite:///{folder}/live.db?synchronous=normal")
    project_id = await new_project(store)
    await seed_project(folder / "live-log.db", project_id, USER, tasks)
    generations = Generations(database)
    await generations.prepare()
    number = await generations.begin()
    consumer = Consumer(
        consumer_name(number), store=store, database=database, handler=Handler(Projection(store), number)
    )
    created = [(await store.load(head.stream))[0] async for head in store.heads() if head.stream.startswith("task-")]
    changed = [encoded(event.stream, 2, CHANGES[0], event.time + timedelta(hours=1)) for event in created]
    rates: dict[str, float] = {}
    for name, events in (("created", created), ("status changed", changed)):
        started, cpu = time.perf_counter(), time.process_time()
        for start in range(0, len(events), 100):
            await consumer.handle(
                [Message(stream=e.stream, version=e.version, envelope=e) for e in events[start : start + 100]]
            )
        rates[name] = len(events) / (time.perf_counter() - started)
        cost = 1e6 * (time.process_time() - cpu) / len(events)
        print(f"projected live, {name:<15} {rates[name]:>8,.0f} events/s  {cost:4.0f} us of CPU an event")
    projection, writer = Projection(store), GenerationWriter(await generations.begin())
    transactions: list[Sequence[Write]] = []
    for start in range(0, len(created), 100):
        rows: dict[str, list[Values]] = {}
        for event in created[start : start + 100]:
            for table, some in projection.whole(event.stream, [event]).put.items():
                rows.setdefault(table, []).extend(some)
        transactions.append(writer.put(rows))
    started = time.perf_counter()
    for transaction in transactions:
        await database.write(*transaction)
    bare = len(created) / (time.perf_counter() - started)
    print(f"the same rows by executemany   {bare:>8,.0f} events/s  (created: {rates['created'] / bare:.2f} of it)")


async def bench_lists(platform: Platform, folder: Path, small: int, large: int) -> None:
    """Rebuild, verification and lists over projects of two sizes."""
    store = await platform.event_store(f"sqlite:///{folder}/log.db")
    url = f"sqlite:///{folder}/read.db?synchronous=normal"
    database = await platform.database(url)
    projects = {size: await new_project(store) for size in (small, large)}
    for size, project_id in projects.items():
        await seed_project(folder / "log.db", project_id, USER, size)
    _, rate = await fill(store, database)
    print(f"rebuilt, one event a task      {rate:>8,.0f} events/s  ({small + large:,} tasks)")
    settings = Settings(event_store_url=f"sqlite:///{folder}/log.db", read_model_url=url)
    started = time.perf_counter()
    found = await verify(platform, settings)
    seconds = time.perf_counter() - started
    print(
        f"verified                       {found.events / seconds:>8,.0f} events/s  {len(found.differences)} differences"
    )
    queries = Queries(database)
    filters = {
        "the newest": TaskFilters(),
        "in progress": TaskFilters(statuses=("in_progress",)),
        "assigned and labelled": TaskFilters(assignees=(USER,), labels=("docs",)),
        "search": TaskFilters(q="ship the"),
        "search for nothing there": TaskFilters(q="zzz"),
    }
    for name, given in filters.items():
        times: list[float] = []
        for project_id in projects.values():
            listing = partial(queries.tasks, project_id, given)
            times.append(await median_us(listing, 200 if name == "the newest" else 20))
        ratio = times[0] / times[1]
        print(f"list of 50, {name:<25} {times[0]:7,.0f} us of {small:,}  {times[1]:8,.0f} us of {large:,}  {ratio:.2f}")


async def bench_rebuild(platform: Platform, folder: Path, tasks: int) -> None:
    """Rebuild of tasks with a history."""
    store = await platform.event_store(f"sqlite:///{folder}/rebuild-log.db")
    database = await platform.database(f"sqlite:///{folder}/rebuild.db?synchronous=normal")
    project_id = await new_project(store)
    await seed_project(folder / "rebuild-log.db", project_id, USER, tasks)
    await change_all(store, project_id)
    _, rate = await fill(store, database)
    print(f"rebuilt, five events a task    {rate:>8,.0f} events/s  ({tasks:,} tasks)")
    await bench_questions(Queries(database), project_id)


QUESTIONS: Sequence[str] = (
    "status:in_progress priority>=high",
    "assignee:me due<7d is:open",
    "is:overdue -label:docs sort:due",
    "usual length -ship",
    "was:waiting",
    "was:done",
    "status:changed sort:-updated",
    "due-changed:>=3",
    "moved-back:>=1",
    "-assignee:was:me created-by:me",
)


async def bench_questions(queries: Queries, project_id: str, times: int = 20) -> None:
    """Queries of the language over a project whose tasks have a past."""
    asker = Asker(people=lambda _: [USER], today=datetime.now(UTC).date(), zone=ZoneInfo("UTC"))
    for question in QUESTIONS:
        taken: list[float] = []
        for _ in range(times):
            started = time.perf_counter()
            asked = asked_of(parse(question), asker)
            found, _ = await queries.tasks(project_id, sort=asked.sort or "-created_at", asked=asked)
            taken.append(1000 * (time.perf_counter() - started))
        taken.sort()
        print(
            f"query {question:<36} p50 {taken[len(taken) // 2]:6.1f} ms  p95 {taken[int(len(taken) * 0.95)]:6.1f} ms"
            f"  {len(found)} on the page"
        )


async def bench_lag(platform: Platform, folder: Path, times: int = 300) -> None:
    """From the moment an append returns until a list shows it."""
    store = await platform.event_store(f"sqlite:///{folder}/lag-log.db")
    database = await platform.database(f"sqlite:///{folder}/lag.db?synchronous=normal")
    await Generations(database).prepare()
    projector = Projector(store, database, await platform.subscription("tail:", NAME, store))
    running = asyncio.create_task(projector.run())
    await projector.readable.wait()
    queries, project_id = Queries(database), await new_project(store)
    await asyncio.sleep(2)
    lags: list[float] = []
    for number in range(times):
        stream = task.stream_of(new_id())
        created = task.TaskCreated(
            project_id=project_id,
            number=number,
            key=f"B-{number}",
            title="A task",
            description="",
            status="waiting",
            priority="none",
            due=None,
            labels=(),
            assignees=(),
        )
        event = encoded(stream, 1, created, datetime.now(UTC))
        await store.append([StreamAppend(stream=stream, expected=0, events=[event])])
        started = time.perf_counter()
        while not await _shows(queries, project_id, stream):  # noqa: ASYNC110 - looking is what a reader does
            await asyncio.sleep(0)
        lags.append(1000 * (time.perf_counter() - started))
        await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.wait([running])
    lags.sort()
    print(f"append -> in the list          p50 {lags[len(lags) // 2]:.1f} ms  p99 {lags[int(len(lags) * 0.99)]:.1f} ms")


async def _shows(queries: Queries, project_id: str, stream: str) -> bool:
    newest, _ = await queries.tasks(project_id, limit=1)
    return any(stream.removeprefix("task-").encode() in document for document in newest)


async def main(large: int) -> None:
    """Every benchmark of the read side."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        async with Platform() as platform:
            await bench_lag(platform, Path(name))
            await bench_live(platform, Path(name), 5_000)
            await bench_rebuild(platform, Path(name), 5_000)
            await bench_lists(platform, Path(name), 1_000, large)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
