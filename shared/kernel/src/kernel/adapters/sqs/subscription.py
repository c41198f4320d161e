"""New events by a queue of SQS that a rule of EventBridge fills: `sqs://PREFIX`, a queue `PREFIX-CONSUMER` for each."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import orjson
import structlog
from aiobotocore.session import get_session

from kernel.adapters.aws import aws
from kernel.adapters.options import from_query
from kernel.log.envelope import Envelope
from kernel.observe.telemetry import CONSUMER_UNREADABLE
from kernel.ports.faults import StoreUnavailable
from kernel.ports.subscription import Depth, Message

if TYPE_CHECKING:
    from types_aiobotocore_sqs import SQSClient
    from types_aiobotocore_sqs.literals import QueueAttributeNameType

log = structlog.get_logger("subscription")

_PER_CALL: Final = 10
_CALLS_AT_ONCE: Final = 8
_ATTEMPTS: Final = 3
_FIRST_PAUSE: Final = 0.1
_LONGEST_VISIBILITY: Final = 12 * 3600
_LONGEST_POLL: Final = 20
_COUNTS: "Final[tuple[QueueAttributeNameType, ...]]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(aws.Options):
    """Seconds, each by its name in the URL's query: how long what was received is ours, and how long to wait for more.

    An emulator that does not notice who went away gives messages to a poll until its end: let it be short there.
    """

    visibility: int = 30
    poll: int = _LONGEST_POLL


class SqsSubscription:
    """A `Subscription` to a standard queue. What was received and not acknowledged stays ours, and is given out again.

    Its visibility time-out is moved on while the work lasts; closing hands it back to the queue at once. What cannot be
    read is left alone, so that the queue moves it to the dead-letter queue after its `maxReceiveCount`.
    """

    def __init__(
        self, client: "SQSClient", closing: AsyncExitStack, queue: str, consumer: str, options: Options
    ) -> None:
        self._client = client
        self._closing = closing
        self._queue = queue
        self._consumer = consumer
        self._options = options
        self._url: str | None = None
        self._dead_url: str | None = None
        self._held: dict[str, Message] = {}
        self._polling: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self._calls = asyncio.Semaphore(_CALLS_AT_ONCE)
        self._keeping = asyncio.create_task(self._keep())

    @classmethod
    async def open(cls, url: str, consumer: str) -> "SqsSubscription":
        """Take on the consumer's queue at `sqs://PREFIX?region=...&endpoint=...`; see `Options` for more.

        The queue is not asked for before the first `receive`. Raises ValueError for a URL that makes no sense,
        StoreUnavailable without credentials.
        """
        parts = urlsplit(url)
        queue = f"{parts.netloc}-{consumer}"
        if not re.fullmatch(r"[\w-]{1,80}", queue, re.ASCII) or not parts.netloc or parts.path.strip("/"):
            raise ValueError("queues are named as sqs://PREFIX?region=...&endpoint=...")
        options = from_query(Options, parts.query)
        if options.visibility > _LONGEST_VISIBILITY or options.poll > _LONGEST_POLL:
            raise ValueError(f"visibility is at most {_LONGEST_VISIBILITY} seconds, poll at most {_LONGEST_POLL}")
        session, closing = get_session(), AsyncExitStack()
        try:
            connecting = await aws.connecting(session, options, attempts=_ATTEMPTS, longest_wait=options.poll)
            client = await closing.enter_async_context(session.create_client("sqs", **connecting))
        except aws.FAULTS as fault:
            raise StoreUnavailable(f"the queue {queue} cannot be reached: {fault}") from fault
        return cls(client, closing, queue, consumer, options)

    async def receive(self, limit: int) -> Sequence[Message]:
        if self._closed.is_set():
            raise StoreUnavailable("the subscription was closed")
        if not self._held:
            # A poll outlives whoever waits for it: what it brings would otherwise stay unseen for its time-out.
            polling = self._polling = self._polling or asyncio.create_task(self._poll(limit))
            await asyncio.wait([polling])
            if self._closed.is_set():
                return []
            self._polling = None
            try:
                polling.result()
            except aws.FAULTS as fault:
                raise StoreUnavailable(f"the queue {self._queue} does not answer: {fault}") from fault
        return list(self._held.values())[:limit]

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """See `Subscription`. What cannot be taken off the queue is logged, and comes again: a message is a hint."""
        receipts = [message.receipt for message in messages if message.receipt in self._held]
        for receipt in receipts:
            del self._held[receipt]
        await self._in_batches("delete", self._client.delete_message_batch, receipts)

    async def depth(self) -> Depth:
        try:
            async with asyncio.timeout(self._patience):
                waiting = await self._attributes(await self._queue_url(), [*_COUNTS, "RedrivePolicy"])
                dead_url = await self._dead_queue_url(waiting.get("RedrivePolicy"))
                dead = await self._attributes(dead_url, _COUNTS) if dead_url else None
        except aws.FAULTS as fault:
            raise StoreUnavailable(f"the queue {self._queue} cannot be counted: {fault}") from fault
        return Depth(waiting=_count(waiting), dead=None if dead is None else _count(dead))

    async def ping(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                url = await self._queue_url()
                await self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        except aws.FAULTS as fault:
            raise StoreUnavailable(f"the queue {self._queue} does not answer: {fault}") from fault

    async def close(self) -> None:
        if self._closed.is_set():
            return
        self._closed.set()
        tasks = [task for task in (self._polling, self._keeping) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(self._patience):
                await self._change_visibility(0)
        except TimeoutError:
            log.warning("subscription.not_handed_back", queue=self._queue, held=len(self._held))
        await self._closing.aclose()

    # --- the queue ---

    @property
    def _patience(self) -> float:
        """Seconds for a call that does not poll, its repetitions included."""
        return self._options.connect_timeout + self._options.read_timeout

    async def _queue_url(self) -> str:
        if self._url is None:
            self._url = (await self._client.get_queue_url(QueueName=self._queue))["QueueUrl"]
        return self._url

    async def _dead_queue_url(self, redrive: str | None) -> str | None:
        if self._dead_url is None and redrive is not None:
            name = orjson.loads(redrive)["deadLetterTargetArn"].rpartition(":")[2]
            self._dead_url = (await self._client.get_queue_url(QueueName=name))["QueueUrl"]
        return self._dead_url

    async def _attributes(self, url: str, names: "Sequence[QueueAttributeNameType]") -> dict[str, str]:
        answer = await self._client.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return dict(answer.get("Attributes", {}).items())

    async def _poll(self, limit: int) -> None:
        """One long poll; where it comes back full, more calls at once until one does not."""
        full = await self._receive_once(min(limit, _PER_CALL), self._options.poll)
        while full and len(self._held) < limit:
            room = limit - len(self._held)
            calls = [min(_PER_CALL, room - begun) for begun in range(0, room, _PER_CALL)][:_CALLS_AT_ONCE]
            # Messages that came are worth more than to know why a later call failed: the next poll will tell.
            results = await asyncio.gather(*(self._receive_once(count, 0) for count in calls), return_exceptions=True)
            full = all(result is True for result in results)

    async def _receive_once(self, count: int, wait: int) -> bool:
        """Take up to ten messages; whether all `count` came. They are held at once, so that closing hands them back."""
        answer = await self._client.receive_message(
            QueueUrl=await self._queue_url(),
            MaxNumberOfMessages=count,
            WaitTimeSeconds=wait,
            VisibilityTimeout=self._options.visibility,
        )
        received = answer.get("Messages", [])
        for raw in received:
            receipt = raw["ReceiptHandle"]
            try:
                self._held[receipt] = _message(raw["Body"], receipt)
            except (ValueError, LookupError, TypeError, AttributeError) as fault:
                CONSUMER_UNREADABLE.labels(self._consumer).inc()
                log.error(
                    "subscription.unreadable",
                    queue=self._queue,
                    message=raw["MessageId"],
                    fault=f"{type(fault).__name__}: {fault}",
                )
        return len(received) == count

    async def _keep(self) -> None:
        """Move the visibility time-out on for as long as work lasts: twice in vain is once in time."""
        while True:
            await asyncio.sleep(self._options.visibility / 3)
            await self._change_visibility(self._options.visibility)

    async def _change_visibility(self, seconds: int) -> None:
        change = self._client.change_message_visibility_batch
        await self._in_batches("change_visibility", change, self._held, VisibilityTimeout=seconds)

    async def _in_batches(
        self, name: str, operation: Callable[..., Awaitable[Any]], receipts: Iterable[str | None], **values: int
    ) -> None:
        """An operation on messages, ten in a call. What the queue does not do of them is tried again, then logged."""

        async def on_ten(ten: Sequence[str | None]) -> None:
            for attempt in range(_ATTEMPTS):
                entries = [{"Id": str(n), "ReceiptHandle": receipt, **values} for n, receipt in enumerate(ten)]
                async with self._calls, asyncio.timeout(self._patience):
                    answer = await operation(QueueUrl=await self._queue_url(), Entries=entries)
                failed = answer.get("Failed", [])
                ten = [ten[int(each["Id"])] for each in failed if not each["SenderFault"]]
                if len(ten) < len(failed):  # they were ours no longer, and are on their way to somebody else
                    log.info("subscription.overtaken", queue=self._queue, operation=name, count=len(failed) - len(ten))
                if not ten:
                    return
                await asyncio.sleep(random.uniform(0, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - jitter
            raise OSError(f"{failed[0]['Code']} {failed[0].get('Message', '')}")

        results = await asyncio.gather(*(on_ten(ten) for ten in aws.in_tens(receipts)), return_exceptions=True)
        for fault in results:
            if isinstance(fault, aws.FAULTS):
                told = f"{type(fault).__name__}: {fault}"
                log.warning("subscription.not_done", queue=self._queue, operation=name, fault=told)
            elif fault is not None:
                raise fault


def _count(attributes: Mapping[str, str]) -> int:
    return sum(int(attributes[name]) for name in _COUNTS)


def _message(body: str, receipt: str) -> Message:
    """A message of an EventBridge event's JSON. Raises where it is none of ours."""
    detail = orjson.loads(body)["detail"]
    stream, version, raw = detail["stream"], int(detail["version"]), detail.get("envelope")
    if not isinstance(stream, str) or version < 1:
        raise ValueError("neither a stream nor a version of one")
    envelope = Envelope.from_json(raw) if raw else None  # empty for a large event, which a consumer reads from the log
    if envelope is not None and (envelope.stream, envelope.version) != (stream, version):
        raise ValueError(f"the event {envelope.id} travels as {stream}:{version}")
    return Message(stream=stream, version=version, envelope=envelope, receipt=receipt)
