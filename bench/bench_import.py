"""An import of 50,000 rows into a running board: how long it takes, what its process needs, and what others notice.

While the file is read and carried out, another person works on a board of their own: reads a task, lists tasks and
changes one, twenty times a second. How long they wait is printed beside how long they wait when nothing is imported.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from bench_http import free_port, stop, wait_for

SECONDS, WAIT_MS, MIB = 60, 100, 500
STATUSES = ("To do", "In progress", "Review", "Done")


def table(rows: int) -> bytes:
    """A table of tasks as a large team has them."""
    lines = ["ID,Title,Status,Priority,Labels,Assignee,Due,Created,Description"]
    for number in range(1, rows + 1):
        day = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"
        text = f"What was agreed on in meeting {number % 97}: as short as it can be, but with enough to begin."
        lines.append(
            f"T-{number},Task {number} of many,{STATUSES[number % 4]},{('Low', 'High')[number % 2]},"
            f'"docs,area-{number % 40}",Person {number % 200},{day},2026-01-{number % 28 + 1:02}T09:00:00Z,"{text}"'
        )
    return "\n".join(lines).encode()


class Other:
    """Somebody else at work, and how many milliseconds they waited for each answer."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60)
        join(self.http, "other@example.org")
        project = self.http.post("/api/projects", json={"name": "Another board"}).json()["id"]
        task = self.http.post(f"/api/projects/{project}/tasks", json={"title": "Work"}).json()["id"]
        self.calls: list[tuple[str, str]] = [
            ("GET", f"/api/tasks/{task}"),
            ("GET", f"/api/projects/{project}/tasks?limit=50"),
            ("PATCH", f"/api/tasks/{task}"),
        ]

    @contextmanager
    def working(self) -> Iterator[list[float]]:
        """At work as long as the block lasts."""
        waited: list[float] = []
        over = threading.Event()

        def work() -> None:
            turn = 0
            while not over.is_set():
                method, path = self.calls[turn % 3]
                body: dict[str, Any] | None = {"title": f"Work {turn}"} if method == "PATCH" else None
                started = time.perf_counter()
                self.http.request(method, path, json=body).raise_for_status()
                waited.append((time.perf_counter() - started) * 1000)
                turn += 1
                over.wait(max(0.0, 0.05 - waited[-1] / 1000))

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield waited
        finally:
            over.set()
            thread.join()


def join(http: httpx.Client, email: str) -> None:
    """Register somebody, who is logged in with this client from then on."""
    body = {"email": email, "password": "a long enough passphrase", "name": email}
    answer = http.post("/api/auth/register", json=body).raise_for_status().json()
    http.headers["Authorization"] = f"Bearer {answer['access_token']}"


def peak_mib(parent: int) -> float:
    """The most memory that any child of a process has had resident so far."""
    most = 0.0
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in children.read_text().split():
            try:
                status = Path(f"/proc/{child}/status").read_text()
            except OSError:
                continue  # it has ended
            found = re.search(r"VmHWM:\s+(\d+)", status)
            most = max(most, int(found[1]) / 1024 if found else 0.0)
    return most


def p99(waited: list[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(waited, n=100)[98]


def main() -> None:
    """Start the board, import, print, stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environment = {**os.environ, "TASKLEDGER_DATA": str(Path(folder, "data"))}
        port = free_port()
        command = [str(Path(sys.executable).with_name("taskledger")), "up", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            measure(f"http://127.0.0.1:{port}", process, rows)
        finally:
            stop(process)


def measure(url: str, process: "subprocess.Popen[bytes]", rows: int) -> None:
    """Print what an import of so many rows takes."""
    wait_for(f"{url}/readyz", process)
    other = Other(url)
    with other.working() as alone:
        time.sleep(5)
    http = httpx.Client(base_url=url, timeout=120)
    join(http, "importer@example.org")
    memory = 0.0

    def settled(run: str) -> dict[str, Any]:
        nonlocal memory
        while True:
            found: dict[str, Any] = http.get(f"/api/imports/{run}").raise_for_status().json()
            memory = max(memory, peak_mib(process.pid))
            if found["state"] not in ("reading", "running"):
                return found
            time.sleep(0.2)

    with other.working() as waited:
        started = time.perf_counter()
        headers = {"Content-Type": "application/octet-stream"}
        answer = http.post("/api/imports?name=many.csv", content=table(rows), headers=headers).raise_for_status()
        run = answer.json()["id"]
        plan = settled(run)
        read = time.perf_counter() - started
        if plan["state"] != "planned":
            raise RuntimeError(json.dumps(plan["problem"]))
        reading = len(waited)
        started = time.perf_counter()
        http.post(f"/api/imports/{run}/start").raise_for_status()
        done = settled(run)
        written = time.perf_counter() - started
    if done["result"]["added"] != rows:
        raise RuntimeError(f"{done['result']}")
    print(f"{rows:,} rows: read in {read:.1f} s, carried out in {written:.1f} s (target {SECONDS} s together)")
    print(f"most memory of the importing process: {memory:.0f} MiB (target {MIB})")
    for name, times in (
        ("alone", alone),
        ("while it is read", waited[:reading]),
        ("while it is carried out", waited[reading:]),
    ):
        print(f"others wait, {name}: p50 {statistics.median(times):.1f} ms, p99 {p99(times):.1f} ms (target {WAIT_MS})")


if __name__ == "__main__":
    main()
