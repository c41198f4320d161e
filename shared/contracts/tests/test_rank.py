"""Ranks: there is always room between two, and none is had twice."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contracts.rank import MAX_RANK, between, of_number

numbers = st.integers(1, 10**6)


@given(st.lists(numbers, min_size=2, unique=True))
def test_tasks_begin_in_the_order_in_which_they_were_made(made: list[int]) -> None:
    assert sorted(made, key=of_number) == sorted(made)


@given(st.lists(st.tuples(st.integers(0, 2**32), st.integers(0, 2**32)), max_size=120))
def test_whoever_is_moved_stands_where_it_was_put_and_nobody_else_moves(moves: list[tuple[int, int]]) -> None:
    """Against a list in memory, which is what people see."""
    seen = list(range(1, 13))
    ranks = {number: of_number(number) for number in seen}
    for who, where in moves:
        moved = seen.pop(who % len(seen))
        place = where % (len(seen) + 1)
        above = ranks[seen[place - 1]] if place > 0 else None
        below = ranks[seen[place]] if place < len(seen) else None
        ranks[moved] = between(above, below, moved)
        seen.insert(place, moved)
        assert sorted(ranks, key=ranks.__getitem__) == seen


@given(numbers, numbers, st.lists(numbers, min_size=2, max_size=20, unique=True))
def test_many_who_come_into_one_gap_at_once_all_fit_and_none_share_a_rank(
    one: int, other: int, comers: list[int]
) -> None:
    low, high = sorted((of_number(one), between(of_number(other), None, other)))
    ranks = sorted({between(low, high, number) for number in comers})
    assert len(ranks) == len(comers)
    assert all(low < rank < high for rank in ranks)
    # And there is room between any two of them.
    for first, second in pairwise(ranks):
        assert first < between(first, second, one) < second


def test_going_to_an_end_again_and_again_takes_no_more_room() -> None:
    first = last = of_number(7)
    for number in range(1, 2000):
        first, last = between(None, first, number), between(last, None, number)
    assert max(len(first), len(last)) <= len(of_number(1)) + 3


def test_a_thousand_tasks_can_be_put_one_after_the_other_beneath_the_same() -> None:
    above, below = of_number(1), of_number(2)
    for number in range(3, 1003):
        below = between(above, below, number)
    assert len(below) < MAX_RANK


def test_ranks_are_those_of_the_log_and_of_the_site() -> None:
    assert of_number(12) == "V0000C"
    assert between(of_number(5), of_number(6), 12) == "V00005VC1"
    assert between(None, of_number(1), 100) == "V000001c2"
    assert between(None, None, 1) == "V0000011"
    assert between("V00002", "V00009", 3) == "V0000531"
    assert between("V00005VC1", "V00005VD1", 7) == "V00005VCV71"
