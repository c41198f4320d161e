"""Insights against the same computed from the log alone, event by event, for every day."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts import project, user
from contracts import task as tasks
from contracts.codecs import PROJECT_CODEC, TASK_CODEC, USER_CODEC
from contracts.project import Project, Status
from contracts.task import Task
from kernel.log.decider import Decider
from kernel.log.streams import Streams
from task_service.commands.projects import Projects
from task_service.insights import Asked, Insights
from task_service.keys import ProjectKeys
from task_service.memberships import Memberships
from task_service.registered import Registered
from testkit.histories import Board

ZONES = ("UTC", "Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/St_Johns")
"""Some change their clocks, by half an hour too, or at midnight."""


def lived(seed: int) -> Board:
    """Some months of a board, with hours and days between what happens."""
    board = Board(Random(seed))
    for _ in range(board.random.randint(1, 60)):
        board.time += timedelta(hours=board.random.choice([0, 0, 1, 5, 24, 75]), minutes=board.random.randint(0, 59))
        board.grow(board.random.randint(1, 8))
    return board


# --- the same from the log alone ---


def standing(state: Task | None) -> str:
    return "" if state is None or state.deleted else state.status


class Told:
    """What a project's log tells until a time."""

    def __init__(self, board: Board, of: Project, zone: ZoneInfo, last: date) -> None:
        self.zone = zone
        self.moves: dict[str, list[tuple[datetime, str, str]]] = {}
        self.people: dict[str, set[str]] = {}
        self.names = self._names(board.events[f"project-{of.id}"])
        for stream, envelopes in board.events.items():
            state: Task | None = None
            for event in (TASK_CODEC.decode(each) for each in envelopes) if stream.startswith("task-") else ():
                before, state = standing(state), tasks.evolve(state, event)
                if state.project_id != of.id or self.day(event.time) > last:
                    break
                if standing(state) != before:
                    self.moves.setdefault(state.id, []).append((event.time, before, standing(state)))
                self.people[state.id] = set(state.assignees)

    @staticmethod
    def _names(envelopes: Sequence[Any]) -> dict[str, Status]:
        """Every status that there ever was, as it was last."""
        names: dict[str, Status] = {}
        for event in map(PROJECT_CODEC.decode, envelopes):
            if isinstance(event.data, project.ProjectCreated):
                names |= {status.key: status for status in event.data.statuses}
            if isinstance(event.data, project.ProjectStatusesChanged):
                names |= {status.key: status for status in event.data.new}
        return names

    def day(self, time: datetime) -> date:
        return time.astimezone(self.zone).date()

    def category(self, status: str) -> str:
        if not status:
            return "nowhere"
        return self.names[status].category if status in self.names else "waiting"

    def counts(self, status: str, day: date) -> int:
        """How many tasks stood in a status when a day ended."""
        return sum(
            next((new for time, _, new in reversed(moves) if self.day(time) <= day), "") == status
            for moves in self.moves.values()
        )

    def begun(self, task_id: str) -> datetime | None:
        return next((time for time, _, new in self.moves[task_id] if self.category(new) == "active"), None)

    def finished(self, first: date) -> dict[str, datetime]:
        """When the tasks that are done were last finished, if that was on the first day or later.

        What was done when it was made, such as what was imported without its times, was not finished here.
        """
        found = {}
        for task_id, moves in self.moves.items():
            ends = [time for time, old, new in moves if self.category(new) == "done" != self.category(old) and old]
            if self.category(moves[-1][2]) == "done" and ends and self.day(ends[-1]) >= first:
                found[task_id] = ends[-1]
        return found

    def ageing(self) -> dict[str, datetime | None]:
        return {
            task_id: self.begun(task_id)
            for task_id, moves in self.moves.items()
            if self.category(moves[-1][2]) == "active"
        }

    def load(self) -> Counter[tuple[str | None, str]]:
        load: Counter[tuple[str | None, str]] = Counter()
        for task_id, moves in self.moves.items():
            category = self.category(moves[-1][2])
            if category in ("waiting", "active"):
                load.update((person, category) for person in self.people[task_id] or {None})
        return load


def percentiles(values: Sequence[float]) -> dict[str, Any]:
    ascending = sorted(values)
    found: dict[str, Any] = {"count": len(ascending)}
    for percent in (50, 85, 95):
        # The least value that so many are not above.
        enough = [value for value in ascending if sum(v <= value for v in ascending) * 100 >= percent * len(ascending)]
        found[f"p{percent}"] = min(enough, default=None)
    return found


def seconds(begin: datetime, end: datetime) -> int:
    # A task that was first active after it was finished last, as one that was restored may be, took no time.
    return max(0, math.floor((end - begin).total_seconds()))


class Lives:
    """A read side on which one board after the other lives; each is asked about by itself."""

    def __init__(self, read_side: Any) -> None:
        self.read_side = read_side
        self._boards: dict[int, Board] = {}

    async def lived(self, seed: int) -> Board:
        board = self._boards.get(seed)
        if board is None:
            board = self._boards[seed] = lived(seed)
            await self.read_side.happen([event for events in board.events.values() for event in events])
        return board


@pytest.fixture
def lives(read_side: Any) -> Lives:
    return Lives(read_side)


def insights_of(read_side: Any) -> Insights:
    projects = Projects(
        Decider(Streams(read_side.store, PROJECT_CODEC, project.evolve)),
        Registered(Streams(read_side.store, USER_CODEC, user.evolve)),
        Memberships(read_side.queries),
        "direct",
        ProjectKeys(read_side.store, read_side.queries),
    )
    return Insights(read_side.queries, projects)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 2**32 - 1), zone=st.sampled_from(ZONES), back=st.integers(0, 15), length=st.integers(1, 60))
async def test_insights_are_what_the_log_says(lives: Lives, seed: int, zone: str, back: int, length: int) -> None:
    board = await lives.lived(seed)
    now = board.time + timedelta(hours=3)
    of = next((p for p in board.projects.values() if not p.deleted and p.members), None)
    if of is None:
        return
    last = now.astimezone(ZoneInfo(zone)).date() - timedelta(back)
    asked = Asked(first=last - timedelta(length - 1), last=last, zone=ZoneInfo(zone))

    found = orjson.loads(await insights_of(lives.read_side).of(of.id, next(iter(of.members)), asked, now))

    first, last = date.fromisoformat(found["from"]), date.fromisoformat(found["to"])
    made = of.created_at.astimezone(asked.zone).date()
    assert (first, last) == (max(made, asked.first or made), max(made, asked.last or made))
    told = Told(board, of, asked.zone, last)
    every = [first + timedelta(day) for day in range((last - first).days + 1)]
    flow = {band["status"]: band["counts"] for band in found["flow"]}
    seen = {new for moves in told.moves.values() for _, _, new in moves if new}
    assert {status: flow.get(status, [0] * len(every)) for status in seen} == {
        status: [told.counts(status, day) for day in every] for status in seen
    }
    assert {status.key for status in of.statuses} <= set(flow)
    assert [band["category"] for band in found["flow"]] == [told.category(band["status"]) for band in found["flow"]]

    ends = told.finished(first)
    done = found["finished"]
    assert {task["id"]: task["lead"] for task in done["tasks"]} == {
        task_id: seconds(told.moves[task_id][0][0], end) for task_id, end in ends.items()
    }
    cycles = {i: None if (begun := told.begun(i)) is None else seconds(begun, end) for i, end in ends.items()}
    assert {task["id"]: task["cycle"] for task in done["tasks"]} == cycles
    assert done["lead"] == percentiles([task["lead"] for task in done["tasks"]])
    assert done["cycle"] == percentiles([cycle for cycle in cycles.values() if cycle is not None])
    assert {week["from"]: week["count"] for week in done["weeks"] if week["count"]} == Counter(
        max(first, (day := told.day(end)) - timedelta(day.weekday())).isoformat() for end in ends.values()
    )
    assert sum(week["count"] for week in done["weeks"]) == done["count"] == len(ends)

    at = datetime.fromisoformat(found["at"])
    ageing = told.ageing()
    assert {task["id"]: datetime.fromisoformat(task["begun_at"]) for task in found["ageing"]["tasks"]} == {
        task_id: begun.replace(microsecond=0) for task_id, begun in ageing.items() if begun
    }
    assert [task["age"] for task in found["ageing"]["tasks"]] == sorted(
        (task["age"] for task in found["ageing"]["tasks"]), reverse=True
    )
    for task in found["ageing"]["tasks"]:
        begun = ageing[task["id"]]
        assert begun is None or abs(task["age"] - seconds(begun, at)) <= 1
    load = {(m["user_id"], c): m[c] for m in found["load"] for c in ("waiting", "active") if m[c]}
    assert load == told.load()
