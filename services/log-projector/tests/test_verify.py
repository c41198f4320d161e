"""Verification finds whatever was done to a read model, or a log, behind the projector's back."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from contracts.read_model import consumer_name
from kernel.consuming.consumer import Consumer
from kernel.ports.database import DatabaseUnavailable, Statement, Write
from kernel.process.platform import Platform
from log_projector.rebuild import rebuild
from log_projector.settings import Settings
from log_projector.verify import Verified, verify
from log_projector.writes import Handler, Projection
from testkit.histories import Board, record

Edit = Callable[[str], Awaitable[None]]


def one(table: str, key: str) -> str:
    """The condition that finds one row; through a derived table, for MySQL reads no table that it changes."""
    columns = key.strip("()")
    return f"{key} = (SELECT {columns} FROM (SELECT {columns} FROM g1_{table} LIMIT 1) AS one)"


@pytest.fixture
async def board(platform: Platform, settings: Settings) -> Board:
    """A projected history with at least one of everything."""
    board = Board(Random(3))
    await record(await platform.event_store(settings.event_store_url), board.grow(400))
    await rebuild(platform, settings, follow=0)
    return board


@pytest.fixture
async def edit(platform: Platform, settings: Settings) -> Edit:
    database = await platform.database(settings.read_model_url)

    async def execute(sql: str) -> None:
        await database.write(Write(Statement(text(sql)), expect=1))

    return execute


async def test_a_projected_log_has_no_differences(platform: Platform, settings: Settings, board: Board) -> None:
    found = await verify(platform, settings, patience=0.2)
    streams, events = len(board.events), sum(map(len, board.events.values()))
    assert found == Verified(generation=1, streams=streams, events=events, behind=[], differences=[])


@pytest.mark.parametrize(
    "table",
    [
        "tasks",
        "task_assignees",
        "task_labels",
        "task_flow",
        "task_assigned",
        "projects",
        "project_statuses",
        "project_members",
        "activity",
    ],
)
async def test_a_missing_row_is_found(
    platform: Platform, settings: Settings, board: Board, edit: Edit, table: str
) -> None:
    key = (
        "(task_id, user_id)"
        if table == "task_assignees"
        else {
            "tasks": "task_id",
            "task_labels": "(task_id, label)",
            "task_flow": "(task_id, version)",
            "task_assigned": "(task_id, version, user_id)",
            "projects": "project_id",
            "project_statuses": "(project_id, status)",
            "project_members": "(project_id, user_id)",
            "activity": "(stream, version)",
        }[table]
    )
    await edit(f"DELETE FROM g1_{table} WHERE {one(table, key)}")
    (difference,) = (await verify(platform, settings, patience=0.2)).differences
    assert difference.kind == "missing"
    assert f"g1_{table}".endswith(difference.table)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO g1_task_assignees SELECT task_id, 'nobody' FROM g1_tasks LIMIT 1",
        "INSERT INTO g1_task_labels SELECT task_id, 'nothing' FROM g1_tasks LIMIT 1",
        "INSERT INTO g1_task_labels VALUES ('zzz', 'of no task')",
        "INSERT INTO g1_project_members VALUES ('0', 'nobody', 'owner')",
        "INSERT INTO g1_projects SELECT 'another', deleted, created_at, version, doc FROM g1_projects LIMIT 1",
        "INSERT INTO g1_activity SELECT 'aaa', 1, project_id, time, doc, state FROM g1_activity LIMIT 1",
        "INSERT INTO g1_activity SELECT 'zzz', 1, project_id, time, doc, state FROM g1_activity LIMIT 1",
        "INSERT INTO g1_activity SELECT 'task-', 1, project_id, time, doc, state FROM g1_activity LIMIT 1",
    ],
)
async def test_a_row_too_many_is_found(
    platform: Platform, settings: Settings, board: Board, edit: Edit, sql: str
) -> None:
    await edit(sql)
    assert [difference.kind for difference in (await verify(platform, settings, patience=0.2)).differences] == ["extra"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE g1_tasks SET doc = 'x' WHERE {one('tasks', 'task_id')}",
        f"UPDATE g1_tasks SET search = '' WHERE {one('tasks', 'task_id')}",
        f"UPDATE g1_projects SET created_at = created_at + 1 WHERE {one('projects', 'project_id')}",
        f"UPDATE g1_project_members SET role = 'king' WHERE {one('project_members', '(project_id, user_id)')}",
        f"UPDATE g1_activity SET time = 0 WHERE {one('activity', '(stream, version)')}",
        f"UPDATE g1_task_flow SET new = 'nothing' WHERE {one('task_flow', '(task_id, version)')}",
    ],
)
async def test_a_row_that_is_otherwise_is_found(
    platform: Platform, settings: Settings, board: Board, edit: Edit, sql: str
) -> None:
    await edit(sql)
    assert [difference.kind for difference in (await verify(platform, settings, patience=0.2)).differences] == [
        "different"
    ]


async def test_what_waits_for_a_projector_is_no_difference(
    platform: Platform, settings: Settings, board: Board
) -> None:
    stream = next(iter(board.tasks))
    await record(await platform.event_store(settings.event_store_url), [board.change_task(stream)])
    found = await verify(platform, settings, patience=0.2)
    assert (found.behind, found.differences) == ([stream], [])


async def test_a_blocked_stream_is_a_difference(platform: Platform, settings: Settings, board: Board) -> None:
    store = await platform.event_store(settings.event_store_url)
    stream = next(iter(board.tasks))
    created = board.events[stream][0]
    poison = replace(board.change_task(stream), type=created.type, data=created.data)
    await record(store, [poison])
    database = await platform.database(settings.read_model_url)
    consumer = Consumer(consumer_name(1), store=store, database=database, handler=Handler(Projection(store), 1))
    await consumer.reconcile()
    (difference,) = (await verify(platform, settings, patience=0.2)).differences
    assert (difference.kind, difference.stream) == ("blocked", stream)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE heads SET version = version + 1 WHERE stream = '{stream}'",
        "UPDATE heads SET version = version - 1 WHERE stream = '{stream}'",
        "DELETE FROM heads WHERE stream = '{stream}'",
        "DELETE FROM events WHERE stream = '{stream}' AND version = 1",
        "UPDATE events SET envelope = cast(replace(envelope, '\"streamversion\":2,', '\"streamversion\":3,') AS blob)"
        " WHERE stream = '{stream}' AND version = 2",
    ],
)
async def test_a_log_that_is_not_one_is_found(
    platform: Platform, settings: Settings, board: Board, tmp_path: Path, sql: str
) -> None:
    stream = max(board.events, key=lambda stream: len(board.events[stream]))
    assert stream.startswith(("task-", "project-"))
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection:
        connection.execute(sql.format(stream=stream))
        connection.commit()
    found = (await verify(platform, settings, patience=0.2)).differences
    assert {(difference.kind, difference.stream) for difference in found} == {("log", stream)}


async def test_without_a_read_model_there_is_nothing_to_verify(platform: Platform, settings: Settings) -> None:
    with pytest.raises(DatabaseUnavailable, match="no read model"):
        await verify(platform, settings, patience=0.2)
