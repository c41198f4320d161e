"""Days as they are counted from one another. Weeks begin on Monday (ISO 8601)."""

from calendar import monthrange
from datetime import date, timedelta

FRIDAY = 4
SATURDAY = 5
SUNDAY = 6


def coming(today: date, weekday: int) -> date:
    """The next such weekday (0: Monday) after today: who means today says so."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def of_week(today: date, weeks: int, weekday: int) -> date:
    """A weekday of the week that many weeks after this one."""
    return today + timedelta(days=7 * weeks + weekday - today.weekday())


def in_months(today: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def end_of_month(today: date, months: int = 0) -> date:
    """The last day of a month that many months after this one."""
    of = in_months(today.replace(day=1), months)
    return of.replace(day=monthrange(of.year, of.month)[1])


def end_of_week(today: date, weeks: int = 0) -> date:
    """The Friday of a week, as a week ends at work; once it has gone by, the Sunday."""
    friday = of_week(today, weeks, FRIDAY)
    return friday if friday >= today else of_week(today, weeks, SUNDAY)


def day_of(year: int, month: int, day: int) -> date | None:
    """A day, or None where the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def coming_date(today: date, month: int, day: int) -> date | None:
    """That day of this year, or of the next one where it has gone by."""
    this = day_of(today.year, month, day)
    return this if this is not None and this >= today else day_of(today.year + 1, month, day)


def coming_day(today: date, day: int) -> date | None:
    """The next day of a month with that number, today or later."""
    for months in range(12):
        of = in_months(today.replace(day=1), months)
        found = day_of(of.year, of.month, day)
        if found is not None and found >= today:
            return found
    return None
