"""What can happen to messages between the queue and a consumer, and to those that nobody can read or apply."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
from aiobotocore.session import get_session

from taskledger_local.mysql_server import administer
from taskledger_local.topology import NOTIFIER, PROJECTOR, Queue
from testkit.aws_board import Breakable
from testkit.board import Person, eventually
from testkit.working import Work, at_work, verified

CONSUMERS = {"projector": PROJECTOR, "notify": NOTIFIER}


@asynccontextmanager
async def sqs(breakable: Breakable, queue: Queue) -> AsyncIterator[tuple[Any, str]]:
    """A client, and the address of a queue."""
    endpoint = breakable.board.stack.emulator.endpoint
    async with get_session().create_client("sqs", endpoint_url=endpoint) as client:
        yield client, (await client.get_queue_url(QueueName=queue.name))["QueueUrl"]


@contextmanager
def held(breakable: Breakable, *names: str) -> Iterator[None]:
    """The consumers stand still meanwhile, and their messages wait in the queues."""
    processes = [breakable.child(name).process for name in names]
    for process in processes:
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            assert process is not None
            os.kill(process.pid, signal.SIGCONT)


async def taken(breakable: Breakable, queue: Queue) -> list[str]:
    """All that waits in a queue, taken off it."""
    bodies: list[str] = []
    async with sqs(breakable, queue) as (client, url):
        while True:
            received = await client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            messages = received.get("Messages", [])
            if not messages:
                return bodies
            for message in messages:
                bodies.append(message["Body"])
                await client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


async def put(breakable: Breakable, queue: Queue, bodies: Sequence[str]) -> None:
    async with sqs(breakable, queue) as (client, url):
        for body in bodies:
            await client.send_message(QueueUrl=url, MessageBody=body)


def test_duplicated_reversed_and_dropped_messages_change_nothing(
    breakable: Breakable, ann: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    async def meddle(queue: Queue) -> int:
        bodies = await taken(breakable, queue)
        kept = [body for number, body in enumerate(bodies) if number % 3]  # what is dropped is found by reconciliation
        await put(breakable, queue, [*reversed(kept), *kept, *reversed(kept)])
        return len(kept)

    with held(breakable, *CONSUMERS):
        with at_work(ann, work, "meddled", 3, pace=0.05):
            work.goes_on(30)
        for queue in CONSUMERS.values():
            assert eventually(lambda queue=queue: asyncio.run(meddle(queue))) > 10  # type: ignore[misc]
    all_is_well()


@pytest.mark.long
def test_a_message_that_nobody_can_read_goes_to_the_dead_letter_queue_and_the_others_on(
    breakable: Breakable, ann: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    async def waiting(queue_name: str) -> list[str]:
        return await taken(breakable, Queue(name=queue_name))

    unreadable = '{"detail": {"stream": "task-1"}}'
    asyncio.run(put(breakable, PROJECTOR, [unreadable]))
    with at_work(ann, work, "unreadable", 2, pace=0.4):
        metrics = f"{breakable.child('projector').url}/metrics"
        eventually(lambda: 'unreadable_total{consumer="projector"} 0.0' not in httpx.get(metrics).text)
        # Given out again after each time-out, ten times; then nobody is bothered any more.
        assert eventually(lambda: asyncio.run(waiting(PROJECTOR.dead)), within=90) == [unreadable]
    all_is_well()


def test_an_event_that_cannot_be_applied_blocks_its_stream_alone_until_it_is_unblocked(
    breakable: Breakable, ann: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    board = breakable.board
    tasks = f"/api/projects/{work.project}/tasks"
    database = board.stack.environment["READ_MODEL_URL"]
    (labels,) = administer(database, "SHOW TABLES LIKE '%task_labels'")
    administer(database, f"RENAME TABLE {labels[0]} TO hidden")
    try:
        poison = ann.post(tasks, title="Cannot be listed", labels=["stuck"])
        stream = f"task-{poison['id']}"
        blocked = eventually(lambda: found if stream in (found := board.command("blocked").stdout) else None)
        assert f"{stream}:1" in blocked
        assert board.command("blocked").returncode == 1
        plain = ann.post(tasks, title="Goes on")
        eventually(lambda: [task["id"] for task in ann.all(tasks)] == [plain["id"]])
        assert ann.get(f"/api/tasks/{poison['id']}")["title"] == "Cannot be listed"
    finally:
        administer(database, f"RENAME TABLE hidden TO {labels[0]}")
    told = board.command("verify")
    assert told.returncode == 1
    assert f"{stream} blocked at version 1" in told.stdout
    freed = board.command("unblock", stream)
    assert (freed.returncode, "projector" in freed.stdout) == (0, True), freed.stderr
    ann.patch(f"/api/tasks/{poison['id']}", status="done")
    eventually(lambda: {task["id"]: task["version"] for task in ann.all(tasks)} == {poison["id"]: 2, plain["id"]: 1})
    assert "No stream is blocked." in board.command("blocked").stdout
    verified(board)


@pytest.mark.long
def test_while_auth_service_is_away_notifications_wait_and_then_arrive(
    breakable: Breakable, ann: Person, bob: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    board = breakable.board
    assert bob.all("/api/notifications") == []  # the services know the keys by which they know who asks
    breakable.child("auth").kill()
    task = work.create(ann, "while auth-service is away").raise_for_status().json()
    work.acknowledged(task, "while auth-service is away")
    eventually(lambda: [item["task_id"] for item in bob.all("/api/notifications")] == [task["id"]])
    mail = eventually(lambda: mails(ann, task))
    assert [(line["state"], line["attempts"]) for line in mail] == [("pending", 0)]
    assert board.mails(bob) == []
    breakable.child("auth").run()
    eventually(lambda: [line["state"] for line in mails(ann, task)] == ["sent"], within=30)
    all_is_well()


def mails(person: Person, task: dict[str, Any]) -> list[dict[str, Any]]:
    """The ledger's lines on mails."""
    ledger = person.all(f"/api/notifications/deliveries?task={task['id']}")
    return [line for line in ledger if line["channel"] == "mail"]


pytestmark = [pytest.mark.crash, pytest.mark.process]
