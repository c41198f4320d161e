"""What insights are computed with."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from contracts.project import DEFAULT_STATUSES, Project, Status
from kernel.log.times import microseconds
from task_service.domain.flow import Days, bands, percentile, standing_counts, thinned
from testkit.log import NOON

HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        ("UTC", date(2026, 3, 28), [24, 24, 24]),
        ("Europe/Berlin", date(2026, 3, 28), [24, 23, 24]),
        ("Europe/Berlin", date(2026, 10, 24), [24, 25, 24]),
        ("Australia/Lord_Howe", date(2026, 4, 4), [24, 24.5, 24]),
        ("Africa/Cairo", date(2026, 4, 23), [24, 23, 24]),  # there is no midnight on the 24th
        ("America/Havana", date(2026, 10, 31), [24, 25, 24]),
        ("Pacific/Apia", date(2011, 12, 29), [24, 0, 24]),  # the 30th was left out
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(zone: str, first: date, hours: list[float]) -> None:
    days = Days.between(first, first + timedelta(2), ZoneInfo(zone))
    lengths = [(end - begin) / HOUR for begin, end in pairwise(days.begins)]
    assert lengths == hours
    assert [s.length / HOUR for s in days.stretches()] == ([24] if len({*hours}) == 1 else hours)


def test_a_year_without_clock_changes_is_one_stretch() -> None:
    days = Days.between(date(2026, 1, 1), date(2026, 12, 31), ZoneInfo("Asia/Seoul"))
    (stretch,) = days.stretches()
    assert (stretch.begin, stretch.end, len(days)) == (days.begin, days.end, 365)
    assert days.begin == microseconds(datetime(2025, 12, 31, 15, tzinfo=UTC))


def test_weeks_begin_on_monday_and_are_cut_at_both_ends() -> None:
    weeks = list(Days.between(date(2026, 11, 19), date(2026, 12, 1), UTC).weeks())
    assert [(first.isoformat(), last.isoformat()) for first, last, _, _ in weeks] == [
        ("2026-11-19", "2026-11-22"),
        ("2026-11-23", "2026-11-29"),
        ("2026-11-30", "2026-12-01"),
    ]
    assert [(after - begin) // (24 * HOUR) for _, _, begin, after in weeks] == [4, 7, 2]


def test_counts_go_on_from_day_to_day() -> None:
    days = Days.between(date(2026, 11, 20), date(2026, 11, 23), UTC)
    moves = [
        (0, "", "waiting", 5),
        (days.begins[1], "waiting", "done", 2),
        (days.begins[3], "", "waiting", 1),
        (days.begins[3], "done", "", 1),
    ]
    assert standing_counts(moves, days) == {"waiting": [5, 3, 3, 4], "done": [0, 2, 2, 1]}


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [([], 50, None), ([7], 95, 7), ([1, 2], 50, 1), ([1, 2, 3], 50, 2), (list(range(1, 101)), 85, 85)],
)
def test_a_percentile_is_a_value_that_there_is(values: list[int], percent: int, found: int | None) -> None:
    assert percentile(values, percent) == found


@pytest.mark.parametrize(("count", "most"), [(0, 5), (5, 5), (6, 5), (10_001, 1_000), (999_999, 2)])
def test_what_is_too_much_is_thinned_evenly(count: int, most: int) -> None:
    kept = thinned(count, most)
    assert len(kept) == min(count, most)
    if count > most:
        assert (kept[0], kept[-1]) == (0, count - 1)
        gaps = {after - before for before, after in pairwise(kept)}
        assert max(gaps) - min(gaps) <= 1


def test_bands_go_by_category_with_what_was_once_there() -> None:
    project = Project(
        id="p",
        key="P",
        name="P",
        statuses=(DEFAULT_STATUSES[2], DEFAULT_STATUSES[1], DEFAULT_STATUSES[0]),
        former=(Status(key="review", name="Review", category="active"),),
        created_by=None,
        created_at=NOON,
        updated_at=NOON,
        version=1,
    )
    found = bands(project, ["review", "done", "lost"])
    assert [(band.status.key, band.former) for band in found] == [
        ("waiting", False),
        ("lost", True),
        ("in_progress", False),
        ("review", True),
        ("done", False),
    ]
