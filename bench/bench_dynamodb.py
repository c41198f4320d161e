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
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
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

from kernel.adapters.dynamodb.event_store import DynamodbEventStore
from kernel.log.ids import new_id
from kernel.ports.event_store import StreamAppend
from taskledger_local.emulator import CREDENTIALS, REGION, emulator
from taskledger_local.processes import Child, free_port
from taskledger_local.setup import create_tables
from taskledger_local.topology import KEYS, LOG
from testkit.faults import Request as Recorded
from testkit.faults import faults_before

CONCURRENCY: Final = (1, 16)
TRANSACTION, TAIL, NUMBER = "bare transaction", "bare tail", "bare number"
STREAM: Final = "task-01990000-0000-7000-8000-000000000000"
"""Stands in the recorded calls; each bare call has another stream of the same length."""

Run = Callable[[int, float], Awaitable[Measured]]
"""Calls by so many callers at once for so many seconds."""


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
        return dict(zip((TRANSACTION, TAIL, NUMBER), proxy.requests, strict=True))


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

    async def run(connections: int, seconds: float) -> Measured:
        load: Load = await generate(port, requests, connections=connections, seconds=seconds)
        if load.failures:
            raise RuntimeError(f"{load.failures} of {load.answers} answers were errors")
        p50, p99 = load.percentile(50), load.percentile(99)
        return Measured(name="", concurrency=connections, per_second=load.rate, p50=p50, p99=p99)

    return run


def calling(call: Callable[[], Awaitable[object]]) -> Run:
    """Calls within this process."""
    return lambda callers, seconds: measure("", callers, seconds, call)


@dataclass(frozen=True)
class Board:
    """A running task-service, and somebody with a project and tasks."""

    process: int
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
        where = {"HOST": "127.0.0.1", "PORT": str(port)}
        child = Child(module, [sys.executable, "-m", module], folder, environment | where)
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
    return Board(child.process.pid if child.process else 0, port, token, project, tasks)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).is_success
    except httpx.HTTPError:
        return False


@dataclass(frozen=True)
class Row:
    """A thing to measure, and the rows whose times, one after the other, it is set against."""

    name: str
    run: Run
    against: tuple[str, ...]
    process: int = os.getpid()


async def compare(rows: list[Row], seconds: float, rounds: int) -> None:
    """Print each row's time beside that of its bare calls; all are measured in turns, the median round counts."""
    print(f"{'':38} clients   p50 ms  x bare calls  x bare transaction  processor us")
    for callers in CONCURRENCY:
        times: dict[str, list[float]] = {row.name: [] for row in rows}
        calls, processor = dict.fromkeys(times, 0.0), dict.fromkeys(times, 0.0)
        for _ in range(rounds):
            for row in rows:
                before = _processor_seconds(row.process)
                measured = await row.run(callers, seconds)
                processor[row.name] += _processor_seconds(row.process) - before
                calls[row.name] += measured.per_second * seconds
                times[row.name].append(measured.p50)
        for row in rows:
            own = times[row.name]
            bare_calls = [sum(each) for each in zip(*(times[name] for name in row.against), strict=True)]
            print(
                f"{row.name:38} {callers:7} {statistics.median(own):8.2f} {_ratio(own, bare_calls):13.2f}"
                f" {_ratio(own, times[TRANSACTION]):19.2f} {1e6 * processor[row.name] / calls[row.name]:13.0f}",
                flush=True,
            )


def _ratio(own: list[float], other: list[float]) -> float:
    return statistics.median(mine / theirs for mine, theirs in zip(own, other, strict=True))


def _processor_seconds(process: int) -> float:
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def prepare(endpoint: str) -> dict[str, Recorded]:
    """Make the tables and record the bare calls."""
    async with get_session().create_client("dynamodb", endpoint_url=endpoint) as client:
        await create_tables(client)
    return await record(endpoint)


async def run(endpoint: str, recorded: Mapping[str, Recorded], board: Board, seconds: float, rounds: int) -> None:
    """Open what is compared, and compare."""
    transaction = recorded[TRANSACTION]
    again = bodies(transaction)
    async with AsyncExitStack() as stack:
        store = await DynamodbEventStore.open(f"dynamodb://{LOG.name}?endpoint={endpoint}")
        stack.push_async_callback(store.close)
        session = await stack.enter_async_context(aiohttp.ClientSession(headers=transaction.headers))
        client = await stack.enter_async_context(get_session().create_client("dynamodb", endpoint_url=endpoint))

        async def by_aiohttp() -> None:
            async with session.post(endpoint, data=next(again)) as answer:
                answer.raise_for_status()

        async def by_aiobotocore() -> None:
            await client.transact_write_items(**json.loads(next(again)))

        rows = [Row(name, bare(endpoint, call), (name,)) for name, call in recorded.items()]
        rows.append(Row("append by the adapter", calling(lambda: append_new(store)), (TRANSACTION,)))
        rows.append(Row("the same bytes by aiohttp, unsigned", calling(by_aiohttp), (TRANSACTION,)))
        rows.append(Row("the same transaction by aiobotocore", calling(by_aiobotocore), (TRANSACTION,)))
        for name, requests, against in (
            ("PATCH a task: tail, transaction", board.change, (TAIL, TRANSACTION)),
            ("POST a task: tail, number, transaction", board.create, (TAIL, NUMBER, TRANSACTION)),
        ):
            rows.append(Row(name, over_http(board.port, requests), against, board.process))
        await compare(rows, seconds, rounds)


def main() -> None:
    """Start the emulator and the services, measure, end them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--endpoint", default="", help="another DynamoDB than the emulator, such as DynamoDB Local")
    options = parser.parse_args()
    os.environ.update(CREDENTIALS)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        endpoint = options.endpoint or stack.enter_context(emulator(folder)).endpoint

        recorded = uvloop.run(prepare(endpoint))
        board = start_board(folder, endpoint, stack)
        uvloop.run(run(endpoint, recorded, board, options.seconds, options.rounds))


if __name__ == "__main__":
    main()
