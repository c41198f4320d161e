"""Many tasks in one call: all or none, in their order, also where the log fails in between."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from contracts.codecs import TASK_CODEC
from contracts.task import Task, TaskCreated, TaskEvent, evolve, stream_of
from kernel.log.batch import STREAMS_PER_APPEND, Batches, Plan
from kernel.log.decider import Command, CommandIdReused
from kernel.log.ids import new_id
from kernel.log.streams import Streams
from kernel.ports.event_store import CommandAlreadyDone, CommandRecord, EventStore, StreamAppend
from kernel.ports.faults import StoreUnavailable
from testkit.log import NOON
from testkit.tasks import User, World, expect


def titles(items: Sequence[dict[str, Any]]) -> list[str]:
    return [item["title"] for item in items]


async def batch(
    user: User, project: dict[str, Any], tasks: list[dict[str, Any]], **options: Any
) -> list[dict[str, Any]]:
    answer = await user.post(f"/projects/{project['id']}/tasks/batch", {"tasks": tasks}, **options)
    return list(expect(answer, 201)["items"])


async def test_tasks_are_made_in_their_order(ann: User) -> None:
    project = await ann.project()
    wanted = [{"title": f"Task {n}", "priority": "high", "labels": [f"l{n}"]} for n in range(200)]

    items = await batch(ann, project, wanted)

    assert titles(items) == titles(wanted)
    assert len({item["key"] for item in items}) == 200
    numbers = [int(item["key"].rpartition("-")[2]) for item in items]
    assert numbers == sorted(numbers)
    assert [item["id"] for item in items] == sorted(item["id"] for item in items)
    assert [item["rank"] for item in items] == sorted(item["rank"] for item in items)
    for item in (items[0], items[STREAMS_PER_APPEND], items[-1]):
        assert expect(await ann.get(f"/tasks/{item['id']}"), 200) == item


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "Wrong", "status": "nowhere"}, "tasks.60.status"),
        ({"title": "Wrong", "assignees": ["nobody"]}, "tasks.60.assignees"),
        ({"title": "  "}, "tasks.60.title"),
        ({"title": "Wrong", "due": "2026-02-30"}, "tasks.60.due"),
        ({"title": "Wrong", "color": "red"}, "tasks.60.color"),
    ],
)
async def test_one_that_is_wrong_makes_none(world: World, ann: User, wrong: dict[str, Any], field: str) -> None:
    project = await ann.project()
    before = await world.log_length()
    tasks = [{"title": "Right"}] * 60 + [wrong] + [{"title": "Right"}] * 60

    answer = await ann.post(f"/projects/{project['id']}/tasks/batch", {"tasks": tasks})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await world.log_length() == before


@pytest.mark.parametrize("tasks", [[], [{"title": "One"}] * 201, None, "x", [[]]])
async def test_none_and_too_many_are_refused(world: World, ann: User, tasks: Any) -> None:
    project = await ann.project()
    before = await world.log_length()
    assert (await ann.post(f"/projects/{project['id']}/tasks/batch", {"tasks": tasks})).status_code == 422
    assert await world.log_length() == before


async def test_what_is_wrong_takes_no_number(ann: User) -> None:
    project = await ann.project()
    await ann.post(f"/projects/{project['id']}/tasks/batch", {"tasks": [{"title": "One", "status": "nowhere"}]})
    [item] = await batch(ann, project, [{"title": "One"}])
    assert item["key"].endswith("-1")


async def test_batches_at_the_same_time_do_not_mix_their_order(ann: User) -> None:
    project = await ann.project()
    made = await asyncio.gather(*(batch(ann, project, [{"title": f"{b}.{n}"} for n in range(60)]) for b in range(5)))
    for number, items in enumerate(made):
        assert titles(items) == [f"{number}.{n}" for n in range(60)]
        numbers = [int(item["key"].rpartition("-")[2]) for item in items]
        assert numbers == sorted(numbers)
    assert len({item["key"] for items in made for item in items}) == 300


async def test_the_same_key_at_the_same_time_makes_them_once(world: World, ann: User) -> None:
    project = await ann.project()
    before = await world.log_length()
    wanted = [{"title": f"Task {n}"} for n in range(120)]
    answers = await asyncio.gather(*(batch(ann, project, wanted, key="once") for _ in range(4)))
    assert all(items == answers[0] for items in answers)
    assert titles(answers[0]) == titles(wanted)
    assert await world.log_length() == before + 120


# --- where the log fails in between ---


class Failing:
    """An event store that fails so many appends after so many, before or after it has written."""

    def __init__(self, store: EventStore, after: int, times: int, *, written: bool) -> None:
        self._store = store
        self._after = after
        self._times = times
        self._written = written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(self, appends: Sequence[StreamAppend], command: CommandRecord | None = None) -> None:
        self._after -= 1
        if self._after < 0 and self._times > 0:
            self._times -= 1
            if self._written:
                await self._store.append(appends, command)
            raise StoreUnavailable("out of reach")
        await self._store.append(appends, command)


@pytest.fixture
def store(world: World) -> EventStore:
    return world.store


COUNT = 2 * STREAMS_PER_APPEND + 1


def plan() -> Plan:
    return Plan(streams=tuple(stream_of(new_id()) for _ in range(COUNT)), result={"of": "mine"})


def events() -> list[TaskEvent]:
    return [
        TaskCreated(
            project_id="p",
            number=n,
            key=f"P-{n}",
            title=f"Task {n}",
            description="",
            status="waiting",
            priority="none",
            due=None,
            labels=(),
            assignees=(),
        )
        for n in range(1, COUNT + 1)
    ]


def a_command(command_id: str, fingerprint: str = "asked") -> Command:
    return Command(
        id=command_id, fingerprint=fingerprint, actor="ann", time=NOON, correlation_id="a-request", keyed=True
    )


def batches(store: Any) -> Batches[Task, TaskEvent]:
    return Batches(Streams(store, TASK_CODEC, evolve))


async def begun(store: EventStore, planned: Plan) -> list[int]:
    return [len(await store.load(stream)) for stream in planned.streams]


@pytest.mark.parametrize(("count", "appends"), [(1, 1), (STREAMS_PER_APPEND, 1), (STREAMS_PER_APPEND + 1, 2), (200, 5)])
async def test_there_are_as_few_appends_as_the_log_allows(store: EventStore, count: int, appends: int) -> None:
    planned = Plan(streams=plan().streams[:1] + tuple(stream_of(new_id()) for _ in range(count - 1)), result={})
    allowed = Failing(store, after=appends, times=1000, written=False)
    assert len(await batches(allowed).begin(planned, (events() * 3)[:count], a_command("c"))) == count


@pytest.mark.parametrize("written", [False, True])
async def test_a_passing_fault_in_between_is_not_seen(store: EventStore, written: bool) -> None:
    planned = plan()
    made = await batches(Failing(store, after=1, times=2, written=written)).begin(planned, events(), a_command("c"))
    assert [task.title for task in made] == [f"Task {n}" for n in range(1, COUNT + 1)]
    assert await begun(store, planned) == [1] * COUNT


@pytest.mark.parametrize("after", [1, 2])
async def test_after_a_lasting_fault_the_same_command_finishes(store: EventStore, after: int) -> None:
    planned = plan()
    with pytest.raises(StoreUnavailable):
        await batches(Failing(store, after=after, times=1000, written=False)).begin(planned, events(), a_command("c"))
    assert (await begun(store, planned))[0] == 1

    again = batches(store)  # another process
    found = await again.planned(a_command("c"))
    assert found == planned
    made = await again.finish(found, events, a_command("c"))

    assert [task.title for task in made] == [f"Task {n}" for n in range(1, COUNT + 1)]
    assert await begun(store, planned) == [1] * COUNT


async def test_a_fault_before_the_first_append_leaves_nothing(store: EventStore) -> None:
    planned = plan()
    with pytest.raises(StoreUnavailable):
        await batches(Failing(store, after=0, times=1000, written=False)).begin(planned, events(), a_command("c"))
    assert await begun(store, planned) == [0] * COUNT
    assert await batches(store).planned(a_command("c")) is None


async def test_a_command_that_came_first_is_told_of(store: EventStore) -> None:
    planned = plan()
    await batches(store).begin(planned, events(), a_command("c"))
    later = plan()
    with pytest.raises(CommandAlreadyDone):
        await batches(store).begin(later, events(), a_command("c"))
    assert await begun(store, later) == [0] * COUNT
    with pytest.raises(CommandIdReused):
        await batches(store).planned(a_command("c", "something else"))
