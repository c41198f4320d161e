"""The hints of a subscription, one batch after the other: received, settled, acknowledged, until told to stop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from kernel.observe.telemetry import CONSUMER_HEARTBEAT, CONSUMER_RETRIES, DEAD_MESSAGES, QUEUE_MESSAGES
from kernel.ports.faults import StoreUnavailable
from kernel.ports.subscription import Message, Subscription

log = structlog.get_logger("consumer")

_MAX_BATCH: Final = 500
_AGAIN_SECONDS: Final = 0.5
_MEASURE_SECONDS: Final = 10.0


class Receiver:
    """Receives for the consumer `name`; `settle` returns when a batch is dealt with and may be acknowledged.

    After a batch of `busy` messages or more, the next may gather for `linger` seconds: one large transaction costs less
    than many small ones.
    """

    def __init__(
        self,
        name: str,
        subscription: Subscription,
        settle: Callable[[Sequence[Message]], Awaitable[None]],
        *,
        busy: int = _MAX_BATCH,
        linger: float = 0.0,
    ) -> None:
        self._name = name
        self._subscription = subscription
        self._settle = settle
        self._busy = busy
        self._linger = linger
        self._running: asyncio.Task[None] | None = None
        self._idle = False
        self._halted = False

    async def run(self) -> None:
        """Receive until `stop`. A passing fault of the subscription is waited out."""
        async with asyncio.TaskGroup() as group:
            self._running = group.create_task(self._receive_for_ever())
            measuring = group.create_task(self._measure_for_ever())
            await asyncio.wait([self._running])
            measuring.cancel()

    async def stop(self) -> None:
        """Take no more messages, and return when those at hand are settled and acknowledged."""
        self._halted = True
        if self._running is not None:
            if self._idle:
                self._running.cancel()
            await asyncio.wait([self._running])

    async def _receive_for_ever(self) -> None:
        while not self._halted:
            CONSUMER_HEARTBEAT.labels(self._name).set_to_current_time()
            try:
                messages = await self._next()
                if messages:
                    await self._settle(messages)
                    await self._subscription.acknowledge(messages)
            except StoreUnavailable as fault:
                CONSUMER_RETRIES.labels(self._name).inc()
                log.warning("consumer.receive_again", consumer=self._name, fault=str(fault))
                await self._pause(_AGAIN_SECONDS)
            else:
                if len(messages) >= self._busy:
                    await self._pause(self._linger)

    async def _measure_for_ever(self) -> None:
        known = True
        while True:
            try:
                depth = await self._subscription.depth()
            except StoreUnavailable as fault:
                if known:
                    log.warning("consumer.queue_unknown", consumer=self._name, fault=str(fault))
                known = False
            else:
                known = True
                QUEUE_MESSAGES.labels(self._name).set(depth.waiting)
                if depth.dead is not None:
                    DEAD_MESSAGES.labels(self._name).set(depth.dead)
            await asyncio.sleep(_MEASURE_SECONDS)

    async def _next(self) -> Sequence[Message]:
        self._idle = True
        try:
            return await self._subscription.receive(_MAX_BATCH)
        finally:
            self._idle = False

    async def _pause(self, seconds: float) -> None:
        self._idle = True
        try:
            await asyncio.sleep(seconds)
        finally:
            self._idle = False
