"""Who is alone with a log file: the owner, and never while a guest may write."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.adapters.sqlite.event_store import SqliteEventStore
from kernel.adapters.sqlite.ownership import GUEST_WAITS, LOOK_EVERY, TRUSTED_FOR, Ownership
from testkit.log import extend


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Ownership]:
    owner = Ownership(tmp_path / "log.db")
    yield owner
    owner.close()


def test_a_guest_waits_longer_than_the_owner_trusts_what_it_saw() -> None:
    assert LOOK_EVERY < TRUSTED_FOR < GUEST_WAITS


def test_the_first_is_alone_from_its_first_look(owner: Ownership) -> None:
    assert not owner.alone()
    assert not owner.look()  # what was written before is not known
    assert owner.alone()
    assert owner.look()


def test_an_owner_that_looked_too_late_forgets(owner: Ownership) -> None:
    owner.look()
    time.sleep(TRUSTED_FOR)
    assert not owner.alone()
    assert not owner.look()
    assert owner.look()


async def test_an_owner_with_a_guest_is_not_alone_until_the_guest_is_gone(owner: Ownership, tmp_path: Path) -> None:
    owner.look()
    guest = Ownership(tmp_path / "log.db")
    assert not guest.look()
    assert not guest.alone()
    assert not owner.look()
    assert not owner.alone()
    guest.close()
    assert not owner.look()  # the guest may have written since
    assert owner.look()


async def test_a_guest_writes_only_when_the_owner_cannot_believe_to_be_alone(owner: Ownership, tmp_path: Path) -> None:
    owner.look()
    guest = Ownership(tmp_path / "log.db")
    await guest.welcome()
    assert not owner.alone()
    began = time.monotonic()
    await owner.welcome()
    assert time.monotonic() - began < GUEST_WAITS
    guest.close()


async def test_what_a_guest_wrote_is_seen_by_the_owner_at_once(tmp_path: Path) -> None:
    owner = await SqliteEventStore.open(tmp_path / "log.db")
    await extend(owner, "task-1", 0)
    assert await owner.load("task-1", after=1) == ()
    guest = await SqliteEventStore.open(tmp_path / "log.db")
    for version in range(2, 6):
        await extend(guest, "task-1", version - 1)
        assert [event.version for event in await owner.load("task-1", after=version - 1)] == [version]
    await guest.close()
    await asyncio.sleep(2 * LOOK_EVERY)
    assert [event.version for event in await owner.load("task-1", after=1)] == [2, 3, 4, 5]
    await owner.close()
