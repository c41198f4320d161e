"""How MySQL goes about the short lists: by the index that was meant, reading hardly a row more than it returns."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

import pytest
from sqlalchemy import text

from contracts.read_model import tables
from kernel.ports.database import Compiled, Database, DialectName, Statement, Write, upsert
from kernel.process.platform import Platform
from task_service.statements import Shape, activity_statement, next_rank_statement, tasks_statement

PROJECTS: Final = 4
EACH: Final = 400
PAGE: Final = 51
_VERSION: Final = Statement(text("SELECT VERSION()"))
_COUNTERS: Final = Statement(
    text("SHOW SESSION STATUS WHERE variable_name LIKE 'Handler\\_read%' OR variable_name = 'Sort_rows'")
)

MIDDLE: Final[Mapping[str, Any]] = {"created_at": 800_000, "updated_at": 800_005, "key": 800, "rank": "r000800"}
"""By sort: where a later page begins."""


def _task(number: int) -> dict[str, Any]:
    return {
        "task_id": f"t{number:06}",
        "project_id": f"p{number % PROJECTS}",
        "number": number,
        "status": ("waiting", "in_progress", "done")[number // PROJECTS % 3],
        "priority": number % 5,
        "due": None,
        "deleted": 0,
        "title_key": f"title {number}",
        "rank": f"r{number:06}",
        "created_at": number * 1000,
        "updated_at": number * 1000 + 5,
        "estimate": None,
        "start": None,
        "created_by": "",
        "version": 1,
        "doc": b"{}",
        "search": f"title {number}",
        "initials": "",
    }


def _activity(number: int) -> dict[str, Any]:
    return {
        "stream": f"task-t{number:06}",
        "version": 1,
        "project_id": f"p{number % PROJECTS}",
        "time": number * 1000,
        "doc": b"{}",
        "state": None,
    }


class _Explained(Statement):
    """What a server would do for a statement, as a table; MySQL has other forms besides, MariaDB no word for this."""

    __slots__ = ("_form", "_of")

    def __init__(self, of: Statement, form: str) -> None:
        self._of = of
        self._form = form

    def compiled(self, dialect: DialectName) -> Compiled:
        whole = self._of.compiled(dialect)
        return replace(whole, sql=f"EXPLAIN {self._form} {whole.sql}")


@dataclass(frozen=True, slots=True)
class Done:
    """What the server did for a query: by which index, how many rows it read beyond those returned, and sorted."""

    index: str
    returned: int
    too_many: int
    sorted: int


@dataclass(frozen=True, slots=True)
class Server:
    """A generation with tasks of several projects, on one connection, whose session counts."""

    database: Database
    form: str

    async def does(self, statement: Statement, **params: Any) -> Done:
        """Carry out a query."""
        names = statement.compiled("mysql").names
        given = {name: value for name, value in params.items() if name in names}
        ((*_, key, _, _, _, extra),) = [
            row if len(row) == 10 else (*row[:3], *row[4:10], row[11])  # MySQL also tells of partitions and shares
            for row in await self.database.fetch(_Explained(statement, self.form), given)
        ]
        assert "filesort" not in (extra or "")
        before, idle = await self._counters(), await self._counters()
        rows = await self.database.fetch(statement, given)
        after = await self._counters()
        spent = {name: after[name] - idle[name] - (idle[name] - before[name]) for name in after}
        read = sum(value for name, value in spent.items() if name.startswith("Handler_read"))
        return Done(key, len(rows), max(0, read - len(rows) - 2), spent["Sort_rows"])

    async def _counters(self) -> Mapping[str, int]:
        return {name: int(value) for name, value in await self.database.fetch(_COUNTERS)}


@pytest.fixture
async def server(mysql_url: str) -> AsyncIterator[Server]:
    async with Platform() as platform:
        database = await platform.database(f"{mysql_url}?pool=1")
        made = tables(1)
        await database.create(made.metadata)
        numbers = range(PROJECTS * EACH)
        await database.write(
            Write(upsert(made.tasks), [_task(number) for number in numbers]),
            Write(upsert(made.activity), [_activity(number) for number in numbers]),
        )
        ((version,),) = await database.fetch(_VERSION)
        yield Server(database, "" if "mariadb" in version.lower() else "FORMAT=TRADITIONAL")


async def test_short_lists_walk_an_index_and_sort_nothing(server: Server) -> None:
    lists = [
        ("created_at", 0, "g1_tasks_created"),
        ("created_at", 1, "g1_tasks_status"),
        ("updated_at", 0, "g1_tasks_updated"),
        ("key", 0, "g1_tasks_number"),
        ("rank", 1, "g1_tasks_rank"),
    ]
    for (sort, statuses, index), descending, later in product(lists, [True, False], [True, False]):
        shape = Shape(
            mine=False,
            sort=sort,
            descending=descending,
            statuses=statuses,
            assignees=0,
            labels=0,
            search=0,
            later_page=later,
        )
        done = await server.does(
            tasks_statement(1, shape),
            project="p0",
            is_deleted=0,
            limit=PAGE,
            status_0="waiting",
            key=MIDDLE[sort],
            id="t000800",
        )
        assert done == Done(index, PAGE, too_many=0, sorted=0), shape


async def test_a_neighbour_in_a_column_is_looked_up(server: Server) -> None:
    for upwards, bounded in product([False, True], repeat=2):
        statement = next_rank_statement(1, upwards, bounded)
        done = await server.does(statement, project="p0", status="waiting", but="t000800", rank_="r000800")
        assert done == Done("g1_tasks_rank", 1, too_many=0, sorted=0)


async def test_activity_walks_its_index(server: Server) -> None:
    for later in (False, True):
        done = await server.does(
            activity_statement(1, later), project="p0", limit=PAGE, key=800_000, id="task-t000800", version=1
        )
        assert done == Done("g1_activity_project", PAGE, too_many=0, sorted=0)
