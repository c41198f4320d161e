"""A consumer of the log: hints in, events applied in order and once in effect, whatever the hops lose or repeat.

A message is a hint; the log is the truth. The checkpoint of a stream moves in the same transaction as what its events
caused, by compare-and-set, so any number of consumers may run in parallel.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from weakref import WeakValueDictionary

import structlog

from kernel.consuming.handler import Handler
from kernel.consuming.merged_writes import MergedWrites
from kernel.consuming.progress import NO_CHECKPOINT, Blocked, Checkpoint, Progress
from kernel.consuming.receiver import Receiver
from kernel.consuming.reconciliation import Reconciliation
from kernel.log.envelope import Envelope
from kernel.log.streams import CannotApply
from kernel.observe import tracing
from kernel.observe.telemetry import CONSUMER_EVENTS, CONSUMER_LAG_SECONDS, CONSUMER_RETRIES
from kernel.ports.database import Database, DatabaseRefused, DatabaseUnavailable, DuplicateRow, ExpectationFailed
from kernel.ports.event_store import EventStore
from kernel.ports.faults import StoreUnavailable
from kernel.ports.subscription import Message, Subscription

log = structlog.get_logger("consumer")

_BUSY: Final = 8
_LINGER_SECONDS: Final = 0.025
"""After a batch of `_BUSY` messages or more the next may gather: one large transaction costs less than many small."""

_MAX_RACES: Final = 20
_TURN: Final = 50
_MAX_AHEAD: Final = 3


class _AheadOfLog(StoreUnavailable):
    """A hint that the log does not bear out: a replica lags, or the hint is of another log."""


class Consumer:
    """Runs a handler over the log. `name` keys its rows in `database` (`kernel.consuming.progress`)."""

    def __init__(
        self,
        name: str,
        *,
        store: EventStore,
        database: Database,
        handler: Handler,
        subscription: Subscription | None = None,
        committed: Callable[[], None] = lambda: None,
        reconcile_every: float = 30.0,
    ) -> None:
        self.name = name
        self._store = store
        self._handler = handler
        self._receiver: Receiver | None = None
        if subscription is not None:
            self._receiver = Receiver(name, subscription, self.settle, busy=_BUSY, linger=_LINGER_SECONDS)
        self._committed = committed
        self._reconcile_every = reconcile_every
        self._events = CONSUMER_EVENTS.labels(name)
        self._lag = CONSUMER_LAG_SECONDS.labels(name)
        self._progress = Progress(name, database)
        self._reconciliation = Reconciliation(name, store, self._progress, handler.handles)
        # One turn per stream: a second hint for the same stream would only lose the race and start over.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def run(self) -> None:
        """Consume until cancelled: messages as they come, and a reconciliation at the start and every so often.

        Without a subscription it only reconciles; whoever receives for it passes messages to `settle`.
        """
        async with asyncio.TaskGroup() as group:
            if self._receiver is not None:
                group.create_task(self._receiver.run())
            group.create_task(self._reconcile_for_ever())

    async def stop(self) -> None:
        """Take no more messages, and return when those at hand are settled and acknowledged."""
        if self._receiver is not None:
            await self._receiver.stop()

    async def settle(self, messages: Sequence[Message]) -> None:
        """Handle messages; a passing fault is retried as long as it takes, nothing is acknowledged before.

        Only a hint that stays ahead of the log is given up: if there is something to it, reconciliation will find it.
        """
        attempt = 0
        pending = list(messages)
        while pending:
            pending, fault = await self._attempt(pending)
            if fault is None:
                return
            if isinstance(fault, _AheadOfLog) and attempt >= _MAX_AHEAD:
                log.error("consumer.hint_dropped", consumer=self.name, fault=str(fault))
                return
            attempt += 1
            await self._pause(fault, attempt)

    async def _pause(self, fault: BaseException, attempt: int) -> None:
        CONSUMER_RETRIES.labels(self.name).inc()
        log.warning("consumer.retry", consumer=self.name, attempt=attempt, fault=f"{type(fault).__name__}: {fault}")
        await asyncio.sleep(min(5.0, 0.05 * 2 ** min(attempt, 10)))

    async def _attempt(self, messages: Sequence[Message]) -> tuple[list[Message], BaseException | None]:
        by_stream: dict[str, list[Message]] = {}
        for message in messages:
            if self._handler.handles(message.stream):
                by_stream.setdefault(message.stream, []).append(message)
        if not by_stream:
            return [], None
        carried = [hint.envelope.traceparent for hints in by_stream.values() for hint in hints if hint.envelope]
        about: dict[str, tracing.Attribute] = {"taskledger.consumer": self.name, "taskledger.streams": len(by_stream)}
        with tracing.work(f"process {self.name}", tracing.Kind.CONSUMER, events=carried, attributes=about):
            failed, fault = await self._apply(by_stream)
            if fault is not None:
                tracing.fail(type(fault).__name__)
        self._committed()
        return failed, fault

    async def _apply(self, by_stream: dict[str, list[Message]]) -> tuple[list[Message], BaseException | None]:
        """Advance every stream; the messages of those that a passing fault held up, and the fault."""
        if len(by_stream) > 1:
            by_stream = await self._advance_together(by_stream)
        results = await asyncio.gather(
            *(self._advance(stream, hints) for stream, hints in by_stream.items()), return_exceptions=True
        )
        failed: list[Message] = []
        fault: BaseException | None = None
        for hints, result in zip(by_stream.values(), results, strict=True):
            if isinstance(result, (DatabaseUnavailable, StoreUnavailable)):
                failed.extend(hints)
                fault = result if fault is None or isinstance(fault, _AheadOfLog) else fault
            elif isinstance(result, BaseException):
                raise result
        return failed, fault

    async def handle(self, messages: Iterable[Message]) -> None:
        """Handle messages once. Raises DatabaseUnavailable or StoreUnavailable for a passing fault."""
        _, fault = await self._attempt(list(messages))
        if fault is not None:
            raise fault

    async def _advance_together(self, by_stream: dict[str, list[Message]]) -> dict[str, list[Message]]:
        """Commit many streams in one transaction.

        Returns those that are left to go one by one: in doubt or with poison, or all of them, if any lost a race.
        """
        events: dict[str, list[Envelope]] = {}
        moves: dict[str, tuple[Checkpoint, int]] = {}
        merged = MergedWrites()
        for turn, (stream, hints) in enumerate(by_stream.items(), 1):
            if turn % _TURN == 0:
                await asyncio.sleep(0)  # others need the event loop too
            carried = {hint.version: hint.envelope for hint in hints if hint.envelope is not None}
            checkpoint = self._progress.remembered(stream) or (NO_CHECKPOINT if 1 in carried else None)
            if checkpoint is None or checkpoint.blocked:
                continue
            try:
                following = self._from_messages(checkpoint.version, max(hint.version for hint in hints), carried)
                if following is None:
                    following = list(await self._store.load(stream, checkpoint.version))
                if not following:
                    continue
                writes = await self._handler.apply(stream, following)
            except Exception:  # noqa: BLE001, S112 - by itself the stream meets the fault again, and stops there
                continue
            moves[stream] = checkpoint, following[-1].version
            merged.add(writes)
            events[stream] = following
        if len(events) < 2:
            return by_stream
        try:
            await self._progress.advance_together(moves, merged.writes())
        except (ExpectationFailed, DuplicateRow, DatabaseRefused, DatabaseUnavailable):
            for stream in events:
                self._progress.forget(stream)
            return by_stream
        for applied in events.values():
            self._measure(applied)
        return {stream: hints for stream, hints in by_stream.items() if stream not in events}

    async def _advance(self, stream: str, hints: Sequence[Message]) -> None:
        turn = self._turns.setdefault(stream, asyncio.Lock())
        async with turn:
            await self._catch_up(stream, hints)

    async def _catch_up(self, stream: str, hints: Sequence[Message]) -> None:
        hinted = max(hint.version for hint in hints)
        carried = {hint.version: hint.envelope for hint in hints if hint.envelope is not None}
        for _ in range(_MAX_RACES):
            checkpoint = self._progress.remembered(stream)
            if checkpoint is None or checkpoint.blocked:
                checkpoint = await self._progress.read(stream)  # blocked: another process may have unblocked it
            if checkpoint.blocked or hinted <= checkpoint.version:
                return
            events = self._from_messages(checkpoint.version, hinted, carried)
            if events is None:
                events = list(await self._store.load(stream, checkpoint.version))
            if not events:
                raise _AheadOfLog(f"{stream} is hinted at {hinted}, the log has {checkpoint.version}")
            if await self._commit(stream, checkpoint, events):
                return
            self._progress.forget(stream)
        raise DatabaseUnavailable(f"the checkpoint of {stream} moved under every one of {_MAX_RACES} attempts")

    @staticmethod
    def _from_messages(version: int, hinted: int, carried: dict[int, Envelope]) -> list[Envelope] | None:
        """The events after `version` up to `hinted` if the messages carry every one of them, else None: a gap."""
        events: list[Envelope] = []
        for wanted in range(version + 1, hinted + 1):
            envelope = carried.get(wanted)
            if envelope is None:
                return None
            events.append(envelope)
        return events

    async def _commit(self, stream: str, checkpoint: Checkpoint, events: Sequence[Envelope]) -> bool:
        """Apply and commit, or block at a poison event; False when another consumer moved the checkpoint first."""
        try:
            writes = await self._handler.apply(stream, events)
            if not await self._progress.advance(stream, checkpoint, events[-1].version, writes):
                return False
        except (DatabaseUnavailable, StoreUnavailable):
            raise
        except Exception as fault:  # noqa: BLE001 - whatever the reason, only this stream stops, and says why
            if len(events) == 1:
                return await self._block(stream, checkpoint, events[0], fault)
            return await self._commit_singly(stream, checkpoint, events)
        self._measure(events)
        return True

    async def _commit_singly(self, stream: str, checkpoint: Checkpoint, events: Sequence[Envelope]) -> bool:
        """Which event is at fault shows when each goes alone; those before it are applied."""
        for event in events:
            if not await self._commit(stream, checkpoint, [event]):
                return False
            checkpoint = self._progress.remembered(stream) or await self._progress.read(stream)
            if checkpoint.blocked:
                break
        return True

    async def _block(self, stream: str, checkpoint: Checkpoint, event: Envelope, fault: Exception) -> bool:
        version = event.version
        reason = f"{type(fault).__name__}: {fault}"
        if isinstance(fault, CannotApply):
            # What another stream has that cannot be read is in the way of this one too.
            reason = fault.reason if fault.stream == stream else str(fault)
        trace = None if isinstance(fault, (CannotApply, DatabaseRefused, DuplicateRow)) else fault
        if not await self._progress.block(stream, checkpoint, version, reason):
            return False
        tracing.fail("blocked")
        tracing.link([event.traceparent])
        log.error("consumer.blocked", consumer=self.name, stream=stream, version=version, reason=reason, exc_info=trace)
        await self._progress.count_blocked()
        return True

    def _measure(self, applied: Sequence[Envelope]) -> None:
        self._events.inc(len(applied))
        self._lag.set(max(0.0, time.time() - applied[-1].time.timestamp()))
        tracing.link(event.traceparent for event in applied)

    # --- repair ---

    async def blocked(self) -> Sequence[Blocked]:
        """The blocked streams of this consumer."""
        return await self._progress.blocked()

    async def unblock(self, stream: str) -> None:
        """Let a blocked stream go on, after the fix: everything since is read from the log, nothing is lost."""
        checkpoint = await self._progress.read(stream)
        if checkpoint.blocked:
            await self._progress.unblock(stream)
            # There is at least the event that blocked it; without an envelope the hint has the log read to its head.
            await self.handle([Message(stream=stream, version=checkpoint.version + 1)])
            await self._progress.count_blocked()

    async def _reconcile_for_ever(self) -> None:
        while True:
            try:
                await self.reconcile()
            except (DatabaseUnavailable, StoreUnavailable) as fault:
                await self._pause(fault, 1)
                continue
            await asyncio.sleep(self._reconcile_every)

    async def reconcile(self, *, full: bool = False) -> int:
        """Hint every stream whose checkpoint is behind its head, and return how many were; `full`: compare all."""
        return await self._reconciliation.run(self.settle, full=full)
