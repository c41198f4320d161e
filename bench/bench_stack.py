"""The AWS shape as a whole, without Docker: how long after its append a change is in a list.

The way is that of production, each hop a process: request, log, pipe, bus, queue, projector, MySQL, request. All of it,
the emulator too, shares the machine's processors. `python bench/bench_stack.py [changes]`.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from taskledger_local.stack import stack
from testkit.board import Person

CHANGES: Final = 200


def main(changes: int) -> None:
    """Make changes one at a time, and look for each until a list has it."""
    # Not in the repository: the database's own user has to come to its folder.
    with tempfile.TemporaryDirectory(prefix="taskledger-") as folder, stack(Path(folder)) as started:
        ann = Person.register(started.url, "Ann")
        project = ann.post("/api/projects", name="Lag")["id"]
        listed: list[float] = []
        answered: list[float] = []
        reads: list[float] = []
        for number in range(changes):
            begun = time.perf_counter()
            task = ann.post(f"/api/projects/{project}/tasks", title=f"Task {number}")
            done = time.perf_counter()
            while True:
                asked = time.perf_counter()
                newest = ann.get(f"/api/projects/{project}/tasks?sort=-created_at&limit=1")["items"]
                reads.append(time.perf_counter() - asked)
                if newest and newest[0]["id"] == task["id"]:
                    break
            listed.append(time.perf_counter() - done)
            answered.append(done - begun)
        ann.http.close()
    for name, seconds in (("answered", answered), ("append -> in a list", listed), ("a list itself", reads)):
        cuts = statistics.quantiles(seconds, n=100)
        print(f"{name:<20} p50 {cuts[49] * 1000:6.1f} ms   p99 {cuts[98] * 1000:6.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CHANGES)
