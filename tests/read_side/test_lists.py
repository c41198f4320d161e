"""Lists, against the same lists made of states in memory. Long because each list has such a twin."""

import base64
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts import project as project_contract
from contracts import read_model
from contracts import task as task_contract
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.documents import project_document
from contracts.project import Project
from contracts.task import Task
from kernel.http.problems import Problem
from kernel.http.requests import encode_cursor
from kernel.log.codec import Codec
from kernel.log.envelope import Envelope
from kernel.log.streams import Streams
from kernel.ports.database import DatabaseUnavailable
from log_projector.fill import Filler
from log_projector.generations import Generations
from task_service.past_lists import Listing, PastLists
from task_service.queries import Page, Queries, TaskFilters
from task_service.statements import SORTS
from testkit.histories import LABELS, PEOPLE, STATUSES, WORDS, Board
from testkit.lists import as_bytes, every_page, folded, in_order

many_examples = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
randoms = st.integers(0, 2**32 - 1).map(Random)
sorts = st.sampled_from([*SORTS, *(f"-{sort}" for sort in SORTS)])


def some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


filters_given = st.builds(
    TaskFilters,
    statuses=some([status.key for status in STATUSES]),
    assignees=some(PEOPLE),
    labels=some(LABELS),
    q=st.none() | st.sampled_from([*WORDS, "OPS-1", "ops-", "배", "글 검", "%", "_", "STRASSE", "\\", " "]),
    deleted=st.booleans(),
)


def found(task: Task, filters: TaskFilters) -> bool:
    text = folded(f"{task.title}\n{task.description}\n{task.key}")
    return (
        task.deleted == filters.deleted
        and (not filters.statuses or task.status in filters.statuses)
        and (not filters.assignees or any(user in task.assignees for user in filters.assignees))
        and (not filters.labels or any(label in task.labels for label in filters.labels))
        and (not filters.q or folded(filters.q).strip() in text)
    )


@pytest.mark.slow
@many_examples
@given(randoms, filters_given, sorts, st.integers(1, 7))
async def test_pages_make_up_the_filtered_and_sorted_list(
    open_read_side: Any, random: Random, filters: TaskFilters, sort: str, limit: int
) -> None:
    read_side, board = await open_read_side(), Board(random)
    await read_side.happen(board.grow(60))
    for project in board.projects.values():
        tasks = [task for task in board.tasks.values() if task.project_id == project.id and found(task, filters)]
        wanted = as_bytes(in_order(tasks, sort, board.projects))
        page = partial(read_side.queries.tasks, project.id, filters, sort, limit=limit)
        assert await every_page(page) == wanted


@pytest.mark.slow
@many_examples
@given(randoms, filters_given, sorts, st.integers(1, 7))
async def test_my_tasks_are_those_assigned_to_me_where_i_am_a_member(
    open_read_side: Any, random: Random, filters: TaskFilters, sort: str, limit: int
) -> None:
    read_side, board = await open_read_side(), Board(random)
    await read_side.happen(board.grow(60))
    for user in PEOPLE:
        mine = [
            task
            for task in board.tasks.values()
            if user in task.assignees
            and found(task, filters)
            and user in (project := board.projects[f"project-{task.project_id}"]).members
            and not project.deleted
        ]
        wanted = as_bytes(in_order(mine, sort, board.projects))
        page = partial(read_side.queries.my_tasks, user, filters, sort, limit=limit)
        assert await every_page(page) == wanted


def fold_until(events: Sequence[Envelope], moment: datetime, codec: Codec[Any], evolve: Callable[..., Any]) -> Any:
    """The state that the events up to the last one at or before a moment make, folded here and by nothing else."""
    count = max((at for at, event in enumerate(events, 1) if event.time <= moment), default=0)
    state = None
    for event in events[:count]:
        state = evolve(state, codec.decode(event))
    return state


@pytest.mark.slow
@many_examples
@given(randoms, filters_given, sorts, st.integers(1, 9))
async def test_pages_of_any_moment_are_what_the_log_says_of_it(
    open_read_side: Any, random: Random, filters: TaskFilters, sort: str, limit: int
) -> None:
    read_side, board = await open_read_side(), Board(random)
    grown = board.grow(80)
    await read_side.happen(grown)
    lists = PastLists(read_side.queries, Streams(read_side.store, TASK_CODEC, task_contract.evolve))
    for moment in [event.time + timedelta(microseconds=random.choice([0, 0, 1])) for event in random.sample(grown, 8)]:
        projects = {
            s: fold_until(board.events[s], moment, PROJECT_CODEC, project_contract.evolve) for s in board.projects
        }
        tasks = [fold_until(board.events[s], moment, TASK_CODEC, task_contract.evolve) for s in board.tasks]
        for then in filter(None, projects.values()):
            there = [one for one in tasks if one is not None and one.project_id == then.id and found(one, filters)]
            wanted = as_bytes(in_order(there, sort, projects))

            async def page(cursor: str | None, then: Project = then, moment: datetime = moment) -> Page:
                listing = Listing(filters=filters, sort=sort, cursor=cursor, limit=limit)
                states, more = await lists.page(then, listing, moment)
                return as_bytes(states), more

            assert await every_page(page) == wanted


@pytest.mark.slow
@many_examples
@given(randoms, st.integers(1, 7))
async def test_pages_of_projects_are_mine_newest_first_with_my_role(
    open_read_side: Any, random: Random, limit: int
) -> None:
    read_side, board = await open_read_side(), Board(random)
    await read_side.happen(board.grow(60))
    for user in PEOPLE:
        for deleted in (False, True):
            mine = [p for p in board.projects.values() if user in p.members and p.deleted == deleted]
            mine.sort(key=lambda project: (project.created_at, project.id), reverse=True)
            page = partial(read_side.queries.projects, user, limit=limit, deleted=deleted)
            documents = [{**project_document(project), "role": project.role_of(user)} for project in mine]
            assert await every_page(page) == [orjson.dumps(each, option=orjson.OPT_UTC_Z) for each in documents]


@pytest.mark.slow
@many_examples
@given(randoms, st.integers(1, 7))
async def test_activity_is_every_event_of_a_project_and_its_tasks_newest_first(
    open_read_side: Any, random: Random, limit: int
) -> None:
    read_side, board = await open_read_side(), Board(random)
    await read_side.happen(board.grow(60))
    for project in board.projects.values():
        streams = {f"project-{project.id}", *(s for s, task in board.tasks.items() if task.project_id == project.id)}
        events = [event for stream in streams for event in board.events[stream]]
        events.sort(key=lambda event: (event.time, event.stream, event.version), reverse=True)
        shown = [
            orjson.loads(entry)
            for entry in await every_page(partial(read_side.queries.activity, project.id, limit=limit))
        ]
        assert [entry["id"] for entry in shown] == [event.id for event in events]
        for entry, event in zip(shown, events, strict=True):
            task = board.tasks.get(event.stream)
            assert entry["project_id"] == project.id
            assert (entry["task_id"], entry["task_key"]) == ((task.id, task.key) if task else (None, None))


@pytest.mark.slow
@many_examples
@given(randoms, sorts, st.integers(1, 7))
async def test_what_nobody_touches_is_seen_once_whatever_happens_between_pages(
    open_read_side: Any, random: Random, sort: str, limit: int
) -> None:
    read_side, board = await open_read_side(), Board(random)
    board.new_project()
    project_id = next(iter(board.projects.values())).id
    for _ in range(20):
        board.new_task(project_id)
    await read_side.happen([event for events in board.events.values() for event in events])
    untouched, touched = list(board.tasks)[:12], list(board.tasks)[12:]
    seen: list[str] = []
    cursor = None
    while True:
        documents, cursor = await read_side.queries.tasks(project_id, sort=sort, cursor=cursor, limit=limit)
        seen += [orjson.loads(document)["id"] for document in documents]
        if cursor is None:
            break
        if len(board.tasks) < 40:
            await read_side.happen([board.new_task(project_id), board.change_task(random.choice(touched))])
    for stream in untouched:
        assert seen.count(board.tasks[stream].id) == 1


async def search(read_side: Any, title: str, q: str) -> bool:
    board = Board(Random(1))
    board.new_project()
    project_id = next(iter(board.projects.values())).id
    created = board.new_task(project_id)
    await read_side.happen(
        [replace(created, data={**created.data, "title": title, "description": "", "key": "OPS-12"})]
    )
    documents, _ = await read_side.queries.tasks(project_id, TaskFilters(q=q))
    return len(documents) == 1


@pytest.mark.parametrize(
    ("title", "q"),
    [
        ("릴리스 배포 준비", "배"),
        ("릴리스 배포 준비", "배포"),
        ("릴리스 배포 준비", "스 배포 준"),
        ("a haystack with a needle", "needle haystack"),
        ("준비한 릴리스 배포", "배포  준비"),
        ("릴리스 배포 준비", unicodedata.normalize("NFD", "배포")),
        (unicodedata.normalize("NFD", "릴리스 배포 준비"), "배포"),
        ("Straße", "STRASSE"),
        ("Écrire", "écrire"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Ship 100% of it", "100%"),
        ("snake_case", "e_c"),
        ("anything", "OPS-12"),
        ("anything", "ops-1"),
        ("anything", "  thing "),
        ("a\\b", "\\"),
    ],
)
async def test_search_finds(read_side: Any, title: str, q: str) -> None:
    assert await search(read_side, title, q)


@pytest.mark.parametrize(
    ("title", "q"),
    [
        ("릴리스 배포 준비", "배표"),
        ("Ship 100 of it", "100%"),
        ("snakeXcase", "e_c"),
        ("anything", "OPS-2"),
        ("a haystack", "needle haystack"),
        ("a", "\x00"),
    ],
)
async def test_search_does_not_find(read_side: Any, title: str, q: str) -> None:
    assert not await search(read_side, title, q)


@pytest.mark.parametrize("sort", ["", "-", "name", "--created_at", "created_at,title", "CREATED_AT"])
async def test_an_unknown_sort_is_invalid(read_side: Any, sort: str) -> None:
    with pytest.raises(Problem) as raised:
        await read_side.queries.tasks("p", sort=sort)
    assert (raised.value.status, raised.value.code) == (422, "validation_failed")
    assert raised.value.errors[0][0] == "sort"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "한글",
        encode_cursor(),
        encode_cursor("-created_at", 1),
        encode_cursor("-created_at", "1", "id"),
        encode_cursor("-created_at", 2**63, "id"),
        encode_cursor("-created_at", True, "id"),
        encode_cursor("created_at", 1, "id"),
        encode_cursor("-title", "a", "id"),
        encode_cursor("projects", 1, "id"),
        encode_cursor("activity", 1, "stream", 1),
    ],
)
async def test_a_cursor_of_something_else_is_invalid(read_side: Any, cursor: str) -> None:
    with pytest.raises(Problem) as raised:
        await read_side.queries.tasks("p", cursor=cursor)
    assert (raised.value.status, raised.value.errors[0][0]) == (422, "cursor")


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
@many_examples
async def test_no_text_at_all_as_a_cursor_does_harm(read_side: Any, cursor: str) -> None:
    for listed in (read_side.queries.tasks, read_side.queries.projects, read_side.queries.activity):
        with pytest.raises(Problem):
            await listed("p", cursor=cursor)


async def test_a_number_that_no_database_holds_is_an_invalid_cursor(read_side: Any) -> None:
    with pytest.raises(Problem):
        await read_side.queries.activity("p", cursor=encode_cursor("activity", 1, "s", 2**63))


async def test_readers_follow_when_their_generation_is_dropped(read_side: Any) -> None:
    board = Board(Random(4))
    await read_side.happen(board.grow(40))
    project_id = next(iter(board.tasks.values())).project_id
    before = await read_side.queries.tasks(project_id)
    assert before[0]
    generations = Generations(read_side.database)
    number = await generations.begin()
    await Filler(read_side.store, generations, number).fill()
    await generations.activate(number)
    await generations.drop(1)
    assert await read_side.queries.tasks(project_id) == before


async def test_there_are_no_lists_before_there_is_a_read_model(read_side: Any) -> None:
    await read_side.database.drop(read_model.metadata)
    with pytest.raises(DatabaseUnavailable):
        await Queries(read_side.database).tasks("p")
