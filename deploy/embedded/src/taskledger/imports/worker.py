"""The process that reads a file and writes an import, with limits (`python -m taskledger.imports.worker`).

A request is a line of JSON on standard input; what comes back are JSON lines on standard output, the last one of each
request being `plan`, `result`, `undone`, `stopped` or `problem`. SIGTERM ends an import behind the tasks that are on
their way.
"""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

MEMORY_BYTES: Final = 640 * 1024 * 1024
"""Of data; 50,000 rows with all that hangs on them take some 300 MiB."""
CPU_SECONDS: Final = 600


def limit() -> None:
    """Set the limits of this process. What goes beyond ends it, and nothing else."""
    for what, most in ((resource.RLIMIT_DATA, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS)):
        _, hard = resource.getrlimit(what)
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (wanted, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Lines:
    """Says things as JSON lines."""

    def __init__(self, to: BinaryIO) -> None:
        self._to = to

    def say(self, document: Mapping[str, Any]) -> None:
        """One line."""
        self._to.write(orjson.dumps(document, option=orjson.OPT_UTC_Z) + b"\n")
        self._to.flush()

    def progress(self, done: int, total: int) -> None:
        """How far it is."""
        self.say({"progress": [done, total]})

    def problem(self, code: str, where: str, detail: str, reason: str | None = None, what: str = "") -> None:
        """Why it did not come to an end; `reason` and `what` as a Fault has them."""
        said = {"code": code, "where": where, "detail": detail, "reason": reason or code, "what": what}
        self.say({"problem": said})


async def work(request: Mapping[str, Any], lines: Lines) -> None:
    """Carry out one request: `mode` is plan, run or undo."""
    from kernel.log.decider import Rejection
    from kernel.ports.faults import StoreUnavailable
    from taskledger.imports.applying import Stopped
    from taskledger.imports.choices import choices_of
    from taskledger.imports.documents import plan_document, report_document
    from taskledger.imports.model import BadFile
    from taskledger.imports.session import NotThere, session
    from taskledger.offline import opened
    from taskledger.settings import Home

    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    try:
        choices = choices_of(request.get("choices") or {})
        async with opened(Home(Path(request["data"]))) as here:
            people = await here.auth.state.deps.auth.accounts.directory()
            user = next(account for account in people if account.id == request["user_id"])
            async with session(here, user, people) as board:
                if request["mode"] == "undo":
                    undone = await board.undo(request["import_id"], lines.progress)
                    lines.say({"undone": {"deleted": undone.deleted, "changed": undone.changed, "kept": undone.kept}})
                    return
                raw = await asyncio.to_thread(Path(request["file"]).read_bytes)
                draft, choices = await board.draft(raw, request["name"], choices)
                del raw
                into = await board.into(request["project_id"])
                suggested = await board.suggested(draft) if into is None else None
                seen = lines.progress if request["mode"] == "plan" else (lambda _done, _all: None)
                plan = await board.plan(draft, choices, into, request["import_id"], seen)
                if request["mode"] == "plan":
                    said = {"id": suggested.id, "name": suggested.name} if suggested else None
                    lines.say({"plan": plan_document(plan, said)})
                    return
                report = await board.run(plan, choices, request["import_id"], lines.progress, stopping.is_set)
                lines.say({"result": report_document(report)})
    except BadFile as error:
        lines.problem("bad_file", error.where, error.problem, error.problem.code, error.problem.what)
    except NotThere as error:
        lines.problem(error.code, "", str(error))
    except Rejection as error:
        lines.problem(error.code, "", error.detail, error.reason)
    except Stopped:
        lines.say({"stopped": True})
    except MemoryError:
        lines.problem("bad_file", "the file", "takes more memory than one import may have", "too_much")
    except StoreUnavailable:
        lines.problem("unavailable", "", "The store does not answer. Import the file again to go on.")


def main() -> None:
    """Answer the requests on standard input, one line each, until it ends."""
    # What libraries print belongs to the log; standard output is for answers alone.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit()
    lines = Lines(out)
    for request in sys.stdin.buffer:
        try:
            asyncio.run(work(orjson.loads(request), lines))
        except MemoryError:
            lines.problem("bad_file", "the file", "takes more memory than one import may have", "too_much")


if __name__ == "__main__":
    main()
