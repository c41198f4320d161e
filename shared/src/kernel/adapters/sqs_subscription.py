"""New events by a queue of SQS that a rule of EventBridge fills: `sqs://PREFIX`, a queue `PREFIX-CONSUMER` for each."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import orjson
import structlog
from botocore.exceptions import BotoCoreError, ClientError

from kernel.adapters import aws
from kernel.envelope import Envelope
from kernel.ports import Message, StoreUnavailable
from kernel.telemetry import CONSUMER_UNREADABLE

log = structlog.get_logger("subscription")

_FAULTS: Final = (BotoCoreError, ClientError, OSError, TimeoutError)
_PER_CALL: Final = 10
_CALLS_AT_ONCE: Final = 8
_POLL_SECONDS: Final = 20


class SqsSubscription:
    """A `Subscription` to a standard queue. What was received and not acknowledged stays ours, and is given out again.

    Its visibility time-out is moved on while the work lasts; closing hands it back to the queue at once. What cannot be
    read is left alone, so that the queue moves it to the dead-letter queue after its `maxReceiveCount`.
    """

    def __init__(self, client: aws.Client, queue: str, consumer: str, visibility: int) -> None:
        self._client = client
        self._queue = queue
        self._consumer = consumer
        self._visibility = visibility
        self._url: str | None = None
        self._held: dict[str, Message] = {}
        self._undeleted: set[str] = set()
        self._polling: asyncio.Task[list[dict[str, Any]]] | None = None
        self._closed = asyncio.Event()
        self._keeping = asyncio.create_task(self._keep())

    @classmethod
    async def open(cls, url: str, consumer: str) -> "SqsSubscription":
        """Take on the consumer's queue; `visibility` in the URL's query is its time-out in seconds (30).

        Nothing is asked for before the first `receive`. Raises ValueError for a URL that is none.
        """
        prefix, options = aws.named(url, visibility="30")
        client = aws.Client("sqs", options, read_timeout=_POLL_SECONDS + 10.0)
        return cls(client, f"{prefix}-{consumer}", consumer, int(options["visibility"]))

    async def receive(self, limit: int) -> Sequence[Message]:
        if self._closed.is_set():
            raise StoreUnavailable("the subscription was closed")
        if not self._held:
            # A poll outlives whoever waits for it: what it brings would otherwise stay unseen for its time-out.
            if self._polling is None:
                self._polling = asyncio.create_task(self._poll(limit))
            closing = asyncio.create_task(self._closed.wait())
            try:
                await asyncio.wait([self._polling, closing], return_when=asyncio.FIRST_COMPLETED)
            finally:
                closing.cancel()
            if self._closed.is_set():
                return []
            finished, self._polling = self._polling, None
            try:
                self._hold(finished.result())
            except _FAULTS as fault:
                raise StoreUnavailable(f"the queue {self._queue} does not answer: {fault}") from fault
        return list(self._held.values())[:limit]

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        receipts = [message.receipt for message in messages if message.receipt in self._held]
        for receipt in receipts:
            del self._held[receipt]
        self._undeleted.update(receipts)
        await self._delete()

    async def ping(self) -> None:
        try:
            client = await self._client.get()
            await client.get_queue_attributes(QueueUrl=await self._queue_url(), AttributeNames=["QueueArn"])
        except _FAULTS as fault:
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
            await self._delete()
            await self._change_visibility(0)
        except _FAULTS as fault:
            log.warning("subscription.not_handed_back", queue=self._queue, held=len(self._held), fault=str(fault))
        await self._client.close()

    # --- the queue ---

    async def _queue_url(self) -> str:
        if self._url is None:
            client = await self._client.get()
            self._url = (await client.get_queue_url(QueueName=self._queue))["QueueUrl"]
        return self._url

    async def _poll(self, limit: int) -> list[dict[str, Any]]:
        """One long poll; where it comes back full, more calls at once until one does not."""
        found = await self._receive_once(min(limit, _PER_CALL), _POLL_SECONDS)
        full = len(found) == _PER_CALL
        while full and len(found) < limit:
            room = limit - len(found)
            calls = min(_CALLS_AT_ONCE, -(-room // _PER_CALL))
            results = await asyncio.gather(
                *(self._receive_once(min(_PER_CALL, room - n * _PER_CALL), 0) for n in range(calls)),
                return_exceptions=True,
            )
            for result in results:
                # The first call's messages are worth more than to know why a later one failed: the next poll will tell.
                full = full and not isinstance(result, BaseException) and len(result) == _PER_CALL
                if not isinstance(result, BaseException):
                    found += result
        return found

    async def _receive_once(self, count: int, wait: int) -> list[dict[str, Any]]:
        client = await self._client.get()
        answer = await client.receive_message(
            QueueUrl=await self._queue_url(),
            MaxNumberOfMessages=count,
            WaitTimeSeconds=wait,
            VisibilityTimeout=self._visibility,
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _hold(self, received: Sequence[dict[str, Any]]) -> None:
        for raw in received:
            receipt = raw["ReceiptHandle"]
            try:
                self._held[receipt] = _message(raw["Body"], receipt)
            except (ValueError, KeyError, TypeError) as fault:
                CONSUMER_UNREADABLE.labels(self._consumer).inc()
                log.error(
                    "subscription.unreadable",
                    queue=self._queue,
                    message=raw.get("MessageId"),
                    fault=f"{type(fault).__name__}: {fault}",
                )

    async def _delete(self) -> None:
        """Take what was acknowledged off the queue. What fails is tried again with the next ones, and in the end comes
        again: a message is a hint."""
        for receipts in aws.in_tens(tuple(self._undeleted)):
            client = await self._client.get()
            entries = [{"Id": str(n), "ReceiptHandle": receipt} for n, receipt in enumerate(receipts)]
            try:
                answer = await client.delete_message_batch(QueueUrl=await self._queue_url(), Entries=entries)
            except _FAULTS as fault:
                log.warning("subscription.delete_later", queue=self._queue, fault=str(fault))
                return
            again = {int(failed["Id"]) for failed in answer.get("Failed", []) if not failed.get("SenderFault")}
            self._undeleted.difference_update(receipt for n, receipt in enumerate(receipts) if n not in again)

    async def _keep(self) -> None:
        """Move the visibility time-out on for as long as work lasts, and delete what could not be deleted before."""
        while True:
            await asyncio.sleep(self._visibility / 3)
            try:
                await self._delete()
                await self._change_visibility(self._visibility)
            except _FAULTS as fault:
                log.warning("subscription.not_extended", queue=self._queue, held=len(self._held), fault=str(fault))

    async def _change_visibility(self, seconds: int) -> None:
        for receipts in aws.in_tens(tuple(self._held)):
            client = await self._client.get()
            entries = [
                {"Id": str(n), "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
                for n, receipt in enumerate(receipts)
            ]
            await client.change_message_visibility_batch(QueueUrl=await self._queue_url(), Entries=entries)


def _message(body: str, receipt: str) -> Message:
    """A message of an EventBridge event's JSON. Raises ValueError, KeyError or TypeError where it is none of ours."""
    detail = orjson.loads(body)["detail"]
    raw = detail.get("envelope")  # empty for a large event, which a consumer reads from the log
    envelope = Envelope.from_json(raw) if raw else None
    message = Message(stream=str(detail["stream"]), version=int(detail["version"]), envelope=envelope, receipt=receipt)
    if envelope is not None and (envelope.stream, envelope.version) != (message.stream, message.version):
        raise ValueError(f"the event {envelope.id} travels as {message.stream}:{message.version}")
    return message
