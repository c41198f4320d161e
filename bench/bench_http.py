"""The embedded process under load, as ratios to what a bare FastAPI route on the same server allows in the same run.

L is a FastAPI route that answers the same number of ready bytes on the same uvicorn. Each operation is measured
between two measurements of its L, several rounds over, and the median ratio is printed: the machine is noisy.
"""

import argparse
import asyncio
import functools
import itertools
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
from load import Load, Request, generate, request
from seed import seed_project

CONCURRENCY = (1, 16, 64)
TARGETS = {"read one": 0.6, "list 50 of 1,000": 0.5, "list 50 of 100,000": 0.5, "create": 0.25, "change status": 0.25}


def free_port() -> int:
    """A free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 300) -> float:
    """Wait until a URL answers 200; how long that took. Raises RuntimeError when the process ends before."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        if process.poll() is not None:
            raise RuntimeError(f"the process ended with {process.returncode}")
        try:
            if httpx.get(url, timeout=1).status_code == 200:
                return time.perf_counter() - started
        except httpx.HTTPError:
            time.sleep(0.01)
    raise RuntimeError(f"{url} did not answer within {seconds} s")


def resident_mib(pid: int) -> float:
    """The resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


@dataclass(frozen=True)
class Operation:
    """Something to measure, and the size and method of the L beside it."""

    name: str
    requests: Callable[[], Iterator[Request]]
    answer_bytes: int


class Board:
    """A running Taskledger with a person, and projects of two sizes."""

    def __init__(self, port: int, data: Path) -> None:
        self.port = port
        self.data = data
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
        self.token = ""
        self.projects: dict[int, str] = {}

    def call(self, method: str, path: str, **body: object) -> dict[str, object]:
        """One JSON call; raises on an error answer."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.http.request(method, path, json=body or None, headers=headers)
        answer.raise_for_status()
        document: dict[str, object] = answer.json()
        return document

    def size_of(self, path: str) -> int:
        """How many bytes the answer of a GET has."""
        answer = self.http.get(path, headers={"Authorization": f"Bearer {self.token}"})
        answer.raise_for_status()
        return len(answer.content)


def operations(board: Board) -> Sequence[Operation]:
    """The operations on the board, each with endless requests."""
    small, large = board.projects[1_000], board.projects[100_000]
    listed = board.call("GET", f"/api/projects/{small}/tasks?limit=200")["items"]
    tasks = [str(task["id"]) for task in listed]  # type: ignore[attr-defined]
    one = board.size_of(f"/api/tasks/{tasks[0]}")
    counter = itertools.count()
    new = json.dumps(
        {"title": "Write down what was agreed", "description": "As short as it can be.", "labels": ["docs"]}
    )

    def read() -> Iterator[Request]:
        made = [request("GET", f"/api/tasks/{task}", board.token) for task in tasks]
        return itertools.cycle(made)

    def listing(project: str) -> Callable[[], Iterator[Request]]:
        return lambda: itertools.repeat(request("GET", f"/api/projects/{project}/tasks?limit=50", board.token))

    def create() -> Iterator[Request]:
        return itertools.repeat(request("POST", f"/api/projects/{small}/tasks", board.token, new.encode()))

    def status() -> Iterator[Request]:
        for turn in counter:
            wanted = ("in_progress", "done", "waiting")[turn // len(tasks) % 3]
            body = b'{"status":"' + wanted.encode() + b'"}'
            yield request("PATCH", f"/api/tasks/{tasks[turn % len(tasks)]}", board.token, body)

    return [
        Operation("read one", read, one),
        Operation("list 50 of 1,000", listing(small), board.size_of(f"/api/projects/{small}/tasks?limit=50")),
        Operation("list 50 of 100,000", listing(large), board.size_of(f"/api/projects/{large}/tasks?limit=50")),
        Operation("create", create, one),
        Operation("change status", status, one),
    ]


async def measure(board: Board, limits: int, seconds: float, rounds: int, only: str) -> None:
    """Print a line per operation and concurrency."""
    print(f"{'operation':<20} clients    per s  L per s  ratio target  p50 ms  p99 ms")

    def bare(size: int) -> Callable[[], Iterator[Request]]:
        return lambda: itertools.repeat(request("GET", f"/bytes/{size}", "x" * len(board.token)))

    for operation in operations(board):
        if only and only not in operation.name:
            continue
        for connections in CONCURRENCY:
            loads: list[Load] = []
            ratios: list[float] = []
            for _ in range(rounds):
                before = await generate(
                    limits, bare(operation.answer_bytes), connections=connections, seconds=seconds / 2
                )
                load = await generate(board.port, operation.requests, connections=connections, seconds=seconds)
                after = await generate(
                    limits, bare(operation.answer_bytes), connections=connections, seconds=seconds / 2
                )
                if load.failures:
                    raise RuntimeError(f"{operation.name}: {load.failures} of {load.answers} answers were errors")
                loads.append(load)
                ratios.append(load.rate / ((before.rate + after.rate) / 2))
            middle = statistics.median(ratios)
            load = loads[ratios.index(min(ratios, key=lambda ratio: abs(ratio - middle)))]
            target = f"{TARGETS[operation.name]:.2f}" if connections == 16 else ""
            limit = load.rate / middle
            print(row(operation.name, connections, load, f"{limit:>8,.0f} {middle:>6.2f} {target:>6}"), flush=True)
    if only:
        return
    for name, path in (("one insert each", "/insert"), ("group commit", "/group")):
        for connections in CONCURRENCY:
            insert = functools.partial(itertools.repeat, request("POST", path))
            load = await generate(limits, insert, connections=connections, seconds=seconds)
            print(row(f"limit: {name}", connections, load, f"{'':>22}"), flush=True)


def row(name: str, connections: int, load: Load, ratios: str) -> str:
    """A line of the table."""
    times = f"{load.percentile(50):>7.1f} {load.percentile(99):>7.1f}"
    return f"{name:<20} {connections:>7} {load.rate:>8,.0f} {ratios} {times}"


def main() -> None:
    """Start both servers, fill the board, measure, stop both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="operations whose name contains this")
    parser.add_argument("--large", type=int, default=100_000, help="tasks in the large project")
    options = parser.parse_args()
    taskledger = str(Path(sys.executable).with_name("taskledger"))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        data = Path(folder, "data")
        environment = {**os.environ, "TASKLEDGER_DATA": str(data)}

        def start(command: Sequence[str], url: str) -> tuple[subprocess.Popen[bytes], float]:
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
            stack.callback(stop, process)
            return process, wait_for(url, process)

        port, limits_port = free_port(), free_port()
        board = Board(port, data)
        command = [taskledger, "up", "--port", str(port)]
        process, _ = start(command, f"http://127.0.0.1:{port}/readyz")
        person = {"email": "bench@example.org", "password": "a long enough passphrase", "name": "Bench"}
        board.token = str(board.call("POST", "/api/auth/register", **person)["access_token"])
        user = str(board.call("GET", "/api/auth/me")["id"])
        for size in (1_000, options.large):
            made = board.call("POST", "/api/projects", name=f"Board of {size}", key=f"B{size}"[:10])
            board.projects[100_000 if size == options.large else size] = str(made["id"])
        stop(process)
        for size, project in zip((1_000, options.large), board.projects.values(), strict=True):
            asyncio.run(seed_project(data / "log.db", project, user, size))

        process, _ = start(command, f"http://127.0.0.1:{port}/readyz")
        filling = time.perf_counter()
        while not caught_up(board, options.large):
            time.sleep(0.2)
        events = 1_000 + options.large
        print(f"projected on start: {events:,} events in {time.perf_counter() - filling:.1f} s")
        stop(process)

        started = time.perf_counter()
        process, _ = start(command, f"http://127.0.0.1:{port}/livez")
        answered = time.perf_counter() - started
        print(f"start to first answer: {answered:.2f} s with {events:,} events in the log (target 2 s)")
        time.sleep(3)
        print(f"resident when idle: {resident_mib(process.pid):.0f} MiB (target 200)")
        start(
            [sys.executable, str(Path(__file__).with_name("limits.py")), str(limits_port), folder],
            f"http://127.0.0.1:{limits_port}/bytes/10",
        )
        asyncio.run(measure(board, limits_port, options.seconds, options.rounds, options.only))
        print(f"resident after load: {resident_mib(process.pid):.0f} MiB")


def caught_up(board: Board, size: int) -> bool:
    """Whether the large project's newest task is in the list."""
    items = board.call("GET", f"/api/projects/{board.projects[100_000]}/tasks?sort=-key&limit=1")["items"]
    return bool(items) and str(items[0]["key"]).endswith(f"-{size}")  # type: ignore[index]


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
