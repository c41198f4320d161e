"""The worker as seen from the process that it works for: asked, listened to, ended."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
import structlog

log = structlog.get_logger("imports")

BROKEN: Final = {
    "code": "internal",
    "where": "",
    "detail": "Something went wrong on our side. It has been recorded.",
    "reason": "internal",
    "what": "",
}
TOO_MUCH: Final = {
    "code": "bad_file",
    "where": "the file",
    "detail": "takes more memory or time than one import may have",
    "reason": "too_much",
    "what": "",
}

_LINE_BYTES: Final = 64 * 1024 * 1024
_REQUESTS: Final = 20
# What a process ends by that was given no more memory, or no more time.
_LIMITS: Final = frozenset({-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGABRT, -signal.SIGSEGV})


class WorkerProcess:
    """One worker at a time. It is kept for the next request, as starting one takes a second, but not for ever."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._requests = 0

    async def ask(self, request: Mapping[str, Any], progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        """Its last word on a request; a `problem` when it ended without one."""
        process = await self._started()
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("a process without pipes")
        with contextlib.suppress(ConnectionError):
            stdin.write(orjson.dumps(request) + b"\n")
            await stdin.drain()
        self._requests += 1
        while line := await stdout.readline():
            said: Mapping[str, Any] = orjson.loads(line)
            if "progress" in said:
                progress(*said["progress"])
                continue
            if request["mode"] != "plan" or self._requests >= _REQUESTS:
                await self.end()  # so that limits of time and memory begin anew
            return said
        code = await process.wait()
        self._process = None
        log.warning("import.worker_ended", status=code, mode=request["mode"])
        return {"problem": TOO_MUCH if code in _LIMITS else BROKEN}

    def stop(self, *, softly: bool) -> None:
        """End what it does: behind the tasks that are on their way, or at once."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM if softly else signal.SIGKILL)

    async def end(self) -> None:
        """Let it go."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        self._requests = 0
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "taskledger.imports.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **self._environment},
            limit=_LINE_BYTES,
        )
        return self._process
