"""Whatever writers, messages, crashes and repairs come in whatever order: the model is in the log, and is applied."""

import asyncio
import tempfile
from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from kernel.ports.event_store import CommandAlreadyDone, CommandRecord, VersionConflict
from kernel.ports.subscription import Message
from kernel.process.platform import Platform
from testkit.log import to_append

T = TypeVar("T")

STREAMS = st.sampled_from([f"task-{n}" for n in range(4)])
POISON = st.sampled_from(["impossible", "refused"])


class Machine(RuleBasedStateMachine):
    """`versions` and `poison` are the pure model of the log; `sent` are the messages that no hop has lost so far."""

    def __init__(self, begin: Any) -> None:
        super().__init__()
        self.begin = begin
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.platform = Platform()
        self.versions: dict[str, int] = {}
        self.poison: dict[str, int] = {}
        self.commands: dict[str, CommandRecord] = {}
        self.sent: list[Message] = []
        self.world: Any = self.run(self.open("live"))
        self.consumers = [self.world.consumer(), self.world.consumer()]

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    async def open(self, name: str) -> Any:
        url = f"sqlite:///{self.folder.name}"
        store = await self.platform.event_store(f"{url}/log.db")
        return await self.begin(store, await self.platform.database(f"{url}/{name}.db?synchronous=normal"))

    def appended(self, stream: str, count: int) -> None:
        version = self.versions.get(stream, 0)
        if count:
            self.versions[stream] = version + count
        self.sent += [Message(stream=stream, version=n) for n in range(version + 1, version + count + 1)]

    # --- writers ---

    @rule(stream=STREAMS, count=st.integers(1, 4))
    def write(self, stream: str, count: int) -> None:
        messages = self.run(self.world.append(stream, *[{}] * count))
        self.versions[stream] = self.versions.get(stream, 0) + count
        self.sent += messages

    @rule(stream=STREAMS, expected=st.lists(st.integers(-1, 2), min_size=2, max_size=6))
    def writers_race(self, stream: str, expected: list[int]) -> None:
        version = self.versions.get(stream, 0)

        async def race() -> list[Any]:
            attempts = (self.world.store.append([to_append(stream, max(0, version + n))]) for n in expected)
            return await asyncio.gather(*attempts, return_exceptions=True)

        results = self.run(race())
        won = [result for result in results if result is None]
        assert all(result is None or isinstance(result, VersionConflict) for result in results)
        # One after the other, each that expects the head at its turn: the first 0 wins, then a 1, then a 2.
        turn = 0
        for n in expected:
            turn += max(0, version + n) == version + turn
        assert len(won) == turn
        self.appended(stream, turn)

    @rule(streams=st.lists(STREAMS, min_size=1, max_size=3, unique=True), command=st.sampled_from(["a", "b", "c"]))
    def command(self, streams: list[str], command: str) -> None:
        record = CommandRecord(id=command, fingerprint=",".join(streams), outcome=b"{}")
        append = self.world.store.append([to_append(s, self.versions.get(s, 0)) for s in streams], record)
        if command in self.commands:
            with pytest.raises(CommandAlreadyDone) as done:
                self.run(append)
            assert done.value.record == self.commands[command]
            return
        self.run(append)
        self.commands[command] = record
        for stream in streams:
            self.appended(stream, 1)

    @rule(stream=STREAMS, poison=POISON)
    def write_poison(self, stream: str, poison: str) -> None:
        self.sent += self.run(self.world.append(stream, {"poison": poison}))
        self.versions[stream] = self.versions.get(stream, 0) + 1
        self.poison.setdefault(stream, self.versions[stream])

    # --- messages ---

    @rule(data=st.data(), who=st.integers(0, 1))
    def deliver(self, data: st.DataObject, who: int) -> None:
        self.run(self.consumers[who].handle(self.some(data)))

    @rule(data=st.data())
    def deliver_to_both_at_once(self, data: st.DataObject) -> None:
        first, second = self.some(data), self.some(data)

        async def both() -> None:
            await asyncio.gather(self.consumers[0].handle(first), self.consumers[1].handle(second))

        self.run(both())

    @rule(data=st.data(), moments=st.integers(0, 12))
    def die_while_handling(self, data: st.DataObject, moments: int) -> None:
        messages = self.some(data)

        async def die() -> None:
            handling = asyncio.create_task(self.consumers[0].handle(messages))
            for _ in range(moments):
                await asyncio.sleep(0)
            handling.cancel()
            await asyncio.wait([handling])
            await self.world.database.write()  # behind what it had under way, so that this is done or never will be

        self.run(die())
        self.consumers[0] = self.world.consumer()

    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        lost = {id(message) for message in self.some(data)}
        self.sent = [message for message in self.sent if id(message) not in lost]

    def some(self, data: st.DataObject) -> list[Message]:
        """Any of the messages, in any order, repeated at will; nothing takes them off."""
        return data.draw(st.lists(st.sampled_from(self.sent), max_size=12)) if self.sent else []

    # --- repair ---

    @rule(who=st.integers(0, 1), full=st.booleans())
    def reconcile(self, who: int, full: bool) -> None:
        self.run(self.consumers[who].reconcile(full=full))
        applied = self.run(self.world.applied())
        for stream, version in self.versions.items():
            assert len(applied.get(stream, [])) == self.reachable(stream, version)

    @rule(who=st.integers(0, 1))
    def mend_and_unblock(self, who: int) -> None:
        self.world.ledger.mended = True
        for blocked in self.run(self.consumers[who].blocked()):
            self.run(self.consumers[who].unblock(blocked.stream))
        assert self.run(self.consumers[who].blocked()) == []
        self.world.ledger.mended = False
        # What is applied now stays so; poison beyond it will block as before.
        applied = self.run(self.world.applied())
        self.poison = {stream: at for stream, at in self.poison.items() if at > len(applied.get(stream, []))}

    def reachable(self, stream: str, version: int) -> int:
        return min(version, self.poison.get(stream, version + 1) - 1)

    # --- what always holds ---

    @invariant()
    def each_stream_is_applied_in_order_once_and_never_past_poison(self) -> None:
        for stream, versions in self.run(self.world.applied()).items():
            assert versions == list(range(1, len(versions) + 1))
            assert len(versions) <= self.reachable(stream, self.versions[stream])

    def teardown(self) -> None:
        try:
            self.run(self.end())
        finally:
            self.run(self.platform.__aexit__(None, None, None))
            self.runner.close()
            self.folder.cleanup()

    async def end(self) -> None:
        """The log is the model; once all is mended the live tables hold all of it, and a rebuild holds the same."""
        for stream, version in self.versions.items():
            assert [event.version for event in await self.world.store.load(stream)] == list(range(1, version + 1))
        assert {head.stream: head.version async for head in self.world.store.heads()} == self.versions
        self.world.ledger.mended = True
        for blocked in await self.consumers[0].blocked():
            await self.consumers[0].unblock(blocked.stream)
        await self.consumers[1].reconcile(full=True)
        rebuilt = await self.open("rebuilt")
        rebuilt.ledger.mended = True
        await rebuilt.consumer().reconcile()
        everything = {stream: list(range(1, version + 1)) for stream, version in self.versions.items()}
        assert await self.world.applied() == await rebuilt.applied() == everything


@pytest.mark.slow
def test_every_event_is_applied_in_order_and_once_whatever_happens(begin: Any) -> None:
    run_state_machine_as_test(
        partial(Machine, begin),  # type: ignore[arg-type] # any maker of machines will do
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
