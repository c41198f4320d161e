"""How the databases go about the lists: by an index where that was meant, and in words that each of them knows."""

import sqlite3
from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from contracts.read_model import tables
from kernel.ports.database import Statement
from task_service.insight_statements import load_statement, moves_statement, paths_statement, titles_statement
from task_service.statements import (
    SORTS,
    Shape,
    activity_statement,
    next_rank_statement,
    projects_statement,
    tasks_statement,
)


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    for table in tables(1).metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
        for index in table.indexes:
            connection.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))
    yield connection
    connection.close()


def plan(database: sqlite3.Connection, statement: Statement) -> str:
    compiled = statement.compiled("sqlite")
    rows = database.execute("EXPLAIN QUERY PLAN " + compiled.sql, ["x"] * len(compiled.names))
    return "\n".join(row[3] for row in rows)


def shape(sort: str, *, statuses: int = 0, later_page: bool = False, descending: bool = True) -> Shape:
    return Shape(
        mine=False,
        sort=sort,
        descending=descending,
        statuses=statuses,
        assignees=0,
        labels=0,
        search=0,
        later_page=later_page,
    )


@pytest.mark.parametrize(
    ("sort", "statuses", "index", "key"),
    [
        ("created_at", 0, "g1_tasks_created", "created_at"),
        ("created_at", 1, "g1_tasks_status", "created_at"),
        ("updated_at", 0, "g1_tasks_updated", "updated_at"),
        ("key", 0, "g1_tasks_number", "number"),
        ("rank", 1, "g1_tasks_rank", "rank"),
    ],
)
@pytest.mark.parametrize("descending", [True, False])
def test_short_lists_walk_an_index_and_sort_nothing(
    database: sqlite3.Connection, sort: str, statuses: int, index: str, key: str, descending: bool
) -> None:
    first = plan(database, tasks_statement(1, shape(sort, statuses=statuses, descending=descending)))
    later = plan(database, tasks_statement(1, shape(sort, statuses=statuses, descending=descending, later_page=True)))
    for steps in (first, later):
        assert f"USING INDEX {index} (project_id=? AND deleted=?" in steps
        assert "TEMP B-TREE" not in steps
    # A later page is looked up, not counted off.
    assert f"({key},task_id)" in later


def test_a_neighbour_in_a_column_is_looked_up(database: sqlite3.Connection) -> None:
    for upwards, bounded in product([False, True], repeat=2):
        steps = plan(database, next_rank_statement(1, upwards, bounded))
        assert "USING COVERING INDEX g1_tasks_rank (project_id=? AND deleted=? AND status=?" in steps
        assert "TEMP B-TREE" not in steps


def test_activity_walks_its_index(database: sqlite3.Connection) -> None:
    for later_page in (False, True):
        steps = plan(database, activity_statement(1, later_page))
        assert "USING INDEX g1_activity_project (project_id=?" in steps
        assert "TEMP B-TREE" not in steps


def test_insights_walk_one_index(database: sqlite3.Connection) -> None:
    index = "USING COVERING INDEX g1_task_flow_project (project_id=?)"
    assert plan(database, moves_statement(1, 1)).splitlines()[0].endswith(index)
    # The index gives the order of the grouping.
    assert plan(database, paths_statement(1, 4)).splitlines() == [f"SEARCH g1_task_flow {index}"]
    load = plan(database, load_statement(1, 4))
    assert index in load
    assert "USING COVERING INDEX g1_task_assigned_project (project_id=?)" in load


def test_my_tasks_begin_with_mine(database: sqlite3.Connection) -> None:
    mine = Shape(
        mine=True,
        sort="created_at",
        descending=True,
        statuses=0,
        assignees=0,
        labels=0,
        search=0,
        later_page=False,
    )
    assert "SEARCH mine USING COVERING INDEX g1_task_assignees_user (user_id=?)" in plan(
        database, tasks_statement(1, mine)
    )


def test_every_statement_can_be_said_to_mysql() -> None:
    """MariaDB too: no row values in comparisons, which MySQL does not look up in an index; no sorting of nulls."""
    for mine, sort, later_page in product([False, True], SORTS, [False, True]):
        given = Shape(
            mine=mine,
            sort=sort,
            descending=True,
            statuses=2,
            assignees=1,
            labels=1,
            search=1,
            later_page=later_page,
        )
        compiled = tasks_statement(1, given).compiled("mysql")
        assert compiled.sql.count("%s") == len(compiled.names)
        assert "NULLS" not in compiled.sql
        assert ") < (" not in compiled.sql
    for statement in (projects_statement(1, True), activity_statement(1, True), next_rank_statement(1, True, True)):
        assert ") < (" not in statement.compiled("mysql").sql
    for statement in (moves_statement(1, 3), paths_statement(1, 4), load_statement(1, 4), titles_statement(1)):
        compiled = statement.compiled("mysql")
        assert compiled.sql.count("%s") == len(compiled.names)
        assert " / " not in compiled.sql  # which is no integer there
