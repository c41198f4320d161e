"""Days in Korean titles. They stand in front, at the end, or anywhere with `까지`.

In Korean what a title is about stands in front too ("금요일 정산 배치 오류"), so a day alone there counts unless the
title is about a thing of a program or a shop, or the next word makes one noun of both ("내일 도착", "오늘 날짜").
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Final

from task_service.domain import calendar
from task_service.domain.capture.day import MOST_DAYS, WITHIN, Day, Spoken
from task_service.domain.capture.korean_words import DEFAULT, DOING, GONE_BY, ONE_NOUN, THING

_WEEKDAYS: Final = "월화수목금토일"
_NATIVE: Final = {
    "하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "일주일": 7, "열흘": 10, "보름": 15,
}  # fmt: skip
_SOON: Final = {"오늘": 0, "내일": 1, "낼": 1, "모레": 2, "내일모레": 2, "낼모레": 2, "글피": 3, "명일": 1}
_WEEKS: Final = {"이번": 0, "금주": 0, "차주": 1, "다음": 1, "담": 1, "다다음": 2}

_PAREN = r"(?:\s?\([월화수목금토일](?:요일)?\))?"
_DAY: Final = re.compile(
    rf"""
    (?<![^\s(\[,])
    (?:
        (?P<soon>내일모레|낼모레|오늘|내일|낼|모레|글피|명일){_PAREN}
      | (?P<weekend>(?:(?P<endof>이번|다음|다다음)\s?(?:주\s?)?)?주말)
      | (?:(?P<week>이번|다다음|다음|담)\s?주|(?P<sino>금주|차주))(?:\s?(?P<ofweek>[월화수목금토일])(?:요일|욜)?)?
      | (?P<monthof>이번|이|다음|담)\s?달(?:\s?(?P<monthend>말)|\s(?P<monthday>\d{{1,2}})일)?
      | (?P<end>월말|연말)
      | (?P<weekday>[월화수목금토일])(?:요일|욜){_PAREN}
      | (?:(?:(?P<year>20\d\d)년|(?P<nextyear>내년)|올해)\s?)?(?P<month>\d{{1,2}})월\s?(?P<day>\d{{1,2}})일{_PAREN}
      | (?P<dotyear>20\d\d)[.-]\s?(?P<dotmonth>\d{{1,2}})[.-]\s?(?P<dotday>\d{{1,2}})\.?{_PAREN}
      | (?P<slashmonth>\d{{1,2}})/(?P<slashday>\d{{1,2}})(?P<slashparen>{_PAREN})
      | (?:(?P<count>\d{{1,3}})\s?(?P<unit>일|주일?|개월|달)|(?P<native>{"|".join(_NATIVE)})|(?P<months>한|두|세)\s?달)
        \s?(?P<ahead>뒤|후|안|이내|내)
      | (?P<nth>\d{{1,2}})일(?P<nthparen>{_PAREN})
    )
    (?P<particle>\s?전까지|\s?전에|\s?중으로|\s?중에|\s?중|\s?안에|\s?안으로|\s?내로|\s?내에|까지|에|로)?
    (?=$|[\s,;:!?)\]])
    """.replace(r"\s?", WITHIN + "?"),
    re.VERBOSE,
)
_PART_OF_DAY: Final = re.compile(r"\s?(?:오전|오후|아침|점심|저녁|밤|새벽)(?:까지|\s?중으로)(?=$|[\s,;.!?)\]])")
_TIME: Final = re.compile(
    r"""\s*(?:(?P<half>오전|오후|아침|저녁|밤|새벽|낮)\s?)?
    (?:(?P<hour>\d{1,2})시(?:\s?(?:(?P<thirty>반)|(?P<minute>\d{1,2})분))?|(?P<clock>[0-2]?\d:[0-5]\d))(?:까지|에)?
    (?=$|[\s,;.!?)\]])""",
    re.VERBOSE,
)
_LAST: Final = re.compile(r"[\s,;.!?)\]–—-]*")
_FIRST: Final = re.compile(r"[\s(\[–—-]*")
_COLON: Final = re.compile(r"\s*(?::\s|,\s|[-–—]\s)")

_HANGUL: Final = re.compile("[가-힣]")


def days(text: str, today: date) -> Iterator[Day]:
    """The days that a title sets, in their order. `text` has marks and quotes blanked out; a month comes first here."""
    for match in islice(_DAY.finditer(text), MOST_DAYS):
        particle = (match["particle"] or "").strip()
        until = bool(particle) and particle not in ("에", "로")
        on = _date(match, today, until)
        if on is None or on < today or particle == "로":
            continue
        time, end = _time(text, match.end())
        until = until or _PART_OF_DAY.match(text, match.end()) is not None
        if _counts(text, match, end, until, timed=time is not None or end > match.end()):
            yield Day(
                start=match.start(),
                end=match.end(),
                on=on,
                deadline=until,
                time=time,
            )


def _counts(text: str, match: re.Match[str], end: int, until: bool, *, timed: bool) -> bool:
    before, rest = text[: match.start()].rstrip(), text[end:]
    thing = THING.search(text) is not None
    counted = match["ahead"] is not None
    dated = bool(match["month"] or match["dotyear"])
    if GONE_BY.search(before):
        return False
    if until or (counted and match["ahead"] in ("안", "이내", "내")):
        return not (counted and thing)
    if (
        match["end"]
        or (match["weekend"] and not match["endof"] and match["particle"] is None)
        or (match["week"] == "이번" and not match["ofweek"])
    ):
        return False
    if match["monthof"] and match["monthof"] in ("이번", "이") and not match["monthday"]:
        return False
    if match["nth"] and not match["nthparen"] and match["particle"] is None:
        return False
    if match["slashmonth"] and not match["slashparen"] and not int(match["slashday"]) > 12:
        return False
    if (match["slashmonth"] or match["dotyear"]) and not _HANGUL.search(text):
        return False
    if timed:
        return True
    if _LAST.fullmatch(rest):
        return DEFAULT.search(before) is None
    first = _FIRST.fullmatch(before) is not None
    if first and _COLON.match(rest):
        return True
    if ONE_NOUN.match(rest.lstrip()):
        return False
    doing = DOING.search(text.rstrip()) is not None
    if ((match["week"] or match["sino"]) and not match["ofweek"]) or (match["monthof"] and not match["monthday"]):
        return doing and (first or not thing)
    if dated or match["ofweek"] or match["slashmonth"]:
        return doing or not thing
    return (doing or not thing) if first else doing and not thing


def _time(text: str, end: int) -> tuple[Spoken | None, int]:
    """The time of day behind a day, and where it ends; one of the two halves of a day (`3시`) is no time yet."""
    found = _TIME.match(text, end)
    if found is None:
        return None, end
    if found["clock"]:
        hour, minute = map(int, found["clock"].split(":"))
    else:
        hour = int(found["hour"])
        minute = 30 if found["thirty"] else int(found["minute"] or 0)
    half = found["half"]
    if half is None and found["clock"] is None and hour <= 12:
        return None, found.end()
    if half in ("오후", "저녁", "밤", "낮") and hour < 12 and not (half == "낮" and hour > 9):
        hour += 12
    elif half in ("오전", "새벽") and hour == 12:
        hour = 0
    if hour > 23 or minute > 59:
        return None, found.end()
    said = len(found[0]) - len(found[0].lstrip())
    return Spoken(start=end + said, end=found.end(), value=f"{hour:02}:{minute:02}"), found.end()


def _date(match: re.Match[str], today: date, until: bool) -> date | None:
    if match["soon"]:
        return today + timedelta(days=_SOON[match["soon"]])
    if match["weekend"]:
        week = _WEEKS[match["endof"] or "이번"]
        return calendar.of_week(today, week, calendar.SUNDAY if until else calendar.SATURDAY)
    if match["week"] or match["sino"]:
        weeks = _WEEKS[match["week"] or match["sino"]]
        if match["ofweek"]:
            return calendar.of_week(today, weeks, _WEEKDAYS.index(match["ofweek"]))
        return calendar.end_of_week(today, weeks) if until else calendar.of_week(today, weeks, 0)
    if match["monthof"]:
        months = int(match["monthof"] in ("다음", "담"))
        first = calendar.in_months(today.replace(day=1), months)
        if match["monthday"]:
            return calendar.day_of(first.year, first.month, int(match["monthday"]))
        return calendar.end_of_month(today, months) if until or match["monthend"] else first
    if match["end"]:
        return calendar.end_of_month(today) if match["end"] == "월말" else date(today.year, 12, 31)
    if match["weekday"]:
        return calendar.coming(today, _WEEKDAYS.index(match["weekday"]))
    if match["month"]:
        month, day = int(match["month"]), int(match["day"])
        if match["year"] or match["nextyear"]:
            return calendar.day_of(int(match["year"] or today.year + 1), month, day)
        return calendar.coming_date(today, month, day)
    if match["dotyear"]:
        return calendar.day_of(int(match["dotyear"]), int(match["dotmonth"]), int(match["dotday"]))
    if match["slashmonth"]:
        return calendar.coming_date(today, int(match["slashmonth"]), int(match["slashday"]))
    if match["nth"]:
        return calendar.coming_day(today, int(match["nth"]))
    if match["months"]:
        return calendar.in_months(today, "한두세".index(match["months"]) + 1)
    if match["native"]:
        return today + timedelta(days=_NATIVE[match["native"]])
    count = int(match["count"])
    match match["unit"]:
        case "일":
            return today + timedelta(days=count)
        case "주" | "주일":
            return today + timedelta(weeks=count)
        case _:
            return calendar.in_months(today, count)
