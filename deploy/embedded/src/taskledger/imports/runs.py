"""Imports of a running process: each file is read and written by a worker of its own, one at a time."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import structlog

from taskledger.imports.session import new_import_id
from taskledger.imports.worker_process import BROKEN, TOO_MUCH, WorkerProcess

log = structlog.get_logger("imports")

State: TypeAlias = Literal["reading", "planned", "refused", "running", "done", "stopped", "failed", "undoing", "undone"]
"""`reading` becomes `planned` or `refused`; `running` becomes `done`, `stopped` or `failed`; `undoing`, `undone`."""

_WORKING: Final = frozenset({"reading", "running", "undoing"})
_REMEMBERED: Final = 20
_MOST_SECONDS: Final = 900
_IDLE_SECONDS: Final = 120
"""So long a worker waits for the next request."""


@dataclass(slots=True, kw_only=True)
class Run:
    """One import of one person: `done` of `total` of what it is at. `problem` says why it was refused or failed."""

    id: str = field(default_factory=new_import_id)
    user_id: str
    name: str
    file: Path | None
    project_id: str | None = None
    choices: Mapping[str, Any] = field(default_factory=dict)
    state: State = "reading"
    done: int = 0
    total: int = 0
    plan: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None
    undone: Mapping[str, Any] | None = None
    problem: Mapping[str, str] | None = None
    stopping: bool = False
    current: bool = False
    round: int = 0

    @property
    def working(self) -> bool:
        """Whether a worker is at it, or will be."""
        return self.state in _WORKING


class Runs:
    """The imports of a process; a person has at most one that is worked on."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._worker = WorkerProcess(environment)
        self._idle: asyncio.TimerHandle | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="taskledger-imports-"))  # 0700, ours alone
        self._runs: dict[str, Run] = {}
        self._turn = asyncio.Semaphore(1)
        self._work: set[asyncio.Task[None]] = set()

    def of(self, user_id: str, run_id: str) -> Run | None:
        """A person's import."""
        run = self._runs.get(run_id)
        return run if run is not None and run.user_id == user_id else None

    def working(self, user_id: str) -> Run | None:
        """The import of a person that is worked on."""
        return next((run for run in self._runs.values() if run.user_id == user_id and run.working), None)

    async def add(self, user_id: str, name: str, raw: bytes, project_id: str | None, choices: Mapping[str, Any]) -> Run:
        """Take a file and begin to read it."""
        run = Run(user_id=user_id, name=name, file=None, project_id=project_id, choices=choices)
        run.file = self._folder / run.id
        await asyncio.to_thread(run.file.write_bytes, raw)
        self._runs[run.id] = run
        self._forget(user_id)
        self._start(run, "plan")
        return run

    def again(self, run: Run, project_id: str | None, choices: Mapping[str, Any]) -> None:
        """Read the file once more, with other choices."""
        run.project_id, run.choices, run.plan, run.problem = project_id, choices, None, None
        run.round += 1
        run.state = "reading"
        self._start(run, "plan")

    def execute(self, run: Run) -> None:
        """Carry out the plan."""
        run.state = "running"
        self._start(run, "run")

    def undo(self, run: Run) -> None:
        """Take it back."""
        run.state = "undoing"
        self._start(run, "undo")

    def remembered(self, user_id: str, run_id: str, record: Mapping[str, Any]) -> Run:
        """An import of before this process, of which there is a record."""
        run = Run(id=run_id, user_id=user_id, name=record["project_name"], file=None, state=record["state"])
        if record["state"] == "running":
            run.state = "stopped"
        run.result = {name: record[name] for name in ("project_id", "project_name", "added", "changed")}
        self._runs[run.id] = run
        return run

    def stop(self, run: Run) -> None:
        """End what a worker does, behind the tasks that are on their way."""
        run.stopping = True
        if run.current:
            self._worker.stop(softly=run.state == "running")

    async def close(self) -> None:
        """End all; imported again, each goes on from where it was."""
        for run in self._runs.values():
            self.stop(run)
        await asyncio.gather(*self._work, return_exceptions=True)
        if self._idle is not None:
            self._idle.cancel()
        await self._worker.end()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _forget(self, user_id: str) -> None:
        """Let go of files and old imports, so that nobody fills the disk or the memory."""
        mine = [run for run in self._runs.values() if run.user_id == user_id and not run.working]
        for run in mine[:-1]:
            self._drop(run)
        for run in list(self._runs.values())[:-_REMEMBERED]:
            if not run.working:
                self._drop(run)
                del self._runs[run.id]

    def _drop(self, run: Run) -> None:
        if run.file is not None:
            run.file.unlink(missing_ok=True)
            run.file = None

    def _start(self, run: Run, mode: str) -> None:
        run.done = run.total = 0
        run.stopping = False
        task = asyncio.create_task(self._run(run, mode, run.round))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _run(self, run: Run, mode: str, round_: int) -> None:
        async with self._turn:
            if run.round != round_:
                return  # it is to be read with newer choices
            if run.stopping:
                run.state = "stopped"
                return
            run.current = True
            try:
                async with asyncio.timeout(_MOST_SECONDS):
                    said = await self._asked(run, mode)
                if run.round == round_:
                    self._ended(run, mode, said)
            except TimeoutError:
                await self._worker.end()
                self._ended(run, mode, {"problem": TOO_MUCH})
            except Exception as defect:
                await self._worker.end()
                log.error("import.defect", exc_info=defect)
                self._ended(run, mode, {"problem": BROKEN})
            finally:
                run.current = False

    async def _asked(self, run: Run, mode: str) -> Mapping[str, Any]:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._let_go)
        request = {
            "mode": mode,
            "data": str(self._folder),
            "user_id": run.user_id,
            "import_id": run.id,
            "name": run.name,
            "file": str(run.file),
            "project_id": run.project_id,
            "choices": run.choices,
        }

        def progress(done: int, total: int) -> None:
            run.done, run.total = done, total

        said = await self._worker.ask(request, progress)
        return {"stopped": True} if run.stopping and "problem" in said else said

    def _let_go(self) -> None:
        """End a worker that nobody has asked for some time; one that works is asked about again."""
        if any(run.current for run in self._runs.values()):
            self._idle = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._let_go)
        else:
            self._worker.stop(softly=False)

    def _ended(self, run: Run, mode: str, said: Mapping[str, Any]) -> None:
        if "plan" in said:
            run.plan, run.state = said["plan"], "planned"
        elif "result" in said:
            run.result, run.state = said["result"], "done"
        elif "undone" in said:
            run.undone, run.state = said["undone"], "undone"
        elif "stopped" in said:
            run.state = "stopped"
        else:
            run.problem = said["problem"]
            run.state = "refused" if mode == "plan" else "failed"
        if run.state in ("done", "stopped"):
            self._drop(run)
