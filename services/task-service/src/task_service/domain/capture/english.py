"""Days in English titles. A day counts where people put one: at the end, in front of an order, or after `by`.

A title is about something, and often that is a day too ("Friday deploy policy", "Highlight today in the calendar"). So
a day in the middle counts only where the sentence is one that is said to a person, and some neighbours forbid it.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Final

from task_service.domain import calendar
from task_service.domain.capture.day import MOST_DAYS, WITHIN, Day, Spoken
from task_service.domain.capture.english_words import (
    BARRED,
    BARRED_BEFORE_PREPOSITION,
    LASTS,
    LINKS,
    MEETINGS,
    NAMES,
    NUMBERED,
    ORDERS,
    TO_PEOPLE,
    WITH_PEOPLE,
    WORDS_TOO,
)

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_WEEKDAY = r"mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
_COUNT = rf"(?:\d{{1,3}}|an?|{'|'.join(_NUMBERS)})"

_DAY: Final = re.compile(
    rf"""
    (?<![^\s(\[])
    (?:(?P<prep>due:?(?:\s+(?:by|on))?|by|on|until|till|before|for|this(?=\s+(?:{_WEEKDAY})\b))\s+)?
    (?:
        (?P<today>today|tonight|eod|the\s+end\s+of\s+the\s+day|end\s+of\s+(?:the\s+)?day)
      | (?P<tomorrow>tomorrow|tmrw|tmr)
      | (?P<after>(?:the\s+)?day\s+after\s+tomorrow)
      | (?P<weekend>(?P<nextend>next|this)\s+weekend)
      | (?:the\s+)?(?P<end>eow|eom|eoy|end\s+of\s+(?:(?:the|this)\s+)?(?:(?P<nextof>next)\s+)?(?P<unit>week|month|year))
      | (?P<next>next)\s+(?P<nextunit>week|month)
      | (?P<in>in|within)\s+(?P<count>{_COUNT})\s+(?P<of>day|week|month)s?
      | (?P<fromcount>{_COUNT})\s+(?P<fromof>day|week|month)s?\s+from\s+(?:now|today)
      | (?:(?P<which>next|this)\s+)?(?P<weekday>{_WEEKDAY})
      | (?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>20\d\d))?
      | (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month2>{_MONTH})\.?(?:,?\s+(?P<year2>20\d\d))?
      | the\s+(?P<nth>\d{{1,2}})(?:st|nd|rd|th)
      | (?P<iso>20\d\d-\d\d-\d\d)
      | (?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})(?:/(?P<slashyear>20\d\d))?
    )
    (?=$|[\s,;:!?)\]]|\.(?:\s|$))
    """.replace(r"\s+", WITHIN + "+"),
    re.VERBOSE | re.IGNORECASE,
)

_CLOCK = r"(?:at\s+)?(?:\d{1,2}(?::[0-5]\d)?\s?(?:am|pm)|[0-2]?\d:[0-5]\d|noon|midnight)"
_TO = r"(?:\s?[-–]\s?(?:\d{1,2}(?::[0-5]\d)?\s?(?:am|pm)|[0-2]?\d:[0-5]\d))?"
_PART = r"(?:in\s+the\s+|at\s+)?(?:morning|afternoon|evening|night|lunchtime)"
_TIME_AFTER: Final = re.compile(rf"\s*(?P<clock>{_CLOCK}){_TO}(?=$|[\s,;.!?)\]])", re.IGNORECASE)
_TIME_BEFORE: Final = re.compile(rf"(?<!\S)(?P<clock>(?:by\s+)?{_CLOCK})\s+$", re.IGNORECASE)
_PART_AFTER: Final = re.compile(rf"\s*{_PART}(?=$|[\s,;.!?)\]])", re.IGNORECASE)

_LAST: Final = re.compile(r"[\s,;.!?)\]–—-]*")
_FIRST: Final = re.compile(r"[\s(\[–—-]*")
_COLON: Final = re.compile(r"\s*(?::\s|,\s|[-–—]\s)")


def days(text: str, today: date, *, day_first: bool) -> Iterator[Day]:
    """The days that a title sets, in their order. `text` has marks and quotes blanked out."""
    for match in islice(_DAY.finditer(text), MOST_DAYS):
        on = _date(match, today, day_first)
        if on is None or on < today:
            continue
        spoken = _Place(text, match)
        if spoken.counts():
            yield Day(
                start=match.start(),
                end=match.end(),
                on=on,
                deadline=spoken.prep in {"by", "until", "till", "before"} or spoken.prep.startswith("due"),
                time=spoken.time,
            )


class _Place:
    """Where in a title a day stands, and what stands around it."""

    def __init__(self, text: str, match: re.Match[str]) -> None:
        self.match = match
        self.prep = (match["prep"] or "").lower()
        before = text[: match.start()]
        self.time: Spoken | None = None
        end = match.end()
        after = _TIME_AFTER.match(text, end)
        earlier = _TIME_BEFORE.search(before)
        self.timed = after is not None
        if after:
            self.time = _spoken(after)
            end = after.end()
        elif earlier:
            self.time = _spoken(earlier)
        part = _PART_AFTER.match(text, end)
        if part:
            end = part.end()
        self.words = before.lower().split()
        self.rest = text[end:]
        self.begins = _FIRST.fullmatch(before) is not None
        self.closes = _LAST.fullmatch(text, end) is not None

    def counts(self) -> bool:
        """Whether it is the day on which something is due."""
        last = self.words[-1].strip("(['’\"") if self.words else ""
        before_colon = last.endswith(":")
        if last in (BARRED_BEFORE_PREPOSITION if self.prep else BARRED) or self._is_name(last):
            return False
        if self.prep == "for" and (self.match["weekday"] or "").lower() in WORDS_TOO:
            return False
        if (self.match["iso"] and last in NUMBERED) or (self.prep.startswith("due") and before_colon):
            return False
        if self.match["in"] and last in LASTS:
            return False
        if self.match["today"] and self.prep in ("on", "for"):
            return False
        if (self.match["nth"] or (self.match["a"] and not self.match["slashyear"] and not self.time)) and not self.prep:
            return False
        if self.closes:
            return True
        return self._orders() if self.begins else self._amid(last)

    def _is_name(self, last: str) -> bool:
        weekday = self.match["weekday"]
        if weekday is None:
            return False
        return (last, weekday[:3].lower()) in NAMES or self.rest.lower().startswith(" the 13th")

    def _orders(self) -> bool:
        if _COLON.match(self.rest) or self.timed:
            return True
        words = self.rest.lower().split()
        return bool(words) and words[0].strip(",.:;") in ORDERS

    def _amid(self, last: str) -> bool:
        next_word = next(iter(self.rest.lower().split()), "")
        ends_a_clause = self.rest[:1] in ",;)]"
        if self.prep == "by" and not self.match["today"]:
            return True
        if len(self.words) == 1 and last in MEETINGS and next_word in WITH_PEOPLE:
            return True
        return (
            self.words[0] in TO_PEOPLE
            and len(self.words) > 1
            and last not in LINKS
            and (ends_a_clause or next_word in LINKS)
        )


def _spoken(match: re.Match[str]) -> Spoken | None:
    said = match["clock"].lower()
    start = match.start("clock")
    if said.startswith("by "):
        said, start = said[3:].lstrip(), start + len(said) - len(said[3:].lstrip())
    clock = said.removeprefix("at").strip()
    if clock in ("noon", "midnight"):
        value = "12:00" if clock == "noon" else "00:00"
    else:
        digits = re.match(r"(\d{1,2})(?::(\d\d))?", clock)
        if digits is None:
            return None
        hour, minute = int(digits[1]), int(digits[2] or 0)
        if clock.endswith("m"):
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if clock.endswith("pm") else 0)
        if hour > 23:
            return None
        value = f"{hour:02}:{minute:02}"
    return Spoken(start=start, end=match.end("clock"), value=value)


def _date(match: re.Match[str], today: date, day_first: bool) -> date | None:
    if match["today"]:
        return today
    if match["tomorrow"]:
        return today + timedelta(days=1)
    if match["after"]:
        return today + timedelta(days=2)
    if match["weekend"]:
        return calendar.of_week(today, int(match["nextend"].lower() == "next"), calendar.SATURDAY)
    if match["end"]:
        return _end(match, today)
    if match["next"]:
        if match["nextunit"].lower() == "week":
            return calendar.of_week(today, 1, 0)
        return calendar.in_months(today.replace(day=1), 1)
    if match["in"]:
        return _ahead(today, match["count"], match["of"])
    if match["fromcount"]:
        return _ahead(today, match["fromcount"], match["fromof"])
    if match["weekday"]:
        weekday = _WEEKDAYS.index(match["weekday"][:3].lower())
        if (match["which"] or "").lower() == "next":
            return calendar.of_week(today, 1, weekday)
        return calendar.coming(today, weekday)
    if match["nth"]:
        return calendar.coming_day(today, int(match["nth"]))
    if match["iso"]:
        return calendar.day_of(*map(int, match["iso"].split("-")))
    if match["a"]:
        month, day = int(match["a"]), int(match["b"])
        if day_first:
            month, day = day, month
        return _dated(today, month, day, match["slashyear"])
    name, day_text, year = (
        (match["month"], match["day"], match["year"])
        if match["month"]
        else (match["month2"], match["day2"], match["year2"])
    )
    return _dated(today, _MONTHS.index(name[:3].lower()) + 1, int(day_text), year)


def _end(match: re.Match[str], today: date) -> date:
    unit = (match["unit"] or {"w": "week", "m": "month", "y": "year"}[match["end"][-1].lower()]).lower()
    later = int(bool(match["nextof"]))
    if unit == "week":
        return calendar.end_of_week(today, later)
    if unit == "month":
        return calendar.end_of_month(today, later)
    return date(today.year + later, 12, 31)


def _ahead(today: date, count: str, unit: str) -> date:
    word = count.lower()
    number = int(word) if word.isdecimal() else 1 if word in ("a", "an") else _NUMBERS.index(word) + 1
    match unit.lower():
        case "day":
            return today + timedelta(days=number)
        case "week":
            return today + timedelta(weeks=number)
        case _:
            return calendar.in_months(today, number)


def _dated(today: date, month: int, day: int, year: str | None) -> date | None:
    return calendar.coming_date(today, month, day) if year is None else calendar.day_of(int(year), month, day)
