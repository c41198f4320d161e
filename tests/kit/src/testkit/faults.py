"""A proxy before an HTTP endpoint that does what networks and services do at times: throttles, fails, loses answers."""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import orjson
from aiohttp import ClientSession, ClientTimeout, web

_HOP_BY_HOP: Final = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})
_MAX_BODY: Final = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Answer:
    """The request is not passed on; this is answered."""

    status: int
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Broken:
    """The request is not passed on; the connection breaks."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The request is passed on and carried out; instead of an answer, the connection breaks."""


@dataclass(frozen=True, slots=True)
class Late:
    """The request is passed on and carried out; the answer takes so many seconds more."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Changed:
    """The request is passed on and carried out; the body of a good answer is what `change` makes of it."""

    change: Callable[[bytes], bytes]


Fault: TypeAlias = Answer | Broken | Lost | Late | Changed


def aws_error(code: str, status: int = 400, **more: Any) -> Answer:
    """An error as AWS tells it in its JSON protocols, such as `ThrottlingException`."""
    return Answer(status, orjson.dumps({"__type": f"com.amazonaws#{code}", "message": f"a made-up {code}", **more}))


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came: `operation` is its `X-Amz-Target`, such as `DynamoDB_20120810.PutItem`, or its path.

    Headers are named in lower case.
    """

    operation: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(slots=True)
class _Plan:
    operation: str
    share: float
    faults: list[Fault]
    once: bool


class Faults:
    """What the proxy at `endpoint` does to requests. All methods may be called from any thread."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.endpoint = ""
        self.requests: list[Request] = []
        self._plans: list[_Plan] = []
        self._random = random.Random(1)
        self._lock = threading.Lock()

    def next(self, *faults: Fault, operation: str = "") -> None:
        """Do this to the next requests whose operation contains `operation`, one fault for each, in this order."""
        with self._lock:
            self._plans.append(_Plan(operation, 1.0, list(faults), once=True))

    def always(self, fault: Fault, *, operation: str = "", share: float = 1.0) -> None:
        """Do this to a share of all requests whose operation contains `operation`, until `clear`."""
        with self._lock:
            self._plans.append(_Plan(operation, share, [fault], once=False))

    def clear(self) -> None:
        """Do nothing to requests any more."""
        with self._lock:
            self._plans.clear()

    def count(self, operation: str) -> int:
        """How many requests have come whose operation contains `operation`."""
        return sum(operation in request.operation for request in self.requests)

    def _fault(self, operation: str) -> Fault | None:
        with self._lock:
            for plan in self._plans:
                if plan.faults and plan.operation in operation and self._random.random() < plan.share:
                    return plan.faults.pop(0) if plan.once else plan.faults[0]
        return None

    async def _handle(self, request: web.Request, client: ClientSession) -> web.StreamResponse:
        body = await request.read()
        operation = request.headers.get("X-Amz-Target", request.path)
        self.requests.append(Request(operation, {name.lower(): value for name, value in request.headers.items()}, body))
        fault = self._fault(operation)
        match fault:
            case Answer():
                return web.Response(status=fault.status, body=fault.body, content_type="application/x-amz-json-1.0")
            case Broken():
                return _break(request)
            case Lost():
                await self._pass_on(request, body, client)
                return _break(request)
            case Late():
                answer = await self._pass_on(request, body, client)
                await asyncio.sleep(fault.seconds)
                return answer
            case Changed():
                return await self._pass_on(request, body, client, fault.change)
            case None:
                return await self._pass_on(request, body, client)

    async def _pass_on(
        self,
        request: web.Request,
        body: bytes,
        client: ClientSession,
        change: Callable[[bytes], bytes] = lambda content: content,
    ) -> web.Response:
        url = self.target + request.path_qs
        async with client.request(request.method, url, headers=_kept(request.headers), data=body) as answer:
            content = await answer.read()
            content = change(content) if answer.ok else content
            return web.Response(status=answer.status, body=content, headers=_kept(answer.headers))

    async def _serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        async with ClientSession(auto_decompress=False, timeout=ClientTimeout(total=None)) as client:

            async def handle(request: web.Request) -> web.StreamResponse:
                return await self._handle(request, client)

            app = web.Application(client_max_size=_MAX_BODY)
            app.router.add_route("*", "/{path:.*}", handle)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            self.endpoint = f"http://{host}:{port}"
            ready.set()
            await stop.wait()
            await runner.cleanup()


@contextmanager
def faults_before(target: str) -> Iterator[Faults]:
    """A proxy before the endpoint `target`, in a thread of its own on a free loopback port, until the end."""
    faults = Faults(target)
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(faults._serve(ready, stop))

    thread = threading.Thread(target=run, name="faults", daemon=True)
    thread.start()
    ready.wait()
    try:
        yield faults
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def _kept(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP]


def _break(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
