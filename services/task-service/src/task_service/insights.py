"""Insights: how work flowed through a project, as it stood at the end of any day.

Counted from the moves that the projector keeps of every task; who may see them is decided on the log's state.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from contracts.project import Project
from kernel.http import problems
from kernel.log.times import microseconds
from kernel.ports.database import Row
from task_service.commands.projects import Projects
from task_service.domain.flow import (
    Band,
    Days,
    bands,
    percentile,
    standing_counts,
    thinned,
)
from task_service.insight_statements import (
    TITLES_AT_ONCE,
    load_statement,
    moves_statement,
    paths_statement,
    titles_statement,
)
from task_service.queries import Queries

MOST_DAYS: Final = 3_660
MOST_FINISHED: Final = 1_000
"""So many finished tasks are told one by one; figures are of all."""
MOST_AGEING: Final = 200
DEFAULT_DAYS: Final = 84
PERCENTS: Final = (50, 85, 95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The days asked for: until today, and for twelve weeks, where nothing is said."""

    first: date | None
    last: date | None
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class _Path:
    """What became of a task. Times are in microseconds since 1970."""

    task_id: str
    created: int
    begun: int | None
    finished: int | None
    moved: int
    standing: int


class Insights:
    """Computes insights for members of a project."""

    def __init__(self, queries: Queries, projects: Projects) -> None:
        self._queries = queries
        self._projects = projects

    async def of(self, project_id: str, user_id: str, asked: Asked, now: datetime) -> bytes:
        """The insights of a project as JSON (`views.InsightsView`).

        Raises Rejection 404 to strangers, Problem 422 for days that make no sense, DatabaseUnavailable.
        """
        project = await self._projects.readable(project_id, user_id)
        days = _days(asked, project, now)
        return orjson.dumps(await _Computation(self._queries, project, days, asked.zone, now).document())


def _days(asked: Asked, project: Project, now: datetime) -> Days:
    """The days asked for, as far as there can be something to tell: since the project was made, until today."""
    if asked.first and asked.last and asked.first > asked.last:
        raise problems.invalid("from", "is after `to`", reason="after_end")
    today, made = now.astimezone(asked.zone).date(), project.created_at.astimezone(asked.zone).date()
    last = max(min(asked.last or today, today), made)
    first = asked.first or date.fromordinal(max(1, last.toordinal() - DEFAULT_DAYS + 1))
    first = min(max(first, made), last)
    if (last - first).days >= MOST_DAYS:
        raise problems.invalid(
            "from", f"is more than {MOST_DAYS} days before `to`", reason="too_many_days", limit=MOST_DAYS
        )
    return Days.between(first, last, asked.zone)


class _Computation:
    def __init__(self, queries: Queries, project: Project, days: Days, zone: ZoneInfo, now: datetime) -> None:
        self._queries = queries
        self._project = project
        self._days = days
        self._zone = zone
        self._at = min(microseconds(now), days.end)

    async def document(self) -> dict[str, Any]:
        asked = {"project": self._project.id, "until": self._days.end}
        stretches: dict[str, int] = {"begin": self._days.begin}
        every = self._days.stretches()
        for index, stretch in enumerate(every):
            stretches |= {f"begin_{index}": stretch.begin, f"end_{index}": stretch.end}
            stretches[f"length_{index}"] = stretch.length
        moves = await self._queries.fetch(
            lambda number: moves_statement(number, len(every)), asked | stretches, long=True
        )
        counts = standing_counts(moves, self._days)
        shown = bands(self._project, counts)
        active = 1 + sum(band.status.category == "waiting" for band in shown)
        done = active + sum(band.status.category == "active" for band in shown)
        asked |= {"active": active, "done": done, "since": self._days.begin}
        asked |= {f"status_{n}": band.status.key for n, band in enumerate(shown, 1)}
        rows, load = await asyncio.gather(
            self._queries.fetch(lambda number: paths_statement(number, len(shown)), asked, long=True),
            self._queries.fetch(lambda number: load_statement(number, len(shown)), asked, long=True),
        )
        paths = [_Path(*row) for row in rows]
        finished = sorted((p for p in paths if p.standing >= done), key=lambda p: (p.finished or 0, p.task_id))
        ageing = sorted((p for p in paths if p.standing < done), key=lambda p: (p.begun or 0, p.task_id))
        told = [finished[index] for index in thinned(len(finished), MOST_FINISHED)], ageing[:MOST_AGEING]
        titles = await self._titles([path.task_id for some in told for path in some])
        return {
            "from": self._days.first,
            "to": self._days.last,
            "tz": self._zone.key,
            "at": _instant(self._at),
            "flow": [self._band(band, counts) for band in shown if self._is_shown(band, counts)],
            "finished": self._finished(finished, [self._told_finished(path, titles) for path in told[0]]),
            "ageing": {
                "count": len(ageing),
                "tasks": [self._told_ageing(path, shown, titles) for path in told[1]],
            },
            "load": _load(load, active),
        }

    def _is_shown(self, band: Band, counts: Mapping[str, Sequence[int]]) -> bool:
        return not band.former or any(counts.get(band.status.key, ()))

    def _band(self, band: Band, counts: Mapping[str, Sequence[int]]) -> dict[str, Any]:
        status = band.status
        return {
            "status": status.key,
            "name": status.name,
            "category": status.category,
            "former": band.former,
            "counts": counts.get(status.key, [0] * len(self._days)),
        }

    def _finished(self, finished: Sequence[_Path], told: Sequence[dict[str, Any]]) -> dict[str, Any]:
        ends = [path.finished or 0 for path in finished]
        weeks = [
            {"from": first, "to": last, "count": bisect_left(ends, after) - bisect_left(ends, begin)}
            for first, last, begin, after in self._days.weeks()
        ]
        return {
            "count": len(finished),
            "lead": _durations(_seconds(path.created, path.finished) for path in finished),
            "cycle": _durations(_seconds(path.begun, path.finished) for path in finished if path.begun is not None),
            "weeks": weeks,
            "tasks": told,
        }

    def _told_finished(self, path: _Path, titles: "_Titles") -> dict[str, Any]:
        return {
            **titles.of(path),
            "finished_at": _instant(path.finished or 0),
            "lead": _seconds(path.created, path.finished),
            "cycle": None if path.begun is None else _seconds(path.begun, path.finished),
        }

    def _told_ageing(self, path: _Path, shown: Sequence[Band], titles: "_Titles") -> dict[str, Any]:
        return {
            **titles.of(path),
            "status": shown[path.standing - 1].status.key,
            "begun_at": _instant(path.begun or 0),
            "age": _seconds(path.begun, self._at),
            "still": _seconds(path.moved, self._at),
            "assignees": titles.assignees(path),
        }

    async def _titles(self, ids: Sequence[str]) -> "_Titles":
        batches = [ids[start : start + TITLES_AT_ONCE] for start in range(0, len(ids), TITLES_AT_ONCE)]
        found = await asyncio.gather(*(self._documents(batch) for batch in batches))
        return _Titles({task_id: orjson.loads(document) for rows in found for task_id, document in rows})

    async def _documents(self, ids: Sequence[str]) -> Sequence[Row]:
        filled = [*ids, *[ids[0]] * (TITLES_AT_ONCE - len(ids))]
        params = {f"id_{index}": task_id for index, task_id in enumerate(filled)}
        return await self._queries.fetch(titles_statement, params, long=True)


@dataclass(frozen=True, slots=True)
class _Titles:
    """The tasks as they are now: a title is told as it stands, whatever day is asked for."""

    documents: Mapping[str, Mapping[str, Any]]

    def of(self, path: _Path) -> dict[str, Any]:
        document = self.documents[path.task_id]
        return {"id": path.task_id, "key": document["key"], "title": document["title"]}

    def assignees(self, path: _Path) -> Sequence[str]:
        assignees: Sequence[str] = self.documents[path.task_id]["assignees"]
        return assignees


def _load(rows: Iterable[Row], active: int) -> Sequence[dict[str, Any]]:
    """Who has how much, the most active first; what nobody has comes last."""
    load: dict[str | None, dict[str, int]] = {}
    for user_id, standing, count in rows:
        mine = load.setdefault(user_id, {"waiting": 0, "active": 0})
        mine["active" if standing >= active else "waiting"] += count
    people = sorted(load.items(), key=lambda item: (item[0] is None, -item[1]["active"], -item[1]["waiting"], item[0]))
    return [{"user_id": user_id, **mine} for user_id, mine in people]


def _durations(values: Iterable[int]) -> dict[str, Any]:
    ascending = sorted(values)
    return {"count": len(ascending), **{f"p{percent}": percentile(ascending, percent) for percent in PERCENTS}}


def _seconds(begin: int | None, end: int | None) -> int:
    """Clocks of several machines may differ a little: nothing ends before it begins."""
    return max(0, (end or 0) - (begin or 0)) // 1_000_000


def _instant(time: int) -> str:
    return datetime.fromtimestamp(time // 1_000_000, UTC).isoformat().replace("+00:00", "Z")
