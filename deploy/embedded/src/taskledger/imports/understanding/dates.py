"""Dates as programs and countries write them. What 03/04 means is not guessed: other dates of the column say it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final, Literal, TypeAlias

Order: TypeAlias = Literal["day", "month"]
"""Which of two numbers comes first, where the year is last."""

MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner janvier janv enero ene janeiro gennaio gen januari styczen ocak sty",
            "feb february februar février févr fevr fev febrero fevereiro febbraio februari luty subat",
            "mar march märz mrz mars marzo março marco maart mrt marzec mart",
            "apr april avril avr abril abr aprile kwiecien nisan",
            "may mai mayo maio mag maggio mei maj mayis",
            "jun june juni juin junio junho giugno giu czerwiec haziran",
            "jul july juli juillet juil julio julho luglio lug lipiec temmuz",
            "aug august août aout agosto ago augustus augusti sierpien agustos",
            "sep sept september septembre septiembre setembro set settembre wrzesien eylul",
            "oct october okt oktober octobre octubre outubro out ottobre ott pazdziernik ekim",
            "nov november novembre noviembre novembro listopad kasim",
            "dec december dez dezember décembre déc diciembre dic dezembro dicembre grudzien aralik",
        ),
        1,
    )
    for name in names.split()
}
_PLAIN_MONTHS: Final = {
    "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)): number
    for name, number in MONTHS.items()
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A day in the importer's time zone, and the time, where the text has one."""

    day: date
    at: datetime | None = None


class NoDate(ValueError):
    """The text is no date. `ambiguous`: it is one, but day and month could be either."""

    def __init__(self, text: str, *, ambiguous: bool = False) -> None:
        super().__init__(f"{text!r} is not a date that is known, such as 2026-12-31")
        self.ambiguous = ambiguous


_SEP: Final = r"\s*[-./]\s*"
_YEAR_FIRST: Final = re.compile(rf"^(\d{{4}}){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})\.?(?!\d)")
_CJK: Final = re.compile(r"^(\d{2,4})\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]")
_NUMBERS: Final = re.compile(r"^(\d{1,2})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?!\d)")
_WEEKDAY: Final = re.compile(r"^[^\W\d_]{2,12}\.?(,\s*|\s+)(?=\d|[^\W\d_])", re.UNICODE)
_DAY_MONTH: Final = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th|er|\.|º)?\s*[-/\s]?\s*(?:de\s+|of\s+)?([^\W\d_]+"
    r"|\d{1,2}월)\.?\s*[-/,\s]?\s*(?:de\s+|del\s+)?(\d{4}|\d{2})(?!\d)"
)
_MONTH_DAY: Final = re.compile(r"^([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_CLOCK: Final = re.compile(
    r"(?P<before>오전|오후|午前|午後|上午"
    r"|下午)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<after>[ap]\.?\s?m\.?|오전|오후|午前|午後)?\s*(?P<zone>(?:UTC|GMT)?\s*[+-]\d{2}:?\d{2}|Z\b|UTC|GMT)?",
    re.IGNORECASE,
)
_ZONE: Final = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{2}):?(\d{2})\s*$")


def order_of(texts: Iterable[str]) -> tuple[Order | None, list[str]]:
    """What the dates of a column say about their order, and those among them that leave it open."""
    day = month = False
    unclear: list[str] = []
    for text in texts:
        found = _NUMBERS.match(_stripped(text))
        if not found:
            continue
        first, second = int(found[1]), int(found[3])
        if found[2] == "." or first > 12 >= second:
            day = True
        elif second > 12 >= first:
            month = True
        elif first != second:
            unclear.append(text)
    if day != month:
        return ("day" if day else "month"), unclear
    return None, unclear


def moment(text: str, zone: tzinfo, order: Order | None = None) -> Moment:
    """The day, and the time if there is one. Raises NoDate."""
    return _moment(text, zone, order)


@lru_cache(maxsize=4096)
def _moment(text: str, zone: tzinfo, order: Order | None) -> Moment:
    plain = _stripped(text)
    if re.fullmatch(r"\d{10}(\.\d+)?|\d{13}", plain):
        seconds = float(plain) if len(plain.partition(".")[0]) == 10 else int(plain) / 1000
        at = datetime.fromtimestamp(seconds, UTC)
        return Moment(at.astimezone(zone).date(), at)
    day, rest = _day(plain, order)
    return _with_clock(day, rest, zone)


def _stripped(text: str) -> str:
    """The text without what stands around a date; of a stretch, its end."""
    text = text.strip().lstrip("@").strip()
    for arrow in ("→", "->", " ~ ", " – "):
        if arrow in text:
            text = text.rpartition(arrow)[2].strip()
    if text[:1].isalpha() and (found := _WEEKDAY.match(text)) and _month(found[0].strip(" ,.")) is None:
        text = text[found.end() :]
    return text


def _day(text: str, order: Order | None) -> tuple[date, str]:
    if found := _YEAR_FIRST.match(text) or _CJK.match(text):
        return _made(text, found[1], found[2], found[3]), text[found.end() :]
    if found := _NUMBERS.match(text):
        first, second = found[1], found[3]
        if found[2] == "." or int(first) > 12:
            order = "day"
        elif int(second) > 12:
            order = "month"
        elif first.lstrip("0") == second.lstrip("0"):
            order = order or "day"
        if order is None:
            raise NoDate(text, ambiguous=True)
        month, day = (first, second) if order == "month" else (second, first)
        return _made(text, found[4], month, day), text[found.end() :]
    if (found := _DAY_MONTH.match(text)) and (number := _month(found[2])):
        return _made(text, found[3], number, found[1]), text[found.end() :]
    if (found := _MONTH_DAY.match(text)) and (number := _month(found[1])):
        return _made(text, found[3], number, found[2]), text[found.end() :]
    raise NoDate(text)


def _made(text: str, year: str | int, month: str | int, day: str | int) -> date:
    number = int(year)
    if number < 100:
        number += 2000 if number < 70 else 1900
    try:
        return date(number, int(month), int(day))
    except ValueError as error:
        raise NoDate(text) from error


def _month(name: str) -> int | None:
    if name.endswith("월"):
        number = name[:-1]
        return int(number) if number.isdigit() and 1 <= int(number) <= 12 else None
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return _PLAIN_MONTHS.get(plain)


def _with_clock(day: date, rest: str, zone: tzinfo) -> Moment:
    rest = rest.strip().lstrip("Tt,").strip()
    if not rest:
        return Moment(day)
    found = _CLOCK.search(rest)
    if not found or found.start() > 12:
        return Moment(day)
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    half = (found["before"] or found["after"] or "").casefold().replace(".", "").replace(" ", "")
    if half in ("pm", "오후", "午後", "下午") and hour < 12:
        hour += 12
    if half in ("am", "오전", "午前", "上午") and hour == 12:
        hour = 0
    fraction = int((found["fraction"] or "0").ljust(6, "0")[:6])
    try:
        clock = time(hour, minute, second, fraction)
    except ValueError as error:
        raise NoDate(rest) from error
    given = _offset(found["zone"])
    at = datetime.combine(day, clock, given or zone)
    return Moment(at.astimezone(zone).date() if given else day, at.astimezone(UTC))


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    found = _ZONE.match(text)
    if not found:
        return UTC
    return timezone((1 if found[1] == "+" else -1) * timedelta(hours=int(found[2]), minutes=int(found[3])))
