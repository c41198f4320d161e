"""The log in DynamoDB: what client and service add to the bare calls of an emulator, measured in turns in one run.

A bare call is the very bytes that the adapter sends, written by the load generator on a connection that stays open. The
emulator answers sooner than DynamoDB would from another machine, so what is added weighs more here than there.
"""

import argparse
import itertools
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import httpx
import uvloop
from aiobotocore.session import get_session
from bench_log import Measured, an_event, measure
from load import Load, Request, generate, request

from kernel.adapters.dynamodb_event_store import DynamodbEventStore
from kernel.ids import new_id
from kernel.ports import StreamAppend
from taskledger_local.emulator import CREDENTIALS, REGION, emulator
from taskledger_local.faults import Request as Recorded
from taskledger_local.faults import faults_before
from taskledger_local.processes import Child, free_port
from taskledger_local.setup import create_tables
from taskledger_local.topology import KEYS, LOG

CONCURRENCY: Final = (1, 16)
STREAM: Final = "task-01990000-0000-7000-8000-000000000000"
"""Stands in the recorded calls; each bare call has another stream of the same length."""

Run = Callable[[int, float], Awaitable[float]]
"""Calls a second, by so many callers at once, for so many seconds."""


async def append_new(store: DynamodbEventStore, stream: str = "") -> None:
    """Append one event to a new stream."""
    stream = stream or f"task-{new_id()}"
    await store.append([StreamAppend(stream=stream, expected=0, events=[an_event(stream)])])


async def record(endpoint: str) -> dict[str, Recorded]:
    """What the adapter sends to append an event to a new stream, to read an empty tail, to take a number."""
    with faults_before(endpoint) as proxy:
        store = await DynamodbEventStore.open(f"dynamodb://{LOG.name}?region={REGION}&endpoint={proxy.endpoint}")
        await append_new(store, STREAM)
        await store.load(STREAM, after=1)
        await store.allocate("bench")
        await store.close()
        return dict(zip(("transaction", "tail", "number"), proxy.requests, strict=True))


def bodies(call: Recorded) -> Iterator[bytes]:
    """The recorded call's body without end, each time about another stream."""
    token = json.loads(call.body).get("ClientRequestToken", "no token").encode()
    while True:
        body = call.body.replace(STREAM.encode(), f"task-{new_id()}".encode())
        yield body.replace(token, os.urandom(16).hex().encode())


def bare(endpoint: str, call: Recorded) -> Run:
    """The recorded call, each time about another stream."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in call.headers.items())
    head = f"POST / HTTP/1.1\r\n{lines}\r\n".encode()

    def endless() -> Iterator[Request]:
        for body in bodies(call):
            yield head + body

    return over_http(urlsplit(endpoint).port or 80, endless)


def over_http(port: int, requests: Callable[[], Iterator[Request]]) -> Run:
    """Requests to a port of this machine."""

    async def run(connections: int, seconds: float) -> float:
        load: Load = await generate(port, requests, connections=connections, seconds=seconds)
        if load.failures:
            raise RuntimeError(f"{load.failures} of {load.answers} answers were errors")
        return load.rate

    return run


def appends(url: str) -> Run:
    """Appends of one event by the adapter."""

    async def run(callers: int, seconds: float) -> float:
        store = await DynamodbEventStore.open(url)
        measured: Measured = await measure("append", callers, seconds, lambda: append_new(store))
        await store.close()
        return measured.per_second

    return run


def by_aiohttp(endpoint: str, call: Recorded) -> Run:
    """The recorded call by a usual HTTP client, unsigned and its answer unread, for comparison."""

    async def run(callers: int, seconds: float) -> float:
        endless = bodies(call)
        async with aiohttp.ClientSession(headers=call.headers) as session:

            async def transact() -> None:
                async with session.post(endpoint, data=next(endless)) as answer:
                    answer.raise_for_status()

            return (await measure("aiohttp", callers, seconds, transact)).per_second

    return run


def by_aiobotocore(endpoint: str, call: Recorded) -> Run:
    """The same transaction by the client of aiobotocore, for comparison."""
    endless = bodies(call)

    async def run(callers: int, seconds: float) -> float:
        async with get_session().create_client("dynamodb", endpoint_url=endpoint) as client:

            async def transact() -> None:
                await client.transact_write_items(**json.loads(next(endless)))

            return (await measure("aiobotocore", callers, seconds, transact)).per_second

    return run


@dataclass(frozen=True)
class Board:
    """A running task-service, and somebody with a project and tasks."""

    port: int
    token: str
    project: str
    tasks: list[str]

    def create(self) -> Iterator[Request]:
        """Make tasks."""
        body = json.dumps({"title": "Write down what was agreed", "labels": ["docs"]}).encode()
        return itertools.repeat(request("POST", f"/api/projects/{self.project}/tasks", self.token, body))

    def change(self) -> Iterator[Request]:
        """Move tasks on, each in its turn."""
        for turn in itertools.count():
            status = ("in_progress", "done", "waiting")[turn // len(self.tasks) % 3]
            task = self.tasks[turn % len(self.tasks)]
            yield request("PATCH", f"/api/tasks/{task}", self.token, b'{"status":"' + status.encode() + b'"}')


def start_board(folder: Path, endpoint: str, stack: ExitStack) -> Board:
    """Start auth-service and task-service on the tables."""
    ports = {"auth_service": free_port(), "task_service": free_port()}
    environment = {
        "EVENT_STORE_URL": f"dynamodb://{LOG.name}?endpoint={endpoint}",
        "KEY_VALUE_URL": f"dynamodb://{KEYS.name}?endpoint={endpoint}",
        "READ_MODEL_URL": f"sqlite:///{folder}/read.db",
        "AUTH_URL": f"http://127.0.0.1:{ports['auth_service']}",
        "SERVICE_SECRET": "a secret for as long as a benchmark runs",
    }
    for module, port in ports.items():
        serve = (
            f"import uvicorn; from {module} import main, settings; uvicorn.run(main.create_app(settings.Settings()),"
            f" host='127.0.0.1', port={port}, log_config=None, access_log=False)"
        )
        child = Child(module, [sys.executable, "-c", serve], folder, environment)
        stack.callback(child.end)
        child.start(lambda port=port: _answers(port))  # type: ignore[misc]
    with httpx.Client(timeout=30) as http:

        def post(port: int, path: str, **body: str) -> dict[str, str]:
            answer: dict[str, str] = (
                http.post(f"http://127.0.0.1:{port}/api{path}", json=body).raise_for_status().json()
            )
            return answer

        person = {"email": "bench@example.org", "password": "a long enough passphrase", "name": "Bench"}
        token = post(ports["auth_service"], "/auth/register", **person)["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        port = ports["task_service"]
        project = post(port, "/projects", name="Bench", key="BEN")["id"]
        tasks = [post(port, f"/projects/{project}/tasks", title="A task")["id"] for _ in range(64)]
    return Board(port, token, project, tasks)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).is_success
    except httpx.HTTPError:
        return False


@dataclass(frozen=True)
class Row:
    """A thing to measure, and the bare calls whose time, one after the other, it is set against."""

    name: str
    run: Run
    against: tuple[str, ...]


async def compare(rows: list[Row], calls: dict[str, Run], seconds: float, rounds: int) -> None:
    """Print each row's time as a ratio to its bare calls, all measured in turns; the median of the rounds."""
    print(f"{'':38} clients    per s   ms each  x bare calls  x bare transaction")
    for callers in CONCURRENCY:
        rates: dict[str, list[float]] = {name: [] for name in (*calls, *(row.name for row in rows))}
        for _ in range(rounds):
            for name, run in (*calls.items(), *((row.name, row.run) for row in rows)):
                rates[name].append(await run(callers, seconds))
        times = {name: [callers / rate for rate in found] for name, found in rates.items()}
        for row in (*(Row(f"bare {name}", run, (name,)) for name, run in calls.items()), *rows):
            own = times.get(row.name) or times[row.against[0]]
            to_calls = _ratio(own, [sum(each) for each in zip(*(times[name] for name in row.against), strict=True)])
            to_transaction = _ratio(own, times["transaction"])
            middle = statistics.median(own)
            print(
                f"{row.name:38} {callers:7} {callers / middle:8.0f} {1000 * middle:9.2f}"
                f" {to_calls:13.2f} {to_transaction:19.2f}",
                flush=True,
            )


def _ratio(own: list[float], other: list[float]) -> float:
    return statistics.median(mine / theirs for mine, theirs in zip(own, other, strict=True))


def main() -> None:
    """Start the emulator and the services, measure, end them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ.update(CREDENTIALS)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        endpoint = stack.enter_context(emulator(folder)).endpoint

        async def create() -> dict[str, Recorded]:
            async with get_session().create_client("dynamodb", endpoint_url=endpoint) as client:
                await create_tables(client)
            return await record(endpoint)

        recorded = uvloop.run(create())
        board = start_board(folder, endpoint, stack)
        url = f"dynamodb://{LOG.name}?endpoint={endpoint}"
        calls = {name: bare(endpoint, call) for name, call in recorded.items()}
        rows = [
            Row("append by the adapter", appends(url), ("transaction",)),
            Row("the same bytes by aiohttp", by_aiohttp(endpoint, recorded["transaction"]), ("transaction",)),
            Row(
                "the same by aiobotocore",
                by_aiobotocore(endpoint, recorded["transaction"]),
                ("transaction",),
            ),
            Row("PATCH a task: tail, transaction", over_http(board.port, board.change), ("tail", "transaction")),
            Row("POST a task: tail, number, transaction", over_http(board.port, board.create), tuple(calls)),
        ]
        uvloop.run(compare(rows, calls, options.seconds, options.rounds))


if __name__ == "__main__":
    main()
