"""Queries, against the same questions asked of every event. Long because each condition is asked twice so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import orjson
import pytest

from contracts.codecs import TASK_CODEC
from contracts.project import Project
from contracts.task import (
    Task,
    TaskAssigned,
    TaskDescriptionChanged,
    TaskDueChanged,
    TaskLabelsChanged,
    TaskPriorityChanged,
    TaskStatusChanged,
    TaskTitleChanged,
    TaskUnassigned,
    evolve,
)
from kernel.log.event import Recorded
from task_service.asked import Asker, asked_of
from task_service.domain.query import parse
from task_service.queries import TaskFilters
from task_service.statements import SORTS
from testkit.histories import LABELS, PEOPLE, PRIORITIES, STATUSES, WORDS, Board
from testkit.lists import as_bytes, every_page, folded, in_order

QUERIES: Final = 20
SEOUL: Final = ZoneInfo("Asia/Seoul")
COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A task with all that ever happened to it, and its project as it is."""

    task: Task
    events: Sequence[Recorded[Any]]
    project: Project

    def changes(self, *kinds: type) -> list[Any]:
        return [event.data for event in self.events if isinstance(event.data, kinds)]

    def states(self) -> list[Task]:
        """The task after each of its events."""
        states: list[Task] = []
        for event in self.events:
            states.append(evolve(states[-1] if states else None, event))
        return states

    def done(self) -> bool:
        status = self.project.status(self.task.status)
        return status is not None and status.category == "done"


Asks: TypeAlias = Callable[[Seen], bool]


class Made:
    """Makes up terms: their text, and what it means."""

    def __init__(self, random: Random, today: date, me: str) -> None:
        self.random = random
        self.today = today
        self.me = me

    def term(self) -> tuple[str, Asks]:
        text, asks = self.random.choice(
            [
                self.words, self.status, self.label, self.key, self.person, self.maker, self.priority, self.priorities,
                self.due, self.moment, self.state, self.absence, self.was, self.had, self.changed, self.count,
                self.back,
            ]
        )()  # fmt: skip
        if self.random.random() < 0.25:
            return f"-{text}", lambda seen: not asks(seen)
        return text, asks

    def some(self, values: Sequence[str]) -> list[str]:
        return self.random.sample(values, self.random.randint(1, min(3, len(values))))

    def comparison(self) -> tuple[str, Callable[[Any, Any], bool]]:
        sign = self.random.choice([*COMPARISONS])
        colon = self.random.choice(["", ":"])
        return (":" if sign == "=" and self.random.random() < 0.5 else colon + sign), COMPARISONS[sign]

    def words(self) -> tuple[str, Asks]:
        word = self.random.choice([*WORDS, "배포", "ops-1", "STRASSE"])
        quoted = '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return (
            quoted,
            lambda seen: folded(word) in folded(f"{seen.task.title}\n{seen.task.description}\n{seen.task.key}"),
        )

    def status(self) -> tuple[str, Asks]:
        keys = self.some([status.key for status in STATUSES])
        return f"status:{','.join(keys)}", lambda seen: seen.task.status in keys

    def label(self) -> tuple[str, Asks]:
        labels = self.some(LABELS)
        text = ",".join(f'"{label}"' if self.random.random() < 0.5 else label for label in labels)
        return f"label:{text}", lambda seen: any(label in seen.task.labels for label in labels)

    def key(self) -> tuple[str, Asks]:
        keys = [f"OPS-{self.random.randint(1, 20)}" for _ in range(self.random.randint(1, 4))]
        return f"key:{','.join(keys).lower()}", lambda seen: seen.task.key in keys

    def people(self) -> tuple[str, list[str]]:
        people = self.some(PEOPLE)
        return ",".join("me" if user == self.me else self.random.choice(["", "@"]) + user for user in people), people

    def person(self) -> tuple[str, Asks]:
        text, people = self.people()
        return f"assignee:{text}", lambda seen: any(user in seen.task.assignees for user in people)

    def maker(self) -> tuple[str, Asks]:
        text, people = self.people()
        return f"created-by:{text}", lambda seen: seen.task.created_by in people

    def priority(self) -> tuple[str, Asks]:
        sign = self.random.choice([*COMPARISONS])
        than = self.random.randrange(len(PRIORITIES))
        return f"priority{sign}{PRIORITIES[than]}", lambda seen: COMPARISONS[sign](
            PRIORITIES.index(seen.task.priority), than
        )

    def priorities(self) -> tuple[str, Asks]:
        wanted = self.some(PRIORITIES)
        return f"priority:{','.join(wanted)}", lambda seen: seen.task.priority in wanted

    def day(self, ahead: int) -> tuple[str, date]:
        days = self.random.choice([0, 1, 7, 58, 700, -1, -58])
        return self.random.choice(
            [
                (f"{days:+d}d", self.today + timedelta(days=days)),
                # Without a sign it is ahead of today, or of what happened behind it.
                (f"{abs(days)}d", self.today + timedelta(days=abs(days) * ahead)),
                ((self.today + timedelta(days=days)).isoformat(), self.today + timedelta(days=days)),
                ("today", self.today),
                ("yesterday", self.today - timedelta(days=1)),
                ("2w" if ahead > 0 else "+2w", self.today + timedelta(days=14)),
                ("2026-02-28", date(2026, 2, 28)),
            ]
        )

    def due(self) -> tuple[str, Asks]:
        sign, compare = self.comparison()
        text, day = self.day(1)
        return f"due{sign}{text}", lambda seen: seen.task.due is not None and compare(seen.task.due, day)

    def moment(self) -> tuple[str, Asks]:
        field = self.random.choice(["created", "updated"])
        sign, compare = self.comparison()
        text, day = self.day(-1)

        def asks(seen: Seen) -> bool:
            at = seen.task.created_at if field == "created" else seen.task.updated_at
            return compare(at.astimezone(SEOUL).date(), day)

        return f"{field}{sign}{text}", asks

    def state(self) -> tuple[str, Asks]:
        states: dict[str, Asks] = {
            "overdue": lambda seen: seen.task.due is not None and seen.task.due < self.today and not seen.done(),
            "done": lambda seen: seen.done(),
            "open": lambda seen: not seen.done(),
        }
        state = self.random.choice([*states])
        return f"is:{state}", states[state]

    def absence(self) -> tuple[str, Asks]:
        fields: dict[str, Asks] = {
            "assignee": lambda seen: not seen.task.assignees,
            "due": lambda seen: seen.task.due is None,
            "label": lambda seen: not seen.task.labels,
            "priority": lambda seen: seen.task.priority == "none",
        }
        field = self.random.choice([*fields])
        return f"no:{field}", fields[field]

    def was(self) -> tuple[str, Asks]:
        kind = self.random.choice(["was", "status:was", "label:was", "priority:was"])
        if kind == "label:was":
            labels = self.some(LABELS)
            return f"{kind}:{','.join(labels)}", lambda seen: any(
                label in state.labels for state in seen.states() for label in labels
            )
        if kind == "priority:was":
            priorities = self.some(PRIORITIES)
            return f"{kind}:{','.join(priorities)}", lambda seen: any(
                state.priority in priorities for state in seen.states()
            )
        keys = self.some([status.key for status in STATUSES])
        return f"{kind}:{','.join(keys)}", lambda seen: any(state.status in keys for state in seen.states())

    def had(self) -> tuple[str, Asks]:
        text, people = self.people()
        return f"assignee:was:{text}", lambda seen: any(
            user in state.assignees for state in seen.states() for user in people
        )

    def changed(self) -> tuple[str, Asks]:
        field = self.random.choice([*_KINDS])
        return f"{field}:changed", lambda seen: _times(seen, field) > 0

    def count(self) -> tuple[str, Asks]:
        field = self.random.choice([*_KINDS])
        sign, compare = self.comparison()
        times = self.random.randint(0, 4)
        return f"{field}-changed{sign}{times}", lambda seen: compare(_times(seen, field), times)

    def back(self) -> tuple[str, Asks]:
        sign, compare = self.comparison()
        times = self.random.randint(0, 3)

        def asks(seen: Seen) -> bool:
            keys = [status.key for status in seen.project.statuses]
            moves = [
                keys.index(change.new) < keys.index(change.old)
                for change in seen.changes(TaskStatusChanged)
                if change.new in keys and change.old in keys
            ]
            return compare(sum(moves), times)

        return f"moved-back{sign}{times}", asks


_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "status": (TaskStatusChanged,),
    "due": (TaskDueChanged,),
    "priority": (TaskPriorityChanged,),
    "title": (TaskTitleChanged,),
    "description": (TaskDescriptionChanged,),
    "assignee": (TaskAssigned, TaskUnassigned),
    "label": (TaskLabelsChanged,),
}


def _times(seen: Seen, field: str) -> int:
    changes = seen.changes(*_KINDS[field])
    if field == "label":  # the same labels in another order are no change
        changes = [change for change in changes if set(change.old) != set(change.new)]
    return len(changes)


def histories(board: Board) -> list[Seen]:
    return [
        Seen(
            task,
            [TASK_CODEC.decode(event) for event in board.events[stream]],
            board.projects[f"project-{task.project_id}"],
        )
        for stream, task in board.tasks.items()
    ]


def grown(random: Random) -> Board:
    """Three projects with tasks to which much has happened."""
    board = Board(random)
    for _ in range(3):
        board.new_project()
    for _ in range(24):
        board.new_task(random.choice(list(board.projects.values())).id)
    for _ in range(240):
        board.change_task(random.choice(list(board.tasks)))
    for _ in range(12):
        board.change_project(random.choice(list(board.projects)))
    return board


@pytest.mark.parametrize("seed", range(10))
async def test_200_queries_find_what_the_history_says(open_read_side: Any, seed: int) -> None:
    random = Random(seed)
    board = grown(random)
    read_side = await open_read_side()
    events = sorted((e for run in board.events.values() for e in run), key=lambda event: event.time)
    await read_side.happen(events)
    every = histories(board)
    found_some = 0
    for _ in range(QUERIES):
        me = random.choice(PEOPLE)
        made = Made(random, random.choice([date(2026, 1, 2), date(2026, 2, 28), date(2026, 3, 1)]), me)
        terms = [made.term() for _ in range(random.randint(1, 3))]
        text = " ".join(term for term, _ in terms)
        deleted = random.random() < 0.3
        if deleted:
            text += " is:deleted"
        sort = random.choice([*SORTS, *(f"-{sort}" for sort in SORTS)])
        asker = Asker(
            people=lambda who, me=me: [me if who.how == "me" else who.said],  # type: ignore[misc]
            today=made.today,
            zone=SEOUL,
        )
        asked = asked_of(parse(text), asker)
        found = [s.task for s in every if s.task.deleted == deleted and all(asks(s) for _, asks in terms)]
        found_some += bool(found)
        limit = random.randint(1, 7)

        for project in board.projects.values():
            wanted = in_order([task for task in found if task.project_id == project.id], sort, board.projects)

            page = partial(read_side.queries.tasks, project.id, sort=sort, limit=limit, asked=asked)
            assert await every_page(page) == as_bytes(wanted), text

        mine = [
            seen.task
            for seen in every
            if seen.task in found
            and me in seen.task.assignees
            and me in seen.project.members
            and not seen.project.deleted
        ]

        my_page = partial(read_side.queries.my_tasks, me, sort=sort, limit=limit, asked=asked)
        assert await every_page(my_page) == as_bytes(in_order(mine, sort, board.projects)), text
    assert found_some > QUERIES / 4


async def test_a_query_narrows_what_filters_leave(open_read_side: Any) -> None:
    random = Random(1)
    board = grown(random)
    read_side = await open_read_side()
    await read_side.happen(sorted((e for run in board.events.values() for e in run), key=lambda event: event.time))
    asked = asked_of(parse("status-changed:>=1"), Asker(people=lambda _: [], today=date(2026, 1, 1), zone=SEOUL))
    seen = [s for s in histories(board) if not s.task.deleted and _times(s, "status") and s.task.status == "waiting"]
    assert seen
    for project in board.projects.values():
        documents, _ = await read_side.queries.tasks(
            project.id, TaskFilters(statuses=("waiting",)), limit=100, asked=asked
        )
        wanted = {s.task.id for s in seen if s.task.project_id == project.id}
        assert {orjson.loads(document)["id"] for document in documents} == wanted
