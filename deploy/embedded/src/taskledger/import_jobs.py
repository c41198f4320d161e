"""Imports that run while their page shows how far they are. They are remembered for as long as the process runs."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import structlog

from contracts.project import Project
from kernel.log.decider import Rejection
from kernel.log.ids import new_id
from kernel.ports.faults import StoreUnavailable
from taskledger.board import BadFile, Board
from taskledger.importing import Importer, Report

log = structlog.get_logger("imports")

State: TypeAlias = Literal["running", "done", "stopped", "failed"]

_REMEMBERED: Final = 50


class _Stopped(Exception):
    """The import is to end after the task that it is at."""


@dataclass(slots=True, kw_only=True)
class Job:
    """One import: `done` of `total` tasks; `problem` says why it failed."""

    id: str = field(default_factory=new_id)
    user_id: str
    total: int
    done: int = 0
    state: State = "running"
    report: Report | None = None
    problem: str | None = None
    stopping: bool = False


class Jobs:
    """The imports of a process, at most one of a person at a time."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, user_id: str, job_id: str) -> Job | None:
        """A person's import."""
        job = self._jobs.get(job_id)
        return job if job is not None and job.user_id == user_id else None

    def running(self, user_id: str) -> Job | None:
        """The import of a person that has not ended yet."""
        return next((job for job in self._jobs.values() if job.user_id == user_id and job.state == "running"), None)

    def start(self, user_id: str, importer: Importer, board: Board, into: Project | None) -> Job:
        """Begin to import."""
        job = Job(user_id=user_id, total=len(board.cards))
        self._jobs[job.id] = job
        for known in list(self._jobs.values())[:-_REMEMBERED]:
            if known.state != "running":
                del self._jobs[known.id]
        self._spawn(self._run(job, importer, board, into))
        return job

    async def close(self) -> None:
        """End what runs after the task that it is at; imported again, each goes on from there."""
        for job in self._jobs.values():
            job.stopping = True
        await asyncio.gather(*self._tasks)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, job: Job, importer: Importer, board: Board, into: Project | None) -> None:
        def progress(done: int, _: int) -> None:
            job.done = done
            if job.stopping and done < job.total:
                raise _Stopped

        try:
            job.report = await importer.run(board, into, progress)
            job.state = "done"
        except _Stopped:
            job.state = "stopped"
        except BadFile as error:
            job.state, job.problem = "failed", str(error)
        except Rejection as rejection:
            job.state, job.problem = "failed", rejection.detail
        except StoreUnavailable as fault:
            log.warning("import.broken_off", fault=str(fault))
            job.state, job.problem = "failed", "The store does not answer. Import the file again to go on."
        except Exception as defect:
            log.error("import.defect", exc_info=defect)
            job.state, job.problem = "failed", "Something went wrong on our side. It has been recorded."
