"""Fills a project of a stopped server with tasks, straight into its log."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts.codecs import TASK_CODEC
from contracts.task import TaskCreated, stream_of
from kernel.adapters.sqlite.event_store import SqliteEventStore
from kernel.log.envelope import Envelope
from kernel.log.ids import new_id
from kernel.ports.event_store import MAX_ITEMS_PER_APPEND, StreamAppend

WORDS = [
    "draft",
    "review",
    "ship",
    "measure",
    "repair",
    "explain",
    "order",
    "call",
    "paint",
    "plan",
    "write",
    "test",
    "clean",
    "move",
    "count",
]


async def seed_project(log: Path, project: str, user: str, tasks: int) -> None:
    """Append `task.created` for so many tasks of a project, numbered from 1, over the past days."""
    store = await SqliteEventStore.open(log)
    began = datetime.now(UTC) - timedelta(days=30)
    appends: list[StreamAppend] = []
    for number in range(1, tasks + 1):
        stream = stream_of(new_id())
        event = TaskCreated(
            project_id=project,
            number=number,
            key=f"B-{number}",
            title=f"{WORDS[number % 15]} the {WORDS[number // 15 % 15]} of {number}",
            description="What was agreed, as short as it can be, so that whoever reads it knows what to do.",
            status=("waiting", "in_progress", "done")[number % 3],
            priority=("none", "low", "medium", "high", "urgent")[number % 5],
            due=None,
            labels=("docs", "ops")[: number % 3],
            assignees=(user,) if number % 4 == 0 else (),
        )
        name, schema, data = TASK_CODEC.encode(event)
        envelope = Envelope(
            stream=stream,
            version=1,
            type=name,
            schema_version=schema,
            time=began + timedelta(seconds=number),
            data=data,
            actor=user,
            command_id=stream,
            correlation_id="bench",
            imported=True,
        )
        appends.append(StreamAppend(stream=stream, expected=0, events=[envelope]))
        if len(appends) == MAX_ITEMS_PER_APPEND // 2 or number == tasks:
            await store.append(appends)
            appends = []
    await store.allocate(f"project-{project}", tasks)
    await store.close()
