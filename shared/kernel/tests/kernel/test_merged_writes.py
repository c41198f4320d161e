"""Writes of many streams in few statements: the order within each stream is kept."""

from sqlalchemy import text

from kernel.consuming.merged_writes import MergedWrites
from kernel.ports.database import Statement, Write

PUT, DROP, GUARD = (Statement(text(f"SELECT {n}")) for n in range(3))


def merged(*transactions: list[Write]) -> list[tuple[Statement, list[object]]]:
    gathered = MergedWrites()
    for writes in transactions:
        gathered.add(writes)
    return [(write.statement, list(write.params)) for write in gathered.writes()]


def test_the_same_statements_in_the_same_order_become_one_each() -> None:
    one = [Write(DROP, {"n": 1}), Write(PUT, [{"n": 2}, {"n": 3}])]
    two = [Write(DROP, [{"n": 4}]), Write(PUT, {"n": 5})]
    assert merged(one, two) == [(DROP, [{"n": 1}, {"n": 4}]), (PUT, [{"n": 2}, {"n": 3}, {"n": 5}])]


def test_a_transaction_in_another_order_keeps_it() -> None:
    one = [Write(DROP, {"n": 1}), Write(PUT, {"n": 2})]
    two = [Write(PUT, {"n": 3}), Write(DROP, {"n": 4})]
    assert merged(one, two) == [(DROP, [{"n": 1}]), (PUT, [{"n": 2}, {"n": 3}]), (DROP, [{"n": 4}])]


def test_a_statement_twice_in_one_transaction_keeps_its_place() -> None:
    one = [Write(PUT, {"n": 1}), Write(DROP, {"n": 2}), Write(PUT, {"n": 3})]
    assert merged(one) == [(PUT, [{"n": 1}]), (DROP, [{"n": 2}]), (PUT, [{"n": 3}])]


def test_a_write_with_an_expectation_stays_alone() -> None:
    one, two = [Write(GUARD, {"n": 1}, expect=1)], [Write(GUARD, {"n": 2}, expect=1)]
    assert merged(one, two) == [(GUARD, [{"n": 1}]), (GUARD, [{"n": 2}])]


def test_a_statement_without_parameters_is_carried_out_once() -> None:
    one, two = ([Write(PUT, {"n": n}), Write(GUARD), Write(DROP, {"n": n})] for n in (1, 2))
    assert merged(one, two) == [(PUT, [{"n": 1}, {"n": 2}]), (GUARD, []), (DROP, [{"n": 1}, {"n": 2}])]
